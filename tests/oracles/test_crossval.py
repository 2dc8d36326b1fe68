"""Cross-validation against scikit-learn's: fold sizes, scores by fold, scaling inside the folds."""

import numpy as np
import pytest
from sklearn import linear_model, model_selection
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from minimtl.stats.crossval import cross_validate, repeated_k_fold
from minimtl.stats.logistic import LogisticRegression
from minimtl.stats.logistic_fit import fit_logistic_regression, scaling_parameters

SCORES = {
    "accuracy": "accuracy",
    "f1": "f1",
    "macro_f1": "f1_macro",
    "log_loss": "neg_log_loss",
    "brier_score": "neg_brier_score",
}


def problem(n):
    rng = np.random.default_rng(2)
    X = rng.standard_normal((n, 5)) * [1, 20, 0.1, 1, 0] + [0, 100, 1, 5, 2]
    return X, (X[:, 0] + X[:, 3] + rng.standard_normal(n) > 5).astype(int)


def peer(*steps):
    classifier = linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-13, max_iter=1000)
    return make_pipeline(*steps, classifier)


def as_folds(masks):
    return [(np.flatnonzero(~m), np.flatnonzero(m)) for m in masks.reshape(-1, masks.shape[-1])]


@pytest.mark.parametrize(("n", "n_splits"), [(52, 5), (516, 5), (10, 10), (11, 3)])
def test_splits_are_scikit_learns(n, n_splits, agreement):
    """From the same permutation, which only the old generator can give scikit-learn."""
    masks = repeated_k_fold(n, n_splits, 1, np.random.RandomState(0))[0]
    peers = model_selection.KFold(n_splits, shuffle=True, random_state=0).split(np.zeros(n))
    for mask, (train, test) in zip(masks, peers, strict=True):
        for ours, theirs in ((~mask, train), (mask, test)):
            agreement("splits, sample by sample", "scikit-learn `KFold`",
                      np.flatnonzero(ours), theirs, 0)  # fmt: skip


def test_scores_of_each_fold_are_scikit_learns(agreement):
    X, y = problem(80)
    ours = cross_validate(LogisticRegression(), X, y, n_repeats=3, random_state=4)
    folds = as_folds(repeated_k_fold(80, 5, 3, np.random.default_rng(4)))
    theirs = model_selection.cross_validate(peer(), X, y, cv=folds, scoring=list(SCORES.values()))
    assert ours.keys() == SCORES.keys()
    for name, scorer in SCORES.items():
        sign = -1 if scorer.startswith("neg") else 1
        # Two minima found to relative gradients of 1e-12; features of 100 magnify that.
        agreement(f"{name} of each fold", "scikit-learn `cross_validate`",
                  ours[name].ravel(), sign * theirs[f"test_{scorer}"], 1e-8)  # fmt: skip


@pytest.mark.parametrize(
    ("scaling", "scaler"), [("minmax", MinMaxScaler), ("standard", StandardScaler)]
)
def test_scaling_inside_the_folds_is_a_pipeline_of_scikit_learn(scaling, scaler, agreement):
    X, y = problem(60)
    test = repeated_k_fold(60, 5, 2, np.random.default_rng(5)).reshape(-1, 60)
    center, scale = scaling_parameters(X, scaling, ~test)
    fits = fit_logistic_regression(X, y, sample_weight=~test, center=center, scale=scale)
    for k, held_out in enumerate(test):
        theirs = peer(scaler()).fit(X[~held_out], y[~held_out])[-1]
        # The batch works in the units of X, whose means are up to 1,000 times their spread.
        ours = np.append(fits.coef[k], fits.intercept[k])
        agreement(f"coefficients, {scaling} scaling inside the folds", "scikit-learn pipeline",
                  ours, np.append(theirs.coef_, theirs.intercept_), 1e-8)  # fmt: skip
