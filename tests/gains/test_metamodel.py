"""Scores against scikit-learn's, and ranks within test sets against SciPy's."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from minimtl.gains.designs import Design, random_folds
from minimtl.gains.metamodel import (
    identity_probability,
    score_design,
    score_pairs,
)
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import PAPER, RELEASED


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
    scores = score_design(y, gain, probability, Design("any", ~test, test, 1))
    (p,) = probability
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(y, p > 0.5))
    assert scores.f1 == pytest.approx(metrics.f1_score(y, p > 0.5))
    assert scores.auc == pytest.approx(metrics.roc_auc_score(y, p))
    assert scores.brier == pytest.approx(metrics.brier_score_loss(y, p))
    assert scores.log_loss == pytest.approx(metrics.log_loss(y, p))
    assert scores.rank_correlation == pytest.approx(spearmanr(gain, p).statistic)


def test_several_fits_are_scored_together_and_ranked_within_each():
    y, gain, probability, test = made_up(n_fits=4)
    scores = score_design(y, gain, probability, Design("any", ~test, test, 4))
    own = probability[test.argmax(axis=0), np.arange(len(y))]
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(y, own > 0.5))
    assert scores.brier == pytest.approx(metrics.brier_score_loss(y, own))

    right = n_compared = 0.0
    for p, members in zip(probability, test, strict=True):
        positive, negative = p[members & (y == 1)], p[members & (y == 0)]
        difference = positive[:, np.newaxis] - negative
        right += (difference > 0).sum() + (difference == 0).sum() / 2
        n_compared += difference.size
    assert scores.auc == pytest.approx(right / n_compared)


Y = np.array([1, 1, 0, 0, 1])
TASK = np.array([0, 0, 1, 1, 2])
TRAIN = np.array([[1, 1, 1, 1, 0], [1, 0, 1, 0, 1]], bool)


def test_identity_is_the_tasks_own_share_with_one_pair_of_the_overall_share():
    """Task 2 is unseen by the first fit and gets the overall 1/2."""
    expected = [
        [(2 + 1 / 2) / 3] * 2 + [(0 + 1 / 2) / 3] * 2 + [1 / 2],
        [(1 + 2 / 3) / 2] * 2 + [(0 + 2 / 3) / 2] * 2 + [(1 + 2 / 3) / 2],
    ]
    np.testing.assert_allclose(identity_probability(Y, TRAIN, TASK), expected)


@pytest.mark.parametrize("name", ["in_fold", "seen"])
@pytest.mark.parametrize("protocol", [PAPER, RELEASED], ids=lambda protocol: protocol.name)
def test_every_fold_scores_as_scikit_learn_would(name, protocol):
    """Both solvers are at the minimum to 1e-8; no probability is that close to a half."""
    rng = np.random.default_rng(1)
    y = (rng.uniform(size=120) < 0.6).astype(np.int64)
    labelled = LabelledPairs(rng.normal(size=(120, 30)), y)
    settings = protocol.replace(cv_repeats=2).meta
    folds = random_folds(name, 120, settings, rng)
    ours = score_pairs(labelled, range(30), folds, settings)
    for row in range(folds.n_fits):
        train, test = folds.train[row], folds.test[row]
        X = labelled.X
        scaler = MinMaxScaler() if settings.scaling == "minmax" else StandardScaler()
        if not folds.scaled_inside:
            X, scaler = scaler.fit_transform(X), "passthrough"
        if settings.penalize_intercept:
            model = LogisticRegression(solver="liblinear", tol=1e-10, max_iter=10_000)
        else:
            model = LogisticRegression(tol=1e-10, max_iter=10_000)
        model = make_pipeline(scaler, model).fit(X[train], y[train])
        decision, probability = model.predict(X[test]), model.predict_proba(X[test])[:, 1]
        assert ours.accuracy[row] == pytest.approx(metrics.accuracy_score(y[test], decision))
        assert ours.f1[row] == pytest.approx(metrics.f1_score(y[test], decision))
        brier = metrics.brier_score_loss(y[test], probability)
        assert ours.brier[row] == pytest.approx(brier, abs=1e-5)
        expected = metrics.log_loss(y[test], probability, labels=[0, 1])
        assert ours.log_loss[row] == pytest.approx(expected, abs=1e-5)
