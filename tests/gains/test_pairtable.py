"""What pairs share as numbers, and the mean gain with that in mind."""

import pytest

from minimtl.gains.pairtable import effects_of, pair_levels
from minimtl.gains.twointervals import estimate_mean
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


def mean_gain(outcomes):
    return estimate_mean(outcomes.gains, effects_of(outcomes.pairs))


def test_the_mean_gain_of_a_study_answers_both_questions(made_up_outcomes):
    outcomes = made_up_outcomes("related", 52, 3)
    gain = mean_gain(outcomes)
    assert gain.value == pytest.approx(outcomes.gains.mean())
    assert gain.new_tasks.mean == pytest.approx(gain.value)
    assert gain.these_tasks.low < gain.these_tasks.mean < gain.these_tasks.high


def test_one_run_has_an_interval_for_new_tasks_alone(made_up_outcomes):
    gain = mean_gain(made_up_outcomes("related", 52, 1))
    assert gain.these_tasks is None
    assert gain.new_tasks.low < gain.new_tasks.high


@pytest.mark.parametrize("n_pairs", [1, 2])
def test_too_few_tasks_have_no_interval_for_new_ones(made_up_outcomes, n_pairs):
    gain = mean_gain(made_up_outcomes("related", n_pairs, 2))
    assert (gain.new_tasks is None) == (n_pairs == 1)
