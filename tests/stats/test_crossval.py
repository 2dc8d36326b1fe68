"""cross_validate scores the splits it says, and leaves the estimator alone."""

import numpy as np
import pytest

from minimtl.stats.crossval import cross_validate
from minimtl.stats.logistic import LogisticRegression
from minimtl.stats.splits import repeated_k_fold


@pytest.fixture
def problem():
    rng = np.random.default_rng(5)
    X = 3 + rng.standard_normal((52, 6)) * [1, 10, 0.1, 1, 1, 0]
    return X, (X[:, 0] + rng.standard_normal(52) > 3).astype(int)


@pytest.mark.parametrize("groups", [None, np.arange(52) // 4])
def test_scores_are_those_of_the_splits_it_says(problem, groups):
    X, y = problem
    scores = cross_validate(
        LogisticRegression(C=2), X, y, n_repeats=3, groups=groups, random_state=1
    )
    assert set(scores) == {"accuracy", "f1", "macro_f1", "log_loss", "brier_score"}
    masks = repeated_k_fold(52, 5, 3, np.random.default_rng(1), groups)
    for index in np.ndindex(3, 5):
        test = masks[index]
        model = LogisticRegression(C=2).fit(X[~test], y[~test])
        assert scores["accuracy"][index] == model.score(X[test], y[test])
        squares = (model.predict_proba(X[test])[:, 1] - y[test]) ** 2
        assert scores["brier_score"][index] == pytest.approx(squares.mean(), rel=1e-14)


def test_leaves_the_estimator_alone_and_repeats_itself(problem):
    X, y = problem
    model = LogisticRegression()
    first = cross_validate(model, X, y, n_repeats=2, random_state=3)
    second = cross_validate(model, X, y, n_repeats=2, random_state=3)
    assert not hasattr(model, "coef_")
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


def test_more_than_two_classes_have_accuracy_and_macro_f1(problem):
    X, _ = problem
    scores = cross_validate(LogisticRegression(), X, np.arange(52) % 3, n_repeats=1)
    assert set(scores) == {"accuracy", "macro_f1"}


@pytest.mark.parametrize("params", [{"n_splits": 2.5}, {"n_repeats": 0}, {"n_splits": "2"}])
def test_counts_of_splits_are_whole_numbers(problem, params):
    X, y, *_ = problem
    with pytest.raises(ValueError, match="must be a whole number of at least 1"):
        cross_validate(LogisticRegression(), X, y, **params)


def test_groups_must_be_one_for_each_sample(problem):
    X, y = problem
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        cross_validate(LogisticRegression(), X, y, groups=np.arange(51))
