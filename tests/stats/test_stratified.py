"""Parts and draws that keep the classes in proportion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.stats.stratified import draw_per_class, stratified_parts


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


def test_parts_are_random():
    labels = np.repeat([0, 1], 50)
    first, second = (stratified_parts(labels, 5, np.random.default_rng(seed)) for seed in (0, 1))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("n", [1, 4, 100])
def test_draws_take_what_there_is_of_each_class(n):
    labels = np.repeat([0, 1, 2], [3, 5, 9])
    rows = np.arange(1, 17)
    drawn = draw_per_class(rows, labels, n, np.random.default_rng(0))
    assert list(drawn) == sorted(set(drawn))
    assert set(drawn) <= set(rows)
    assert list(np.bincount(labels[drawn])) == [min(n, 2), min(n, 5), min(n, 9)]


def test_every_row_has_the_same_chance():
    labels = np.zeros(10, int)
    rng = np.random.default_rng(0)
    counts = sum(
        np.bincount(draw_per_class(np.arange(10), labels, 3, rng), minlength=10)
        for _ in range(2000)
    )
    # 2,000 draws at 0.3: standard deviation 20; five of them leave a chance of 6e-7 a row.
    assert np.abs(counts - 600).max() < 100
