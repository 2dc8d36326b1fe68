"""Weighing counted texts is what the vectorizer does on the texts."""

import numpy as np
import pytest

from minimtl.text.counts import count_matrix
from minimtl.text.fromcounts import weigh_counts
from minimtl.text.tfidf import TfidfVectorizer
from minimtl.text.tokenize import tokenize

TEXTS = [
    "the cat sat on the mat",
    "dogs and cats and the rest",
    "mat mat mat, said the cat",
    "entirely unknown words here",
    "",
]


@pytest.mark.parametrize("max_features", [4, 100])
def test_it_is_the_vectorizer(max_features):
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
