"""Numbers of keys, against a dictionary; test_counts.py holds words against strings."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from minimtl.text.spellings import _MULTIPLIERS, number_keys

KEYS = st.lists(st.integers(1, 2**64 - 1) | st.integers(1, 9), max_size=200)


def assert_numbers_of(keys):
    """Equal numbers for equal keys, others for others, and no number without a key."""
    numbers, n_distinct = number_keys(np.array(keys, dtype=np.uint64))
    pairs = set(zip(keys, numbers.tolist(), strict=True))
    assert len(pairs) == len(set(keys)) == n_distinct
    assert {number for _key, number in pairs} == set(range(n_distinct))


@settings(deadline=None)
@given(KEYS)
def test_equal_numbers_for_equal_keys(keys):
    assert_numbers_of(keys)


def test_more_keys_than_places():
    keys = np.random.default_rng(0).permutation(np.arange(1, 4096)).tolist()
    assert_numbers_of(keys + keys[:50])


def test_keys_made_for_one_place_of_the_table():
    """Keys whose product with the first constant has the same top bits all want one place."""
    inverse = pow(int(_MULTIPLIERS[0]), -1, 2**64)
    keys = [product * inverse % 2**64 for product in range(1, 500)]
    assert_numbers_of(keys * 3)
