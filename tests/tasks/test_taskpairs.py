"""Pairs of tasks by arithmetic, against their definition; even samples of them."""

from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.tasks.taskpairs import (
    NEWSGROUPS,
    Hierarchy,
    Pair,
    Task,
    related_pairs,
    unrelated_pairs,
)

SMALL = Hierarchy.from_tree(
    {"x": {"s": ["a1", "a2", "a3"], "t": ["b1", "b2"]}, "y": {"u": ["c1", "c2"], "v": ["d1"]}}
)


def by_definition(hierarchy, related):
    """All pairs by trying every four topics against the definition of a pair."""
    of = {topic: subclass for subclass in hierarchy.subclasses for topic in subclass.topics}
    order = list(hierarchy.subclasses)
    return {
        Pair(Task(a, b), Task(c, d))
        for a, b, c, d in product(hierarchy.topics, repeat=4)
        if order.index(of[a]) < order.index(of[b])
        and of[c] == of[a]
        and of[d] == of[b]
        and c != a
        and d != b
        and (not related or of[a].parent == of[b].parent)
    }


def generated_hierarchy(n_classes, n_subclasses, n_topics):
    def subclasses(i):
        return {f"s{j}": [f"c{i}.s{j}.t{k}" for k in range(n_topics)] for j in range(n_subclasses)}

    return Hierarchy.from_tree({f"c{i}": subclasses(i) for i in range(n_classes)})


@pytest.mark.parametrize(
    ("pairs_of", "n_pairs", "n_tasks"), [(related_pairs, 52, 19), (unrelated_pairs, 516, 153)]
)
def test_newsgroups_give_the_published_counts(pairs_of, n_pairs, n_tasks):
    pairs = pairs_of(NEWSGROUPS)
    assert len(pairs) == n_pairs == len(set(pairs))
    assert len({task for pair in pairs for task in pair}) == n_tasks


@pytest.mark.parametrize("hierarchy", [SMALL, NEWSGROUPS])
@pytest.mark.parametrize(("pairs_of", "related"), [(related_pairs, True), (unrelated_pairs, False)])
def test_pairs_are_those_of_the_definition(hierarchy, pairs_of, related):
    assert set(pairs_of(hierarchy)) == by_definition(hierarchy, related)


@pytest.mark.parametrize("index", [-1, 28])
def test_index_outside_is_an_index_error(index):
    pairs = unrelated_pairs(SMALL)  # (a, b): 3·2·2·1 = 12, (a, c): 12, (b, c): 2·2·1·1 = 4
    assert len(pairs) == 28
    with pytest.raises(IndexError):
        pairs[index]


def test_a_topic_may_stand_in_one_place_only():
    with pytest.raises(ValueError, match="'a' occurs twice"):
        Hierarchy.from_tree({"x": {"s": ["a", "b"], "t": ["a"]}})


@given(st.integers(1, 28 - 1), st.integers(1, 5))
def test_a_sample_has_each_pair_once_and_its_main_tasks_are_spaced_as_stated(n, times):
    pairs = unrelated_pairs(SMALL)
    sample = pairs.sample(n)
    assert len(set(sample)) == n
    assert [pair.main for pair in sample] == [pairs[k * 28 // n].main for k in range(n)]
    assert set(sample) <= set(pairs.sample(n * times))  # a number that it divides


def test_a_sample_of_all_is_in_their_own_order_and_one_of_none_is_refused():
    pairs = unrelated_pairs(SMALL)
    assert list(pairs.sample(1000)) == list(pairs)
    with pytest.raises(ValueError, match="at least one"):
        pairs.sample(0)


@pytest.mark.parametrize("n", [500, 1000, 7600])
def test_an_even_sample_has_as_many_auxiliary_tasks_as_a_random_one(n):
    """Even steps met few of the 19 x 19 that a main task has: by 19 one of its negatives only."""
    pairs = unrelated_pairs(generated_hierarchy(1, 2, 20))
    sample, rng = list(pairs.sample(n)), np.random.default_rng(0)
    at_random = {pairs[i].aux for i in rng.choice(len(pairs), n, replace=False).tolist()}
    assert len({pair.aux for pair in sample}) > 0.85 * len(at_random)
    for _, of_main in groupby(sample, lambda pair: pair.main):
        negatives = [pair.aux.negative for pair in of_main]
        assert len(negatives) < 10 or len(set(negatives)) > 5


def test_ten_million_pairs_need_no_enumeration():
    pairs = unrelated_pairs(generated_hierarchy(40, 5, 6))
    # Counted apart: of 200 subclasses of 6 topics, every two give (6·5)² pairs.
    assert len(pairs) == 200 * 199 // 2 * 900 == 17_910_000
    assert pairs.sample(10**6)[654_321].main == pairs[654_321 * 17_910_000 // 10**6].main
