"""Scores against scikit-learn's, alone and for many weightings at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn import metrics

from minimtl.stats.scores import (
    accuracy,
    brier_score,
    f1_score,
    inverse_ranks,
    log_loss,
    macro_f1,
    spearman,
)

# Each score is a ratio of sums of at most some hundred terms: a few roundings.
CLOSE = {"rel": 1e-13, "abs": 1e-15}
LETTERS = st.sampled_from("abc")


@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=30))
def test_scores_of_classes_are_scikit_learns(pairs):
    y, predicted = np.array(pairs).T
    assert accuracy(y, predicted) == pytest.approx(metrics.accuracy_score(y, predicted), **CLOSE)

    f1 = metrics.f1_score(y == "a", predicted == "a", zero_division=0)
    assert f1_score(y, predicted, positive="a") == pytest.approx(f1, **CLOSE)

    macro = metrics.f1_score(y, predicted, average="macro", zero_division=0)
    assert macro_f1(y, predicted) == pytest.approx(macro, **CLOSE)


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_probability_scores_are_scikit_learns(pairs):
    y, p = np.array(pairs).T
    # -ln p near p = 1 loses what 1 - p has lost: an absolute 1e-15.
    expected = metrics.log_loss(y, p, labels=[0, 1])
    assert log_loss(y, p) == pytest.approx(expected, rel=1e-13, abs=1e-14)
    assert brier_score(y, p) == pytest.approx(metrics.brier_score_loss(y, p, pos_label=1), **CLOSE)


@pytest.mark.parametrize("score", [accuracy, f1_score, macro_f1, log_loss, brier_score])
def test_zero_weight_is_absence_along_leading_axes(score):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 40)
    guess = rng.random(40) if score in (log_loss, brier_score) else rng.integers(0, 2, 40)
    masks = rng.random((3, 4, 40)) < 0.3
    masks[2] = np.eye(4, 40)  # a class that such a fold does not hold has no part in a mean
    scores = score(y, guess, masks)
    assert scores.shape == (3, 4)
    for index in np.ndindex(3, 4):
        alone = score(y[masks[index]], guess[masks[index]])
        assert scores[index] == pytest.approx(alone, **CLOSE)


@pytest.mark.parametrize(
    ("score", "arguments", "message"),
    [
        (accuracy, ([], []), "at least one"),
        (accuracy, ([1, 0], [1, 0, 1]), "as many true as predicted"),
        (accuracy, ([1, 0], [1, 0], [[1, 1], [0, 0]]), "positive weight"),
        (log_loss, ([0, 2], [0.5, 0.5]), "only 0 and 1"),
        (brier_score, ([0, 1], [0.5, 1.5]), "between 0 and 1"),
        (log_loss, ([0, 1], [0.5, np.nan]), "between 0 and 1"),
    ],
)
def test_refuses(score, arguments, message):
    with pytest.raises(ValueError, match=message):
        score(*arguments)


def test_inverse_rank_of_the_strongest_is_the_number_of_columns():
    values = np.array([[0.1, -3.0, 2.0], [0.5, 0.2, -0.1], [0.0, 1.0, 0.0]])
    np.testing.assert_array_equal(inverse_ranks(values), [[1, 3, 2], [3, 2, 1], [1, 3, 2]])


def test_spearman_is_scipys():
    a, b = np.random.default_rng(0).integers(0, 6, (2, 30)).astype(float)
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
