import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from minimtl.tasks.bags import (
    Bag,
    FeatureWords,
    WordCounts,
    bag_divergence,
    bag_of,
    merge,
    unseen_share,
)
from minimtl.tasks.protocol import PAPER, RELEASED

TRAIN = ("a-b B", "b b c.", "")
TEST = ("C d a",)


def bag(counts):
    """The bag of a dense row of counts."""
    words = np.flatnonzero(counts)
    return Bag(words, np.asarray(counts)[words])


def dense(bag, n):
    row = np.zeros(n, dtype=np.int64)
    row[bag.words] = bag.counts
    return row


@pytest.mark.parametrize(
    ("words", "train", "test"),
    [
        # Columns: B C a-b b c. d a -> sorted: B, C, a, a-b, b, c., d
        (
            "whitespace",
            [[1, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 2, 1, 0], [0] * 7],
            [0, 1, 1, 0, 0, 0, 1],
        ),
        # Columns: "", B, C, a, b, c, d; the split of "c." and of "" leaves an empty piece
        (
            "nonword_split",
            [[0, 1, 0, 1, 1, 0, 0], [1, 0, 0, 0, 2, 1, 0], [1, 0, 0, 0, 0, 0, 0]],
            [0, 0, 1, 1, 0, 0, 1],
        ),
    ],
)
def test_counts_written_out(words, train, test):
    counts = WordCounts.of(TRAIN, TEST, words)
    assert counts.train.toarray().tolist() == train
    assert counts.test.toarray().tolist() == [test]


def test_the_vectorizers_words_are_lower_cased_and_longer_than_one():
    counts = WordCounts.of(("One one I", "two-three"), ("ONE x",), "words")
    assert counts.train.toarray().tolist() == [[2, 0, 0], [0, 1, 1]]
    assert counts.test.toarray().tolist() == [[1, 0, 0]]


def test_a_corpus_is_counted_twice_only_where_words_are_cut_in_two_ways():
    paper, released = (FeatureWords.of((*TRAIN, "ab"), TEST, p.reading) for p in (PAPER, RELEASED))
    assert paper.for_jsd is paper.for_counts
    # white space: B C a a-b ab b c. d; between non-word characters: "" B C a ab b c d
    assert released.for_jsd.train.shape == (4, 8)
    assert released.for_counts.train.toarray()[:, 0].tolist() == [0, 1, 1, 0]


def test_a_bag_adds_the_rows_it_is_of():
    counts = WordCounts.of(TRAIN, TEST, "nonword_split").train
    assert dense(bag_of(counts, np.array([1, 0])), 7).tolist() == [1, 1, 0, 1, 3, 1, 0]
    empty = bag_of(counts, np.array([], dtype=np.int64))
    assert empty.words.size == empty.counts.size == 0


rows = st.lists(st.integers(0, 3), min_size=6, max_size=6)


@given(rows, rows)
def test_merged_bags_are_the_sum_of_the_rows(a, b):
    merged = merge(bag(a), bag(b))
    assert dense(merged, 6).tolist() == np.add(a, b).tolist()
    assert (np.diff(merged.words) > 0).all()


@given(rows.filter(any), rows.filter(any))
def test_divergence_is_scipys_distance_squared(a, b):
    # SciPy subtracts entropies of order 1: 1e-7 of its distance is 1e-14 of its square.
    assert bag_divergence(bag(a), bag(b)) == pytest.approx(jensenshannon(a, b) ** 2, abs=1e-13)


def test_divergence_by_hand():
    # p = (1/2, 1/2, 0), q = (0, 1/2, 1/2): the middle word adds nothing, the others ln 2 / 2 each
    # times one half.
    assert bag_divergence(bag([3, 3, 0]), bag([0, 1, 1])) == pytest.approx(math.log(2) / 2)
    with pytest.raises(ValueError, match="all zero"):
        bag_divergence(bag([0, 0, 0]), bag([0, 1, 1]))


@given(rows, rows)
def test_unseen_share_counts_distinct_words(a, b):
    has_a, has_b = set(np.flatnonzero(a)), set(np.flatnonzero(b))
    expected = len(has_a - has_b) / len(has_a) if has_a else 0.0
    assert unseen_share(bag(a), bag(b)) == pytest.approx(expected)
