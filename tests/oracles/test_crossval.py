"""Cross-validation against scikit-learn's: splits, scores by fold, scaling inside the folds."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from minimtl.stats import crossval
from minimtl.stats.logistic_crossval import cross_validate_logistic

SCORES = {
    "accuracy": "accuracy",
    "f1": "f1",
    "macro_f1": "f1_macro",
    "log_loss": "neg_log_loss",
    "brier_score": "neg_brier_score",
}


@pytest.mark.parametrize(("n", "n_splits"), [(52, 5), (516, 5), (10, 10), (11, 3)])
def test_fold_sizes_are_scikit_learns(n, n_splits):
    folds = crossval.k_fold(n, n_splits, np.random.default_rng(0))
    peers = KFold(n_splits, shuffle=True, random_state=0).split(np.zeros(n))
    assert [len(test) for _, test in folds] == [len(test) for _, test in peers]


@pytest.mark.parametrize("scaling", [None, "minmax", "standard"])
def test_scores_of_each_fold_are_scikit_learns(scaling):
    rng = np.random.default_rng(2)
    X = rng.standard_normal((80, 5)) * [1, 20, 0.1, 1, 0] + [0, 100, 1, 5, 2]
    y = (X[:, 0] + X[:, 3] + rng.standard_normal(80) > 5).astype(int)
    masks = crossval.repeated_k_fold(80, 5, 3, rng)
    ours = cross_validate_logistic(X, y, masks, scaling=scaling)
    steps = {None: [], "minmax": [MinMaxScaler()], "standard": [StandardScaler()]}[scaling]
    model = make_pipeline(
        *steps, LogisticRegression(solver="newton-cholesky", tol=1e-13, max_iter=1000)
    )
    folds = [(np.flatnonzero(~m), np.flatnonzero(m)) for m in masks.reshape(-1, 80)]
    theirs = cross_validate(
        model, X, y, cv=folds, scoring=list(SCORES.values()), return_estimator=True
    )
    # Two minima found to gradients of 1e-12; unscaled features of 100 magnify that.
    for name, peer in SCORES.items():
        sign = -1 if peer.startswith("neg") else 1
        np.testing.assert_allclose(
            ours.scores[name].ravel(), sign * theirs[f"test_{peer}"], rtol=0, atol=1e-8
        )
    for k, fitted in enumerate(theirs["estimator"]):
        np.testing.assert_allclose(
            ours.coef.reshape(15, -1)[k], fitted[-1].coef_[0], rtol=0, atol=1e-8
        )
        np.testing.assert_allclose(
            ours.intercept.ravel()[k], fitted[-1].intercept_[0], rtol=0, atol=1e-6
        )
