"""Folds of the meta-analysis: who is learned from and who is scored on."""

import numpy as np
import pytest

from minimtl.meta.designs import DESIGNS, main_tasks, make_designs
from minimtl.study.hierarchy import NEWSGROUPS
from minimtl.study.protocol import PAPER
from minimtl.study.tasks import EvenSample, related_pairs, unrelated_pairs

SETTINGS = PAPER.replace(cv_repeats=3).meta


@pytest.fixture(scope="module", params=[related_pairs, unrelated_pairs])
def pairs(request):
    return tuple(request.param(NEWSGROUPS))


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
        np.testing.assert_array_equal(design.first_repetition().test, design.test[:5])


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


def test_a_topic_left_out_is_nowhere_in_training_and_in_each_scored_task(pairs, every):
    design = every["by_topic"]
    topics = sorted({topic for pair in pairs for topic in pair.main})
    assert design.n_fits == design.n_folds == len(topics)
    for topic, train, test in zip(topics, design.train, design.test, strict=True):
        assert not any(
            topic in (*pairs[row].main, *pairs[row].aux) for row in np.flatnonzero(train)
        )
        assert [topic in pair.main for pair in pairs] == test.tolist()


@pytest.mark.parametrize("n_pairs", [1, 2, 3])
def test_a_handful_of_pairs_has_what_folds_it_can(n_pairs):
    few = tuple(EvenSample(related_pairs(NEWSGROUPS), n_pairs))
    every = make_designs(few, SETTINGS, np.random.default_rng(0))
    assert every["random"].n_fits == (3 * n_pairs if n_pairs > 1 else 0)
    for design in every.values():
        assert design.train.shape == design.test.shape
        assert design.train.any(axis=1).all()
        assert design.test.any(axis=1).all()
