"""Outcomes: labels, shares and gains by hand."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.tasks.outcomes import (
    disjoint_pairs,
    improved_share,
    labelled_pairs,
    mean_relative_gain,
)
from minimtl.tasks.protocol import PAPER, RELEASED


@pytest.fixture
def outcomes(made_up_outcomes):
    """A function of scores (n_pairs, n_runs); the features are numbers in their order."""

    def make(single, multi):
        single, multi = np.array(single, float), np.array(multi, float)
        made = made_up_outcomes("related", *single.shape)
        features = np.arange(made.features.size, dtype=float).reshape(made.features.shape)
        return replace(made, single=single, multi=multi, features=features)

    return make


# Pair 0 gains a lot once and loses a little once; pair 1 ties, then gains; pair 2 loses twice.
SINGLE = [[0.5, 0.5], [0.8, 0.8], [0.9, 0.9]]
MULTI = [[0.7, 0.4], [0.8, 0.9], [0.8, 0.8]]


def test_averaged_runs_give_one_sample_of_mean_gains(outcomes):
    (labelled,) = labelled_pairs(outcomes(SINGLE, MULTI), PAPER.reading)
    assert labelled.y.tolist() == [1, 1, 0]
    np.testing.assert_array_equal(labelled.X, np.arange(90.0).reshape(3, 30) + 45)


def test_each_run_gives_its_own_sample_and_a_tie_is_a_loss(outcomes):
    first, second = labelled_pairs(outcomes(SINGLE, MULTI), RELEASED.reading)
    assert first.y.tolist() == [1, 0, 0]
    assert second.y.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(second.X, np.arange(90.0).reshape(3, 30) + 90)


@pytest.mark.parametrize(("protocol", "share"), [(PAPER, 2 / 3), (RELEASED, 1 / 3)])
def test_improved_share_follows_the_labels(outcomes, protocol, share):
    assert improved_share(outcomes(SINGLE, MULTI), protocol.reading) == pytest.approx(share)


def test_gains_that_cancel_are_a_tie_whatever_the_rounding(outcomes):
    """Gains of +0.1 and −0.1 on 0.3 add up to 1e-17 in floating point, and to nothing on paper."""
    (labelled,) = labelled_pairs(outcomes([[0.3, 0.3]], [[0.3 + 0.1, 0.3 - 0.1]]), PAPER.reading)
    assert np.mean([0.3 + 0.1 - 0.3, 0.3 - 0.1 - 0.3]) > 0
    assert labelled.y.tolist() == [0]


def test_relative_gain_leaves_out_a_single_score_of_zero(outcomes):
    """(0.2/0.5 − 0.1/0.5) / 2 from pair 0; the pair without a single score has no relative gain."""
    made = outcomes([[0.5, 0.5], [0, 0]], [[0.7, 0.4], [1, 1]])
    assert mean_relative_gain(made) == pytest.approx(0.1)


def test_missing_values_are_refused(outcomes):
    with pytest.raises(ValueError, match="not finite"):
        outcomes(SINGLE, [*MULTI[:2], [0.8, float("nan")]])


@pytest.mark.parametrize("protocol", [PAPER, RELEASED])  # of two runs, halves are runs
def test_features_and_labels_of_disjoint_runs(outcomes, protocol):
    sets = disjoint_pairs(outcomes(SINGLE, MULTI), protocol.reading)
    sets.sort(key=lambda data: data.X[0, 0])
    np.testing.assert_array_equal([data.X for data in sets], np.arange(180.0).reshape(2, 3, 30))
    assert [data.y.tolist() for data in sets] == [[0, 1, 0], [1, 0, 0]]  # of the other run
    assert disjoint_pairs(outcomes([[0.5], [0.6]], [[0.6], [0.5]]), protocol.reading) == []
