"""Counts against a Counter per text."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from minimtl.text.counts import count_known, count_matrix

TEXTS = st.lists(st.lists(st.sampled_from("bcaed")).map(" ".join), max_size=6)


@given(TEXTS)
def test_counts_are_those_of_a_counter_per_text(texts):
    counts, vocabulary = count_matrix(texts, str.split)
    assert vocabulary == sorted({word for text in texts for word in text.split()})
    assert counts.shape == (len(texts), len(vocabulary))
    assert counts.dtype == np.int64
    assert counts.has_canonical_format
    expected = [[Counter(text.split())[word] for word in vocabulary] for text in texts]
    assert counts.toarray().tolist() == expected


@given(TEXTS)
def test_known_words_only(texts):
    counts = count_known(texts, str.split, {"c": 0, "a": 1, "z": 2})
    expected = [[text.split().count(word) for word in "caz"] for text in texts]
    assert counts.shape == (len(texts), 3)
    assert counts.toarray().tolist() == expected


def test_texts_may_be_an_iterator_and_words_a_generator():
    counts, vocabulary = count_matrix(iter(["b a", "b"]), lambda text: (w for w in text.split()))
    assert vocabulary == ["a", "b"]
    assert counts.toarray().tolist() == [[1, 1], [0, 1]]
