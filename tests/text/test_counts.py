"""Counts against a Counter per text."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from minimtl.text import counts as counting
from minimtl.text.counts import count_known, count_matrix, count_words
from minimtl.text.tokenize import (
    CharacterAnalyzer,
    WordAnalyzer,
    char_wb_ngrams,
    find_words,
    tokenize,
)
from tests.text.conftest import assert_same

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

    known = count_known(texts, str.split, {"c": 0, "a": 1, "z": 2})
    assert known.shape == (len(texts), 3)
    expected = [[text.split().count(word) for word in "caz"] for text in texts]
    assert known.toarray().tolist() == expected


STOP_WORDS = frozenset({"ab", "éa"})
ANALYZERS = {
    "lower-cased": tokenize,
    "case kept": WordAnalyzer(find_words),
    "stop words": WordAnalyzer(find_words, (1, 1), STOP_WORDS, str.lower),
    "within words": CharacterAnalyzer(char_wb_ngrams, (3, 5), str.lower),
    "within short words": CharacterAnalyzer(char_wb_ngrams, (6, 7)),
    "in too many digits": CharacterAnalyzer(char_wb_ngrams, (1, 64)),
}


# Beside any text: what a block is made of, what lower-casing makes longer or decides by what
# follows, half of a pair of surrogates, a letter whose lower case is ASCII, and words that share
# eight or sixteen bytes with others.
CHARACTERS = st.sampled_from([*"aZ9_ .\n\0\x80", "É", "Σ", "İ", "\u0301", "\ud801", "\u212a", "𐐀"])
BEGINNINGS = st.sampled_from(["a", "abcdefgh", "abcdefghijklmnop", "日本語日本語", "é" * 4])
WORDS = st.tuples(BEGINNINGS, st.text("abzé日𐐀", max_size=6)).map("".join)
DOCUMENTS = st.lists(
    st.text() | st.text(CHARACTERS) | st.lists(WORDS, max_size=9).map(" ".join), max_size=6
)


@pytest.mark.parametrize("analyze", ANALYZERS.values(), ids=ANALYZERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=DOCUMENTS)
@example(texts=["ΟΔΟΣ", "ΟΔΟΣ.", "ΟΔΟΣ Α"])
@example(texts=["a", "", "b"])
def test_blocks_give_the_counts_of_words_one_by_one(in_blocks, analyze, texts):
    expected, vocabulary = count_matrix(texts, lambda text: analyze(text))
    counts, spell = count_words(iter(texts), analyze)
    assert spell(np.arange(len(vocabulary))) == vocabulary
    assert spell(np.arange(0, len(vocabulary), 2)) == vocabulary[::2]
    assert_same(counts, expected)
    known = {word: column for column, word in enumerate([*reversed(vocabulary[::2]), "no word"])}
    by_one = count_known(texts, lambda text: analyze(text), known)
    assert_same(count_known(texts, analyze, known), by_one)


@pytest.mark.parametrize("analyze", [tokenize, WordAnalyzer(find_words)])
def test_every_character_is_taken_alike(in_blocks, analyze):
    # Each twice, so that it is a word of its own; no letters are beyond these planes.
    texts = [" ".join(2 * chr(code) for code in range(0x40000))]
    expected, vocabulary = count_matrix(texts, lambda text: analyze(text))
    counts, found = count_matrix(texts, analyze)
    assert found == vocabulary
    assert_same(counts, expected)


def test_many_words_one_by_one_are_counted_in_parts(monkeypatch):
    monkeypatch.setattr(counting, "_MOST_TOKENS", 2)
    texts = iter(["a b a", "", "c", "a c c c"])
    counts, vocabulary = count_matrix(texts, lambda text: (word for word in text.split()))
    assert vocabulary == ["a", "b", "c"]
    assert counts.toarray().tolist() == [[2, 1, 0], [0, 0, 0], [0, 0, 1], [1, 0, 3]]


def test_an_error_ends_the_reading(in_blocks):
    taken = []
    texts = (taken.append(i) or ("word " * 10 if i != 40 else None) for i in range(10_000))
    with pytest.raises(TypeError):
        count_words(texts, tokenize)
    assert len(taken) < 200
