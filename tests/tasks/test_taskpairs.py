from itertools import groupby, islice, product

import numpy as np
import pytest

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
    return Hierarchy.from_tree(
        {
            f"c{i}": {
                f"c{i}.s{j}": [f"c{i}.s{j}.t{k}" for k in range(n_topics)]
                for j in range(n_subclasses)
            }
            for i in range(n_classes)
        }
    )


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


def test_main_tasks_of_an_even_sample_are_spaced_as_stated():
    pairs = unrelated_pairs(SMALL)
    sample = pairs.sample(5)
    assert [pair.main for pair in sample] == [pairs[i].main for i in (0, 5, 11, 16, 22)]  # ⌊k·28/5⌋
    assert [sample.index(pair) for pair in sample] == [0, 1, 2, 3, 4]
    assert list(pairs.sample(1000)) == list(pairs)


@pytest.mark.parametrize("n", [500, 1000, 7600])
def test_an_even_sample_has_as_many_auxiliary_tasks_as_a_random_one(n):
    """Even steps met few of the 19 x 19 that a main task has: by 19 one of its negatives only."""
    pairs = unrelated_pairs(generated_hierarchy(1, 2, 20))
    assert len(pairs) == 400 * 361
    sample, rng = list(pairs.sample(n)), np.random.default_rng(0)
    assert len(set(sample)) == n
    at_random = {pairs[i].aux for i in rng.choice(len(pairs), n, replace=False).tolist()}
    assert len({pair.aux for pair in sample}) > 0.85 * len(at_random)
    for _, of_main in groupby(sample, lambda pair: pair.main):
        negatives = [pair.aux.negative for pair in of_main]
        assert len(negatives) < 10 or len(set(negatives)) > 5


def test_a_sample_has_each_pair_once_beside_its_main_task():
    pairs = unrelated_pairs(NEWSGROUPS)
    sample = list(pairs.sample(len(pairs) - 1))
    assert len(set(sample)) == len(pairs) - 1
    assert [pair.main for pair in sample] == [
        pairs[k * len(pairs) // (len(pairs) - 1)].main for k in range(len(sample))
    ]


def test_a_smaller_sample_is_part_of_a_larger_one_if_its_number_divides_it():
    pairs = unrelated_pairs(NEWSGROUPS)
    assert set(pairs.sample(20)) < set(pairs.sample(300))


def test_a_sample_of_none_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        unrelated_pairs(SMALL).sample(0)


def test_ten_million_pairs_need_no_enumeration():
    pairs = unrelated_pairs(generated_hierarchy(40, 5, 6))
    # Counted apart: of 200 subclasses of 6 topics, every two give (6·5)² pairs.
    assert len(pairs) == 200 * 199 // 2 * 900 == 17_910_000
    assert len(list(islice(pairs, 1000))) == 1000
    assert pairs.sample(10**6)[654_321].main == pairs[654_321 * 17_910_000 // 10**6].main


def test_the_block_of_a_pair_is_its_two_subclasses():
    pairs = related_pairs(NEWSGROUPS).sample(5)
    assert pairs.block(pairs[0]) == ("comp.sys", "comp.others")
    assert pairs.block(pairs[4]) == ("talk.politics", "talk.religion")
