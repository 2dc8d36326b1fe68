"""Selection and weights on a small matrix, worked by hand."""

import numpy as np
import pytest
from scipy import sparse

from minimtl.text.counts import count_matrix
from minimtl.text.tfidf import TfidfVectorizer
from minimtl.text.tokenize import tokenize
from minimtl.text.weights import (
    select_words,
    weigh_counts,
)

COUNTS = sparse.csr_matrix([[5, 1, 0, 1], [0, 1, 2, 1], [0, 0, 2, 1], [0, 0, 0, 1]])
FLOAT = np.dtype(np.float64)


def test_nothing_left_to_select():
    with pytest.raises(ValueError, match="no terms remain"):
        select_words(COUNTS, 3, 3, None, FLOAT)
    with pytest.raises(ValueError, match="max_df corresponds to < documents than min_df"):
        select_words(COUNTS, 3, 0.5, None, FLOAT)


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
