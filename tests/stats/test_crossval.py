"""Folds, parts and draws cover all samples evenly; scores of folds are compared in oracles/."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.stats.crossval import (
    cross_validate,
    draw_per_class,
    stratified_parts,
)
from minimtl.stats.logistic import LogisticRegression


@pytest.fixture
def problem():
    rng = np.random.default_rng(5)
    X = 3 + rng.standard_normal((52, 6)) * [1, 10, 0.1, 1, 1, 0]
    return X, (X[:, 0] + rng.standard_normal(52) > 3).astype(int)


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


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"n_splits": 2.5}, "n_splits must be a whole number of at least 1"),
        ({"n_splits": "2"}, "n_splits must be a whole number of at least 1"),
        ({"n_repeats": 0}, "n_repeats must be a whole number of at least 1"),
        ({"n_splits": 1}, "at least 2 splits"),
        ({"n_splits": 53}, "n_splits=53 folds of 52 samples"),
    ],
)
def test_refuses_splits_that_cannot_be(problem, params, sentence):
    with pytest.raises(ValueError, match=sentence):
        cross_validate(LogisticRegression(), *problem, **params)


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=60),
    st.integers(1, 7),
    st.integers(0, 2**32 - 1),
)
def test_parts_are_equal_in_all_and_in_each_class(labels, n_parts, seed):
    labels = np.array(labels)
    part = stratified_parts(labels, n_parts, np.random.default_rng(seed))
    for members in (part, *(part[labels == label] for label in np.unique(labels))):
        sizes = np.bincount(members, minlength=n_parts)
        assert len(sizes) == n_parts
        assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("n", [1, 4, 100])
def test_draws_take_what_there_is_of_each_class(n):
    labels = np.repeat([0, 1, 2], [3, 5, 9])
    rows = np.arange(1, 17)
    drawn = draw_per_class(rows, labels, n, np.random.default_rng(0))
    assert list(drawn) == sorted(set(drawn))
    assert set(drawn) <= set(rows)
    assert list(np.bincount(labels[drawn])) == [min(n, 2), min(n, 5), min(n, 9)]
