"""What pairs share as numbers, and the mean gain of a study."""

import numpy as np
import pytest

from minimtl.gains.meta.dependence import mean_of_gains, pair_levels
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.taskpairs import related_pairs


def test_levels_are_tasks_in_either_role_and_their_topics():
    pairs = tuple(related_pairs(NEWSGROUPS))
    levels = pair_levels(pairs)
    assert len(set(levels["main"])) == len(set(levels["aux"])) == 19
    assert len(set(levels["main_topics"].ravel())) == 15
    for i, pair in enumerate(pairs):
        for j, other in enumerate(pairs):
            assert (levels["main"][i] == levels["aux"][j]) == (pair.main == other.aux)
            shared = set(levels["main_topics"][i]) & set(levels["aux_topics"][j])
            assert len(shared) == len(set(pair.main) & set(other.aux))


def test_the_mean_gain_of_a_study_has_both_questions_and_its_blocks(made_up_outcomes):
    outcomes = made_up_outcomes("related", 52, 3)
    gain = mean_of_gains(outcomes)
    assert gain.new_tasks.mean == pytest.approx(outcomes.gains.mean())
    assert gain.these_tasks.low < gain.these_tasks.mean < gain.these_tasks.high
    blocks = {block.block: block.n_pairs for block in gain.blocks}
    assert blocks == {
        "comp.sys / comp.others": 12,
        "rec.sport / rec.vehicles": 4,
        "talk.politics / talk.religion": 36,
    }
    members = np.array([block[0] == "rec.sport" for block in outcomes.blocks])
    rec = next(block for block in gain.blocks if block.n_pairs == 4)
    assert rec.mean == pytest.approx(outcomes.gains[members].mean())


def test_one_run_has_an_interval_for_new_tasks_alone(made_up_outcomes):
    gain = mean_of_gains(made_up_outcomes("related", 52, 1))
    assert gain.these_tasks is None
    assert gain.new_tasks.low < gain.new_tasks.high


@pytest.mark.parametrize("n_pairs", [1, 2])
def test_too_few_tasks_have_none(made_up_outcomes, n_pairs):
    gain = mean_of_gains(made_up_outcomes("related", n_pairs, 2))
    assert (gain is None) == (n_pairs == 1)
