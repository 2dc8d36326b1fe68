"""Scores against scikit-learn's, and ranks within test sets against SciPy's."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn import metrics

from minimtl.gains.meta.designs import Design
from minimtl.gains.pairs.scoring import accuracy_interval, score_design


def made_up(n=60, n_fits=1):
    rng = np.random.default_rng(0)
    gain = rng.normal(size=n)
    probability = np.clip(0.5 + 0.2 * gain + rng.normal(0, 0.2, (n_fits, n)), 0.01, 0.99)
    probability = probability.round(1).clip(0.05, 0.95)  # with ties
    fold = rng.integers(0, n_fits, n)
    test = fold == np.arange(n_fits)[:, np.newaxis]
    return (gain > 0).astype(np.int64), gain, probability, test


def test_scores_of_one_fit_are_scikit_learns():
    y, gain, probability, test = made_up()
    scores = score_design(y, gain, probability, Design("any", ~test, test, 1, True))
    (p,) = probability
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(y, p > 0.5))
    assert scores.f1 == pytest.approx(metrics.f1_score(y, p > 0.5))
    assert scores.auc == pytest.approx(metrics.roc_auc_score(y, p))
    assert scores.brier == pytest.approx(metrics.brier_score_loss(y, p))
    assert scores.log_loss == pytest.approx(metrics.log_loss(y, p))
    assert scores.rank_correlation == pytest.approx(spearmanr(gain, p).statistic)


def test_accuracy_of_several_fits_is_over_all_pairs_together():
    y, gain, probability, test = made_up(n_fits=4)
    scores = score_design(y, gain, probability, Design("any", ~test, test, 4, True))
    own = probability[test.argmax(axis=0), np.arange(len(y))]
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(y, own > 0.5))
    assert scores.brier == pytest.approx(metrics.brier_score_loss(y, own))


def test_auc_of_several_fits_compares_within_a_fit_only():
    y, gain, probability, test = made_up(n_fits=4)
    scores = score_design(y, gain, probability, Design("any", ~test, test, 4, True))
    right = n_compared = 0.0
    for p, members in zip(probability, test, strict=True):
        positive, negative = p[members & (y == 1)], p[members & (y == 0)]
        difference = positive[:, np.newaxis] - negative
        right += (difference > 0).sum() + (difference == 0).sum() / 2
        n_compared += difference.size
    assert scores.auc == pytest.approx(right / n_compared)


def test_a_fits_level_says_nothing_about_its_ranks():
    """The share of gains in training is low where that in the test part is high."""
    y = np.repeat([0, 1], 10)
    test = np.repeat(np.eye(2, dtype=bool), 10, axis=1)
    probability = np.repeat([[0.9], [0.1]], 20, axis=1)
    scores = score_design(y, y.astype(float), probability, Design("any", ~test, test, 2, True))
    assert np.isnan(scores.auc)
    assert np.isnan(scores.rank_correlation)
    assert scores.accuracy == 0


def test_the_interval_is_wider_where_a_task_decides_whether_its_pairs_are_told():
    main, aux = np.divmod(np.arange(100), 10)
    y = np.ones(100, np.int64)
    test = np.ones((1, 100), bool)
    design = Design("any", test, test, 1, True)
    levels = {"main": main, "aux": 10 + aux}
    by_task = np.where(main < 7, 0.9, 0.1)[np.newaxis]
    at_random = np.random.default_rng(0).permuted(by_task, axis=1)
    low, high = accuracy_interval(0.7, y, by_task, design, levels)
    narrow_low, narrow_high = accuracy_interval(0.7, y, at_random, design, levels)
    assert 0 <= low < narrow_low < 0.7 < narrow_high < high <= 1
