import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from minimtl.tasks.bags import (
    Bag,
    bag_divergence,
    merge,
    unseen_share,
)


def bag(counts):
    """The bag of a dense row of counts."""
    words = np.flatnonzero(counts)
    return Bag(words, np.asarray(counts)[words])


def dense(bag, n):
    row = np.zeros(n, dtype=np.int64)
    row[bag.words] = bag.counts
    return row


rows = st.lists(st.integers(0, 3), min_size=6, max_size=6)


@given(rows, rows)
def test_merged_bags_are_the_sum_of_the_rows(a, b):
    merged = merge(bag(a), bag(b))
    assert dense(merged, 6).tolist() == np.add(a, b).tolist()
    assert (np.diff(merged.words) > 0).all()


@given(rows.filter(any), rows.filter(any))
def test_divergence_is_scipys_distance_squared(a, b):
    # SciPy subtracts entropies of order 1: 1e-7 of its distance is 1e-14 of its square.
    assert bag_divergence(bag(a), bag(b)) == pytest.approx(jensenshannon(a, b) ** 2, abs=1e-13)


@given(rows, rows)
def test_unseen_share_counts_distinct_words(a, b):
    has_a, has_b = set(np.flatnonzero(a)), set(np.flatnonzero(b))
    expected = len(has_a - has_b) / len(has_a) if has_a else 0.0
    assert unseen_share(bag(a), bag(b)) == pytest.approx(expected)
