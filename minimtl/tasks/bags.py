"""Word counts of sets of documents, from a corpus that is counted once.

The words of a set of documents are a *bag*: the distinct words as ascending column numbers, and how
often each occurs. A task's documents have some thousands of the corpus's hundreds of thousands of
words, so a bag holds the words that occur, not a count for every word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.stats import jensen_shannon_divergence
from minimtl.tasks.protocol import Reading, Words
from minimtl.text import count_matrix, nonword_split_tokens, tokenize, whitespace_tokens

TOKENIZERS: dict[Words, Callable[[str], list[str]]] = {
    "words": tokenize,
    "whitespace": whitespace_tokens,
    "nonword_split": nonword_split_tokens,
}


class Bag(NamedTuple):
    """Distinct words as columns, int64 ascending, and their counts, int64, all positive."""

    words: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class WordCounts:
    """Counts of every word in every document of both partitions, over one vocabulary.

    Attributes
    ----------
    train, test : CSR int64 (n_documents, n_words)
    """

    train: csr_matrix
    test: csr_matrix

    @classmethod
    def of(
        cls, train_texts: Sequence[str], test_texts: Sequence[str], words: Words
    ) -> "WordCounts":
        """Count the documents' words, cut as ``words`` names it."""
        counts, _ = count_matrix(chain(train_texts, test_texts), TOKENIZERS[words])
        return cls(counts[: len(train_texts)], counts[len(train_texts) :])


@dataclass(frozen=True)
class FeatureWords:
    """The word counts that features need: words for divergences, and words to be counted."""

    for_jsd: WordCounts
    for_counts: WordCounts

    @classmethod
    def of(
        cls, train_texts: Sequence[str], test_texts: Sequence[str], reading: Reading
    ) -> "FeatureWords":
        """Both counts of a corpus, made once where the protocol cuts words in one way."""
        for_jsd = WordCounts.of(train_texts, test_texts, reading.words_jsd)
        if reading.words_counts == reading.words_jsd:
            return cls(for_jsd, for_jsd)
        return cls(for_jsd, WordCounts.of(train_texts, test_texts, reading.words_counts))


def bag_of(counts: csr_matrix, rows: np.ndarray) -> Bag:
    """The words of the documents ``rows`` (int) together."""
    chosen = counts[rows]
    # Sums of integers in float64 are exact below 2**53.
    totals = np.bincount(chosen.indices, weights=chosen.data, minlength=counts.shape[1])
    words = np.flatnonzero(totals > 0)
    return Bag(words, totals[words].astype(np.int64))


def merge(a: Bag, b: Bag) -> Bag:
    """The words of both bags together."""
    words, a_counts, b_counts = _side_by_side(a, b)
    ascending = np.argsort(words, kind="stable")
    return Bag(words[ascending], (a_counts + b_counts)[ascending])


def bag_divergence(a: Bag, b: Bag) -> float:
    """Jensen-Shannon divergence of two bags' word distributions, in nats.

    Raises
    ------
    ValueError
        If a bag is empty.
    """
    _, a_counts, b_counts = _side_by_side(a, b)
    return float(jensen_shannon_divergence(a_counts, b_counts))


def unseen_share(bag: Bag, known: Bag) -> float:
    """Share of the distinct words of a bag, which has some, that ``known`` lacks."""
    _, is_known = _places(bag, known)
    return float(1 - is_known.mean())


def _side_by_side(a: Bag, b: Bag) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The words of both, a's and then those that only b has, and the counts of each on them."""
    place, is_shared = _places(b, a)
    only_b = ~is_shared
    words = np.concatenate([a.words, b.words[only_b]])
    a_counts, b_counts = np.zeros((2, len(words)), dtype=np.int64)
    a_counts[: len(a.words)] = a.counts
    b_counts[place[is_shared]] = b.counts[is_shared]
    b_counts[len(a.words) :] = b.counts[only_b]
    return words, a_counts, b_counts


def _places(bag: Bag, other: Bag) -> tuple[np.ndarray, np.ndarray]:
    """The place of each word of ``bag`` in ``other``, had or not, and whether it is there."""
    place = np.searchsorted(other.words, bag.words)
    stands = np.zeros(len(place), dtype=bool)
    inside = place < len(other.words)
    stands[inside] = other.words[place[inside]] == bag.words[inside]
    return place, stands
