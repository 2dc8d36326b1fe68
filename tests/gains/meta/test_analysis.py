"""The whole meta-analysis of a problem: complete, repeatable, and fit for any number of pairs."""

import numpy as np
import pytest

from minimtl.gains.meta.analysis import analyse
from minimtl.gains.meta.designs import DESIGNS, HELD_OUT
from minimtl.gains.meta.labelnoise import label_noise
from minimtl.tasks.pairfeatures import FEATURE_NAMES, FEATURE_SETS
from minimtl.tasks.protocol import PAPER, RELEASED

QUICK = {protocol.name: protocol.replace(cv_repeats=2) for protocol in (PAPER, RELEASED)}


@pytest.mark.parametrize("name", QUICK)
def test_every_set_has_scores_under_every_design(made_up_outcomes, name):
    meta = analyse(made_up_outcomes(), QUICK[name], np.random.default_rng(0))
    assert meta.scores.keys() == FEATURE_SETS.keys()
    for by_design in meta.scores.values():
        assert tuple(by_design) == DESIGNS
        for scores in by_design.values():
            assert np.isfinite(list(vars(scores).values())).all()
    assert meta.held_out.keys() == FEATURE_SETS.keys()
    for by_design in meta.held_out.values():
        assert tuple(by_design) == HELD_OUT
        for scores in by_design.values():
            assert np.isfinite(list(vars(scores).values())).all()
    assert tuple(meta.alone) == FEATURE_NAMES
    n_runs_seen = 1 if name == "paper" else 2
    assert sum(b.n for b in meta.calibration) == 12 * n_runs_seen


def test_labels_of_averaged_runs_are_less_noisy(made_up_outcomes):
    outcomes = made_up_outcomes()
    averaged = analyse(outcomes, QUICK["paper"], np.random.default_rng(0)).noise
    each = analyse(outcomes, QUICK["released"], np.random.default_rng(0)).noise
    assert averaged == label_noise(outcomes.gains, 2)
    assert each == label_noise(outcomes.gains, 1)
    assert averaged.ceiling_accuracy > each.ceiling_accuracy


def test_the_same_seed_gives_the_same_numbers(made_up_outcomes):
    first, second = (
        analyse(made_up_outcomes(), QUICK["paper"], np.random.default_rng(5)) for _ in range(2)
    )
    assert first.scores == second.scores
    assert first.held_out == second.held_out
    np.testing.assert_array_equal(first.importance.coefficient, second.importance.coefficient)


@pytest.mark.parametrize("n_pairs", [1, 2, 4])
def test_a_handful_of_pairs_is_analysed_as_far_as_it_goes(made_up_outcomes, n_pairs):
    meta = analyse(made_up_outcomes(n_pairs=n_pairs), QUICK["paper"], np.random.default_rng(0))
    accuracy = meta.scores["all"]["random"].accuracy
    assert np.isnan(accuracy) if n_pairs == 1 else 0 <= accuracy <= 1
