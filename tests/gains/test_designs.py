"""Folds of the meta-analysis: who is learned from and who is scored on."""

import numpy as np
import pytest

from minimtl.gains.designs import HELD_OUT, RANDOM, make_designs
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS, Hierarchy, related_pairs, unrelated_pairs
from tests.gains.tables import of_topics

SETTINGS = PAPER.replace(cv_repeats=3).meta
UNSEEN = (*HELD_OUT, "aux_unseen", "both_unseen")


@pytest.fixture(scope="module", params=[related_pairs, unrelated_pairs])
def pairs(request):
    return request.param(NEWSGROUPS)


def designs_of(pairs, settings=SETTINGS):
    table, names = of_topics(pairs, settings=settings), (*RANDOM, *UNSEEN)
    return make_designs(table, names, np.random.default_rng(0))


@pytest.mark.parametrize("name", RANDOM)
def test_each_repetition_of_random_folds_scores_every_pair_once(pairs, name):
    design = designs_of(pairs)[name]
    assert design.is_repeated
    assert design.train.shape == design.test.shape == (15, len(pairs))
    assert (design.train ^ design.test).all()
    np.testing.assert_array_equal(design.test.reshape(3, 5, -1).sum(axis=1), 1)
    assert len(list(design.repetitions)) == 3
    assert design.first(2).n_fits == 10


@pytest.mark.parametrize("name", UNSEEN)
def test_the_other_designs_hold_out_what_they_say(pairs, name):
    numbered, design = list(pairs), designs_of(pairs)[name]
    np.testing.assert_array_equal(design.test.sum(axis=0), 1)
    for train, test in zip(design.train, design.test, strict=True):
        tasks = {task for row in np.flatnonzero(train) for task in numbered[row]}
        groups = {NEWSGROUPS.place(topic) for task in tasks for topic in task}
        for pair in (numbered[row] for row in np.flatnonzero(test)):
            assert name == "aux_unseen" or pair.main not in tasks
            assert name == "main_unseen" or pair.aux not in tasks
            if name == "groups_unseen":
                assert groups.isdisjoint(map(NEWSGROUPS.place, pair.main))


def test_no_pair_is_left_out_without_need(pairs):
    """Those of a block, and those that touch its subclasses."""
    designs = designs_of(pairs)
    blocks = [frozenset(pairs.block(pair)) for pair in pairs]
    n_others = sum(own != name for name in set(blocks) for own in blocks)
    n_apart = sum(own.isdisjoint(name) for name in set(blocks) for own in blocks)
    assert designs["block_out"].train.sum() == n_others
    assert designs["groups_unseen"].train.sum() == n_apart


@pytest.mark.parametrize("n_pairs", [1, 2, 3])
def test_a_handful_of_pairs_has_what_folds_it_can(n_pairs):
    few = related_pairs(NEWSGROUPS).sample(n_pairs)
    designs = designs_of(few)
    n_blocks = len({few.block(pair) for pair in few})
    assert designs["in_fold"].n_fits == (3 * n_pairs if n_pairs > 1 else 0)
    assert designs["block_out"].n_fits == (n_blocks if n_pairs > 1 else 0)
    for design in designs.values():
        assert design.train.shape == design.test.shape
        assert design.train.any(axis=1).all()
        assert design.test.any(axis=1).all()


def test_many_tasks_and_groups_are_held_out_several_at_a_time():
    tree = {f"c{c}": {f"s{s}": [f"{c}.{s}.{t}" for t in "abc"] for s in range(3)} for c in range(6)}
    pairs = unrelated_pairs(Hierarchy.from_tree(tree)).sample(1000)
    blocks = [pairs.block(pair) for pair in pairs]
    assert len(set(blocks)) == 153
    designs = designs_of(pairs)
    assert designs["main_unseen"].n_fits == 20
    unseen = designs["groups_unseen"]
    assert designs["block_out"].n_fits == unseen.n_fits <= 55
    for train, test in zip(unseen.train, unseen.test, strict=True):
        learned, scored = (
            {name for row in np.flatnonzero(part) for name in blocks[row]} for part in (train, test)
        )
        assert learned.isdisjoint(scored)


def test_folds_are_repeated_less_often_the_more_pairs_there_are(monkeypatch):
    monkeypatch.setattr("minimtl.gains.designs._N_TESTED", 300 * 3)
    pairs = unrelated_pairs(NEWSGROUPS).sample(300)
    assert designs_of(pairs, PAPER.meta)["in_fold"].n_fits == 15
