"""The meta-model, its baselines and its scores, against scikit-learn's and SciPy's."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from minimtl.gains.designs import Design, random_folds
from minimtl.gains.metamodel import identity_probability, score_design, score_pairs
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import PAPER, RELEASED


@pytest.mark.parametrize("n_fits", [1, 4])
def test_fits_are_scored_together_and_ranked_within_each(n_fits):
    rng = np.random.default_rng(0)
    gain = rng.normal(size=60)
    y = (gain > 0).astype(np.int64)
    probability = np.clip(0.5 + 0.2 * gain + rng.normal(0, 0.2, (n_fits, 60)), 0.01, 0.99)
    probability = probability.round(1).clip(0.05, 0.95)  # with ties
    fold = rng.integers(0, n_fits, 60)
    test = fold == np.arange(n_fits)[:, np.newaxis]

    scores = score_design(y, gain, probability, Design("any", ~test, test, n_fits))
    p = probability[fold, np.arange(60)]
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(y, p > 0.5))
    assert scores.f1 == pytest.approx(metrics.f1_score(y, p > 0.5))
    assert scores.brier == pytest.approx(metrics.brier_score_loss(y, p))
    assert scores.log_loss == pytest.approx(metrics.log_loss(y, p))

    # Of ranks a fit counts by its pairs of a gain and a loss.
    n_compared = [y[members].sum() * (1 - y[members]).sum() for members in test]
    each = [metrics.roc_auc_score(y[members], p[members]) for members in test]
    assert scores.auc == pytest.approx(np.average(each, weights=n_compared))
    if n_fits == 1:
        assert scores.rank_correlation == pytest.approx(spearmanr(gain, p).statistic)


def test_identity_is_the_tasks_own_share_with_one_pair_of_the_overall_share():
    """Task 2 is unseen by the first fit and gets the overall 1/2."""
    y, task = np.array([1, 1, 0, 0, 1]), np.array([0, 0, 1, 1, 2])
    train = np.array([[1, 1, 1, 1, 0], [1, 0, 1, 0, 1]], bool)
    expected = [
        [(2 + 1 / 2) / 3] * 2 + [(0 + 1 / 2) / 3] * 2 + [1 / 2],
        [(1 + 2 / 3) / 2] * 2 + [(0 + 2 / 3) / 2] * 2 + [(1 + 2 / 3) / 2],
    ]
    np.testing.assert_allclose(identity_probability(y, train, task), expected)


@pytest.mark.parametrize("name", ["in_fold", "seen"])
@pytest.mark.parametrize("protocol", [PAPER, RELEASED], ids=lambda protocol: protocol.name)
def test_every_fold_scores_as_scikit_learn_would(name, protocol):
    """Both solvers are at the minimum to 1e-8; no probability is that close to a half."""
    rng = np.random.default_rng(1)
    y = (rng.uniform(size=120) < 0.6).astype(np.int64)
    X = rng.normal(size=(120, 30))
    settings = protocol.replace(cv_repeats=2).meta
    folds = random_folds(name, 120, settings, rng)
    ours = score_pairs(LabelledPairs(X, y), range(30), folds, settings)

    scaler = MinMaxScaler() if settings.scaling == "minmax" else StandardScaler()
    if not folds.scaled_inside:
        X, scaler = scaler.fit_transform(X), "passthrough"
    solver = "liblinear" if settings.penalize_intercept else "lbfgs"
    model = make_pipeline(scaler, LogisticRegression(solver=solver, tol=1e-10, max_iter=10_000))
    for row, (train, test) in enumerate(zip(folds.train, folds.test, strict=True)):
        probability = model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
        decision = model.predict(X[test])
        brier = metrics.brier_score_loss(y[test], probability)
        loss = metrics.log_loss(y[test], probability, labels=[0, 1])
        assert ours.accuracy[row] == pytest.approx(metrics.accuracy_score(y[test], decision))
        assert ours.f1[row] == pytest.approx(metrics.f1_score(y[test], decision))
        assert ours.brier[row] == pytest.approx(brier, abs=1e-5)
        assert ours.log_loss[row] == pytest.approx(loss, abs=1e-5)
