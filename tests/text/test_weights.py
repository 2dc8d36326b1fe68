"""Selection and weights on a small matrix, worked by hand."""

import numpy as np
import pytest
from scipy import sparse

from minimtl.text.counts import count_matrix
from minimtl.text.tfidf import TfidfVectorizer
from minimtl.text.tokenize import tokenize
from minimtl.text.weights import (
    inverse_document_frequencies,
    normalize_rows,
    select_words,
    weigh_counts,
)

COUNTS = sparse.csr_matrix([[5, 1, 0, 1], [0, 1, 2, 1], [0, 0, 2, 1], [0, 0, 0, 1]])
FLOAT = np.dtype(np.float64)


@pytest.mark.parametrize("smooth", [False, True])
def test_idf(smooth):
    df = np.array([1, 2, 2, 4])
    expected = np.log((4 + smooth) / (df + smooth)) + 1
    # The same four operations in float64; only their order could differ.
    np.testing.assert_allclose(
        inverse_document_frequencies(COUNTS, smooth, FLOAT), expected, rtol=1e-15
    )


@pytest.mark.parametrize(
    ("min_df", "max_df", "max_features", "expected"),
    [
        (1, 1.0, None, [0, 1, 2, 3]),
        (2, 1.0, None, [1, 2, 3]),
        (0.5, 3, None, [1, 2]),
        (1, 1, None, [0]),
        (1, 1.0, 1, [0]),
        (2, 1.0, 2, [2, 3]),
    ],
)
def test_selection(min_df, max_df, max_features, expected):
    kept = select_words(COUNTS, min_df, max_df, max_features, FLOAT)
    assert kept.tolist() == expected


def test_nothing_left_to_select():
    with pytest.raises(ValueError, match="no terms remain"):
        select_words(COUNTS, 3, 3, None, FLOAT)
    with pytest.raises(ValueError, match="max_df corresponds to < documents than min_df"):
        select_words(COUNTS, 3, 0.5, None, FLOAT)


def test_rows_are_scaled_and_empty_ones_left():
    for norm, expected in (("l1", [3 / 7, 4 / 7]), ("l2", [0.6, 0.8])):
        matrix = sparse.csr_matrix([[3.0, 4.0], [0.0, 0.0]])
        normalize_rows(matrix, norm)
        np.testing.assert_allclose(matrix.toarray(), [expected, [0, 0]], rtol=1e-15)


TEXTS = [
    "the cat sat on the mat",
    "dogs and cats and the rest",
    "mat mat mat, said the cat",
    "entirely unknown words here",
    "",
]


@pytest.mark.parametrize("max_features", [4, 100])
def test_weighed_counts_are_the_vectorizer_s_features(max_features):
    known = np.array([2, 0, 1])
    counts, _ = count_matrix(TEXTS, tokenize)
    X = weigh_counts(counts, known, max_features)
    vectorizer = TfidfVectorizer(max_features=max_features, dtype=np.float32)
    vectorizer.fit([TEXTS[row] for row in known])
    expected = vectorizer.transform(TEXTS)
    assert X.dtype == np.float32
    # The same operations in the same order: not a bit may differ.
    np.testing.assert_array_equal(X.toarray(), expected.toarray())
    assert X[3:].nnz == 0


def test_texts_without_a_word_cannot_be_learned_from():
    counts, _ = count_matrix(TEXTS, tokenize)
    with pytest.raises(ValueError, match="no terms remain"):
        weigh_counts(counts, np.array([4]), 10)
