"""Labels, shares and gains, against numbers worked by hand."""

import numpy as np
import pytest

from minimtl.tasks.outcomes import (
    Outcomes,
    disjoint_pairs,
    improved_share,
    labelled_pairs,
    mean_relative_gain,
)
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs

N_FEATURES = 30


def outcomes(single, multi):
    single, multi = np.array(single, float), np.array(multi, float)
    n_pairs, n_runs = single.shape
    features = np.arange(n_runs * n_pairs * N_FEATURES, dtype=float)
    return Outcomes(
        problem="related",
        pairs=tuple(related_pairs(NEWSGROUPS).sample(n_pairs)),
        blocks=(("sys", "others"),) * n_pairs,
        single=single,
        multi=multi,
        features=features.reshape(n_runs, n_pairs, N_FEATURES),
    )


# Pair 0 gains a lot once and loses a little once; pair 1 ties, then gains; pair 2 loses twice.
SINGLE = [[0.5, 0.5], [0.8, 0.8], [0.9, 0.9]]
MULTI = [[0.7, 0.4], [0.8, 0.9], [0.8, 0.8]]


def test_averaged_runs_give_one_sample_of_mean_gains():
    (labelled,) = labelled_pairs(outcomes(SINGLE, MULTI), PAPER.reading)
    assert labelled.y.tolist() == [1, 1, 0]
    np.testing.assert_array_equal(labelled.X, np.arange(90.0).reshape(3, 30) + 45)


def test_each_run_gives_its_own_sample_and_a_tie_is_a_loss():
    first, second = labelled_pairs(outcomes(SINGLE, MULTI), RELEASED.reading)
    assert first.y.tolist() == [1, 0, 0]
    assert second.y.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(second.X, np.arange(90.0).reshape(3, 30) + 90)


def test_improved_share_follows_the_labels():
    assert improved_share(outcomes(SINGLE, MULTI), PAPER.reading) == pytest.approx(2 / 3)
    assert improved_share(outcomes(SINGLE, MULTI), RELEASED.reading) == pytest.approx(1 / 3)


def test_gains_that_cancel_are_a_tie_whatever_the_rounding():
    """Gains of +0.1 and −0.1 on 0.3 add up to 1e-17 in floating point, and to nothing on paper."""
    (labelled,) = labelled_pairs(outcomes([[0.3, 0.3]], [[0.3 + 0.1, 0.3 - 0.1]]), PAPER.reading)
    assert np.mean([0.3 + 0.1 - 0.3, 0.3 - 0.1 - 0.3]) > 0
    assert labelled.y.tolist() == [0]


def test_relative_gain_leaves_out_a_single_score_of_zero():
    """(0.2/0.5 − 0.1/0.5) / 2 from pair 0; the pair without a single score has no relative gain."""
    assert mean_relative_gain(outcomes([[0.5, 0.5], [0, 0]], [[0.7, 0.4], [1, 1]])) == (
        pytest.approx(0.1)
    )


def test_missing_values_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        outcomes(SINGLE, [*MULTI[:2], [0.8, float("nan")]])


def test_features_and_labels_of_disjoint_runs():
    made = outcomes(SINGLE, MULTI)
    runs = np.arange(180.0).reshape(2, 3, 30)
    for protocol in (PAPER, RELEASED):  # of two runs, halves are runs
        sets = sorted(disjoint_pairs(made, protocol.reading), key=lambda data: data.X[0, 0])
        np.testing.assert_array_equal([data.X for data in sets], runs)
        assert [data.y.tolist() for data in sets] == [[0, 1, 0], [1, 0, 0]]  # of the other run
    one_run = outcomes([[0.5], [0.6]], [[0.6], [0.5]])
    assert disjoint_pairs(one_run, PAPER.reading) == []
