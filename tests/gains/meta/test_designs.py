"""Folds of the meta-analysis: who is learned from and who is scored on."""

import numpy as np
import pytest

from minimtl.gains.meta.designs import DESIGNS, HELD_OUT, held_out_designs, main_tasks, make_designs
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import EvenSample, related_pairs, unrelated_pairs

SETTINGS = PAPER.replace(cv_repeats=3).meta


@pytest.fixture(scope="module", params=[related_pairs, unrelated_pairs])
def pairs(request):
    return tuple(request.param(NEWSGROUPS))


def blocks_of(pairs):
    return [
        tuple(NEWSGROUPS.subclasses[NEWSGROUPS.place(topic)[0]].name for topic in pair.main)
        for pair in pairs
    ]


@pytest.fixture
def every(pairs):
    return make_designs(pairs, SETTINGS, np.random.default_rng(0))


def test_each_repetition_scores_every_pair_once(pairs, every):
    assert tuple(every) == DESIGNS
    for name in ("random", "in_fold", "by_task"):
        design = every[name]
        assert design.train.shape == design.test.shape == (15, len(pairs))
        assert (design.train ^ design.test).all()
        np.testing.assert_array_equal(design.test.reshape(3, 5, -1).sum(axis=1), 1)


def test_only_the_protocols_own_design_scales_beforehand(every):
    assert [d.name for d in every.values() if not d.scaled_inside] == ["random"]
    np.testing.assert_array_equal(every["random"].test, every["in_fold"].test)


def test_no_main_task_is_learned_from_and_scored_on(pairs, every):
    task = main_tasks(pairs)
    assert len(np.unique(task)) == len({pair.main for pair in pairs})
    for train, test in zip(every["by_task"].train, every["by_task"].test, strict=True):
        assert not set(task[train]) & set(task[test])
    leaks = [
        set(task[train]) & set(task[test])
        for train, test in zip(every["random"].train, every["random"].test, strict=True)
    ]
    assert any(leaks)


def test_held_out_designs_hold_out_what_they_say(pairs):
    every = held_out_designs(pairs, blocks_of(pairs))
    assert tuple(every) == HELD_OUT
    for design in every.values():
        np.testing.assert_array_equal(design.test.sum(axis=0), 1)
        assert design.scaled_inside
    subclasses = {
        topic: NEWSGROUPS.place(topic)[0] for pair in pairs for topic in (*pair.main, *pair.aux)
    }
    learned = dict.fromkeys(HELD_OUT, 0)
    for name, design in every.items():
        for train, test in zip(design.train, design.test, strict=True):
            seen = [pairs[row] for row in np.flatnonzero(train)]
            tasks = {task for pair in seen for task in pair}
            topics = {subclasses[topic] for task in tasks for topic in task}
            learned[name] += len(seen)
            for pair in (pairs[row] for row in np.flatnonzero(test)):
                assert pair.main not in tasks
                assert name == "main_unseen" or pair.aux not in tasks
                if name == "groups_unseen":
                    assert not topics & {subclasses[topic] for topic in pair.main}
    # No pair is left out without need: those of a block, and those that touch its subclasses.
    blocks = [frozenset(block) for block in blocks_of(pairs)]
    assert learned["block_out"] == sum(sum(own != name for own in blocks) for name in set(blocks))
    assert learned["groups_unseen"] == sum(
        sum(own.isdisjoint(name) for own in blocks) for name in set(blocks)
    )


@pytest.mark.parametrize("n_pairs", [1, 2, 3])
def test_a_handful_of_pairs_has_what_folds_it_can(n_pairs):
    few = tuple(EvenSample(related_pairs(NEWSGROUPS), n_pairs))
    every = make_designs(few, SETTINGS, np.random.default_rng(0))
    assert every["random"].n_fits == (3 * n_pairs if n_pairs > 1 else 0)
    held_out = held_out_designs(few, blocks_of(few))
    assert held_out["block_out"].n_fits == (0 if n_pairs < 2 else len(set(blocks_of(few))))
    for design in (*every.values(), *held_out.values()):
        assert design.train.shape == design.test.shape
        assert design.train.any(axis=1).all()
        assert design.test.any(axis=1).all()
