"""Splits keep their promises; cross_validate scores its own splits and leaves no trace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.stats.crossval import cross_validate, grouped_k_fold, k_fold, repeated_k_fold
from minimtl.stats.logistic import LogisticRegression


def assert_partition(folds, n):
    covered = np.concatenate([test for _, test in folds])
    assert sorted(covered) == list(range(n))
    for train, test in folds:
        assert len(test) > 0
        assert sorted([*train, *test]) == list(range(n))


@given(n=st.integers(2, 60), n_splits=st.integers(2, 10), seed=st.integers(0, 2**32))
def test_k_fold_covers_all_in_even_parts(n, n_splits, seed):
    n_splits = min(n, n_splits)
    folds = k_fold(n, n_splits, np.random.default_rng(seed))
    assert_partition(folds, n)
    sizes = [len(test) for _, test in folds]
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) - min(sizes) <= 1


@given(
    groups=st.lists(st.integers(0, 9), min_size=5, max_size=60).filter(lambda g: len(set(g)) > 4),
    n_splits=st.integers(2, 5),
    seed=st.integers(0, 2**32),
)
def test_grouped_k_fold_keeps_groups_together_and_sizes_close(groups, n_splits, seed):
    groups = np.array(groups)
    folds = grouped_k_fold(groups, n_splits, np.random.default_rng(seed))
    assert_partition(folds, len(groups))
    for train, test in folds:
        assert not set(groups[train]) & set(groups[test])
    sizes = [len(test) for _, test in folds]
    assert max(sizes) - min(sizes) <= np.bincount(groups).max()


def test_every_sample_is_as_often_in_every_fold():
    rng = np.random.default_rng(0)
    masks = repeated_k_fold(12, 5, 4000, rng)
    # 4000 draws with probability 3/12 or 2/12: five standard deviations are 0.035.
    shares = masks.mean(axis=0)
    expected = np.array([3, 3, 2, 2, 2]) / 12
    assert np.abs(shares - expected[:, np.newaxis]).max() < 0.035


def test_grouped_splits_differ_between_repeats():
    masks = repeated_k_fold(40, 5, 20, np.random.default_rng(0), np.repeat(np.arange(10), 4))
    assert len({mask.tobytes() for mask in masks}) == 20


@pytest.mark.parametrize("n_splits", [0, 1, 7])
def test_refuses_splits_that_cannot_be(n_splits):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"at least 2 splits|7 folds of 6 samples"):
        k_fold(6, n_splits, rng)
    with pytest.raises(ValueError, match=r"at least 2 splits|7 folds of 3 groups"):
        grouped_k_fold([0, 0, 1, 1, 2, 2], n_splits, rng)


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


def test_groups_must_be_one_for_each_sample(problem):
    X, y = problem
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        cross_validate(LogisticRegression(), X, y, groups=np.arange(51))
