"""Words as bytes, against words as strings; numbers of keys, against a dictionary."""

from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from minimtl.text.spellings import _MULTIPLIERS, Spellings, as_text, number_keys

# Words that share eight or sixteen bytes with others, and some of their own.
BEGINNINGS = st.sampled_from(["", "a", "abcdefgh", "abcdefghijklmnop", "日本語日本語", "é" * 4])
WORDS = st.lists(
    st.tuples(BEGINNINGS, st.text("abzé日𐐀", min_size=1, max_size=6)).map("".join), max_size=40
)

KEYS = st.lists(st.integers(1, 2**64 - 1) | st.integers(1, 9), max_size=200)


def spelled(words):
    encoded = [word.encode() for word in words]
    length = np.array([len(word) for word in encoded], dtype=np.int64)
    return Spellings(as_text(encoded), np.cumsum(length + 1) - length, length)


@settings(deadline=None)
@given(WORDS)
def test_equal_numbers_for_equal_words(words):
    numbers, examples = spelled(words).number()
    assert [words[examples[number]] for number in numbers] == words
    assert len(examples) == len(set(words))


@settings(deadline=None)
@given(WORDS)
def test_words_in_alphabetical_order(words):
    words = list(dict.fromkeys(words))
    order = spelled(words).alphabetical()
    assert [words[place] for place in order] == sorted(words)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), st.data())
def test_words_taken_and_put_together(lists, data):
    joined = Spellings.joined([spelled(words) for words in lists])
    words = list(chain(*lists))
    assert joined.strings() == words
    which = data.draw(st.lists(st.sampled_from(range(len(words))))) if words else []
    chosen = joined.of(np.array(which, dtype=np.int64)).alone()
    assert chosen.strings() == [words[place] for place in which]
    assert chosen.number()[0].tolist() == joined.of(np.array(which, np.int64)).number()[0].tolist()


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
