"""Reviews small enough to tune on in seconds."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from minimtl.corpora.amazon import AmazonReviews, Reviews


@pytest.fixture
def reviews():
    """Two domains of 36 reviews over 30 unigrams and 10 bigrams that give the label away."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 18)
    vocabulary = (*(f"w{i:02}" for i in range(30)), *(f"w_{i}" for i in range(10)))

    def domain(name):
        counts = rng.poisson(0.5, (36, 40))
        counts[:, :5] += 2 * labels[:, None] * rng.integers(0, 2, (36, 5))
        counts[:, 30:] = 9 * labels[:, None]
        return Reviews(name, csr_matrix(counts.astype(np.int64)), labels)

    return AmazonReviews("made up", "5" * 64, vocabulary, (domain("books"), domain("dvd")))
