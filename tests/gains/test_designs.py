"""Folds of the meta-analysis: who is learned from and who is scored on."""

import numpy as np
import pytest

from minimtl.gains.designs import HELD_OUT, RANDOM, make_designs
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import (
    NEWSGROUPS,
    Hierarchy,
    related_pairs,
    unrelated_pairs,
)
from tests.gains.tables import of_topics

SETTINGS = PAPER.replace(cv_repeats=3).meta
DESIGNS = (*RANDOM, *HELD_OUT, "aux_unseen", "both_unseen")


@pytest.fixture(scope="module", params=[related_pairs, unrelated_pairs])
def pairs(request):
    return request.param(NEWSGROUPS)


def designs_of(pairs, settings=SETTINGS):
    return make_designs(of_topics(pairs, settings=settings), DESIGNS, np.random.default_rng(0))


@pytest.fixture
def every(pairs):
    return designs_of(pairs)


def test_each_repetition_of_random_folds_scores_every_pair_once(pairs, every):
    for name in RANDOM:
        design = every[name]
        assert design.is_repeated
        assert design.train.shape == design.test.shape == (15, len(pairs))
        assert (design.train ^ design.test).all()
        np.testing.assert_array_equal(design.test.reshape(3, 5, -1).sum(axis=1), 1)
        assert len(list(design.repetitions)) == 3
        assert design.first(2).n_fits == 10


def test_the_other_designs_hold_out_what_they_say(pairs, every):
    subclasses = {
        topic: NEWSGROUPS.place(topic) for pair in pairs for topic in (*pair.main, *pair.aux)
    }
    numbered = list(pairs)
    for name in DESIGNS[2:]:
        design = every[name]
        np.testing.assert_array_equal(design.test.sum(axis=0), 1)
        for train, test in zip(design.train, design.test, strict=True):
            seen = [numbered[row] for row in np.flatnonzero(train)]
            tasks = {task for pair in seen for task in pair}
            topics = {subclasses[topic] for task in tasks for topic in task}
            for pair in (numbered[row] for row in np.flatnonzero(test)):
                assert name == "aux_unseen" or pair.main not in tasks
                assert name == "main_unseen" or pair.aux not in tasks
                if name == "groups_unseen":
                    assert not topics & {subclasses[topic] for topic in pair.main}


def test_no_pair_is_left_out_without_need(pairs, every):
    """Those of a block, and those that touch its subclasses."""
    blocks = [frozenset(pairs.block(pair)) for pair in pairs]
    assert every["block_out"].train.sum() == sum(
        sum(own != name for own in blocks) for name in set(blocks)
    )
    assert every["groups_unseen"].train.sum() == sum(
        sum(own.isdisjoint(name) for own in blocks) for name in set(blocks)
    )


@pytest.mark.parametrize("n_pairs", [1, 2, 3])
def test_a_handful_of_pairs_has_what_folds_it_can(n_pairs):
    few = related_pairs(NEWSGROUPS).sample(n_pairs)
    every = designs_of(few)
    assert every["in_fold"].n_fits == (3 * n_pairs if n_pairs > 1 else 0)
    n_blocks = len({few.block(pair) for pair in few})
    assert every["block_out"].n_fits == (0 if n_pairs < 2 else n_blocks)
    for design in every.values():
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
    assert designs["block_out"].n_fits == designs["groups_unseen"].n_fits <= 55
    unseen = designs["groups_unseen"]
    for train, test in zip(unseen.train, unseen.test, strict=True):
        learned, scored = (
            {name for row in np.flatnonzero(part) for name in blocks[row]} for part in (train, test)
        )
        assert learned.isdisjoint(scored)


def test_folds_are_repeated_less_often_the_more_pairs_there_are(monkeypatch):
    monkeypatch.setattr("minimtl.gains.designs._N_TESTED", 300 * 3)
    pairs = unrelated_pairs(NEWSGROUPS).sample(300)
    assert designs_of(pairs, PAPER.meta)["in_fold"].n_fits == 15
