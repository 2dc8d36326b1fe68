"""The Jensen-Shannon divergence against SciPy's, whose value is its square root."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from minimtl.stats.divergence import jensen_shannon_divergence
from minimtl.text.counts import count_matrix
from minimtl.text.tokenize import tokenize

# Both add n terms of one sign-mixed sum bounded by 1; pairwise summation in float64 keeps the
# rounding below log2(n) ulp of 1, which is under 4e-15 for n = 60,000.
ABSOLUTE = 4e-15
PEER = "SciPy `jensenshannon`, squared"


def zipf_counts(rng, n_words, n_drawn):
    """Counts as of a text: a few frequent words, most of the vocabulary at zero."""
    weights = 1 / np.arange(1, n_words + 1)
    return rng.multinomial(n_drawn, rng.permutation(weights) / weights.sum())


def drawn(n_words):
    """Two distributions over so many words."""
    rng = np.random.default_rng(n_words)
    return zipf_counts(rng, n_words, 20_000), zipf_counts(rng, n_words, 5_000)


def nearly_equal():
    """Two distributions that differ in the fifth digit."""
    rng = np.random.default_rng(1)
    p = rng.random(1000)
    return p, p * (1 + 1e-5 * rng.standard_normal(1000))


@pytest.mark.parametrize(("p", "q"), [*map(drawn, (1, 2, 50, 60_000)), nearly_equal()])
def test_is_the_square_of_scipys_distance(p, q, agreement):
    ours, expected = jensen_shannon_divergence(p, q), jensenshannon(p, q) ** 2
    agreement("made-up distributions", PEER, ours, expected, ABSOLUTE)


@pytest.mark.corpus
@pytest.mark.slow
def test_words_of_every_two_topics(newsgroups, agreement):
    """190 divergences between the topics' words, of which there are some 100,000 in all."""
    counts, _ = count_matrix(newsgroups.train.texts, tokenize)
    topics = newsgroups.train.topics
    words = np.array([counts[topics == t].sum(axis=0).A1 for t in range(20)])
    first, second = np.triu_indices(20, k=1)
    ours = [
        jensen_shannon_divergence(words[a], words[b]) for a, b in zip(first, second, strict=True)
    ]
    expected = jensenshannon(words[first], words[second], axis=1) ** 2
    # A dot product over 100,000 words has several running sums, not pairwise ones: some 100
    # roundings of 1e-16 in a random walk of 10,000 steps each.
    agreement("the 190 pairs of topics of 20 Newsgroups", PEER, ours, expected, 2e-14)
