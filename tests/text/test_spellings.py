"""Words as bytes, against words as strings."""

from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from minimtl.text.spellings import Spellings, as_text

# Words that share eight or sixteen bytes with others, and some of their own.
BEGINNINGS = st.sampled_from(["", "a", "abcdefgh", "abcdefghijklmnop", "日本語日本語", "é" * 4])
WORDS = st.lists(
    st.tuples(BEGINNINGS, st.text("abzé日𐐀", min_size=1, max_size=6)).map("".join), max_size=40
)


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
