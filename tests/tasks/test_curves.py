"""Which curves of many pairs stay in memory, and that means are over all; outcomes from a store."""

import numpy as np
import pytest

from minimtl.tasks import curves
from minimtl.tasks.collect import Results, collect_outcomes
from minimtl.tasks.curves import PairCurves, even_rows, extreme_rows
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.jobs import JobResult, encode, job_key, joint_job, single_job
from minimtl.tasks.plan import Problem
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.tasks import EvenSample, PartOfPairs, unrelated_pairs
from tests.tasks.test_jobs import IDENTITY

N_RUNS, N_FEATURES = 2, 30
PROBLEM = Problem("unrelated", EvenSample(unrelated_pairs(NEWSGROUPS), 60), N_RUNS)
RNG = np.random.default_rng(2)


class Shelf(dict):
    """Results by key, as a store has them."""

    path = "here"

    def remove(self, key):
        self.pop(key, None)

    def add(self, results):
        self.update(results)


def result(n_tasks, n_epochs):
    return JobResult(*RNG.uniform(0.2, 0.9, (3, n_tasks, n_epochs)), 0.0)


@pytest.fixture(scope="module")
def results():
    shelf = Shelf()
    for pair in PROBLEM.pairs:
        for run in range(N_RUNS):
            for task in pair:
                shelf[job_key(single_job(task, run), IDENTITY)] = encode(result(1, 150))
            shelf.setdefault(job_key(joint_job(pair, run, PAPER), IDENTITY), encode(result(2, 100)))
    return Results(shelf, IDENTITY, PAPER)


def make_features(problem, run):
    """Numbers that tell the pair and the run."""
    rows = [PROBLEM.pairs.index(pair) for pair in problem.pairs]
    return np.add.outer(100.0 * np.array(rows) + run, np.zeros(N_FEATURES))


@pytest.fixture
def few(monkeypatch):
    """At most 20 pairs' curves are kept, and features are made of 16 pairs at once."""
    monkeypatch.setattr(curves, "MOST_PAIRS", 20)
    monkeypatch.setattr("minimtl.tasks.collect._PAIRS_AT_ONCE", 16)


def test_many_pairs_have_the_outcomes_of_few_and_some_of_their_curves(results, few, monkeypatch):
    some, kept = collect_outcomes(PROBLEM, results, make_features)
    monkeypatch.undo()
    every, all_curves = collect_outcomes(PROBLEM, results, make_features)
    for name in ("single", "multi", "features", "single_curve", "multi_curve"):
        np.testing.assert_array_equal(getattr(some, name), getattr(every, name), name)
    assert all_curves.rows is None
    rows = kept.rows
    assert len(set(rows)) == len(rows) == 20
    np.testing.assert_array_equal(rows[:10] // 6, np.arange(10))
    for name in ("single", "multi", "single_loss", "multi_loss"):
        curve = getattr(all_curves, name)
        np.testing.assert_array_equal(getattr(kept, name), curve[rows])
        np.testing.assert_array_equal(getattr(kept.even, name), curve[rows[:10]])
        for of_runs in (kept.of_runs, kept.even.of_runs, all_curves.of_runs):
            np.testing.assert_array_equal(getattr(of_runs, name), curve.mean(axis=0))
    gains = every.gains.mean(axis=1)
    others = np.delete(gains, rows)
    assert gains[rows[10:15]].min() >= others.max()
    assert gains[rows[15:]].max() <= others.min()


def test_features_in_parts_are_made_once_and_read_back(results, few):
    asked = []

    def make(problem, run):
        asked.append((len(problem.pairs), run))
        return make_features(problem, run)

    shelf = Shelf(results.store)
    for key in set(shelf) - {key for key in shelf if shelf[key][:6] != b"\x93NUMPY"}:
        del shelf[key]
    again = Results(shelf, IDENTITY, PAPER)
    first, _ = collect_outcomes(PROBLEM, again, make)
    second, _ = collect_outcomes(PROBLEM, again, pytest.fail)
    assert asked == [(n, run) for run in range(N_RUNS) for n in (16, 16, 16, 12)]
    np.testing.assert_array_equal(first.features, second.features)
    np.testing.assert_array_equal(first.features[1, :, 0], 100.0 * np.arange(60) + 1)


def test_few_pairs_keep_all_curves():
    assert even_rows(5).tolist() == [0, 1, 2, 3, 4]
    assert extreme_rows(np.zeros((5, 1))).size == 0
    each = [np.ones((5, 2, n)) for n in (4, 3, 4, 3)]
    kept = PairCurves(*each)
    assert kept.even is kept
    assert kept.of_runs.multi.shape == (2, 3)


def test_a_part_of_pairs_is_those_pairs():
    part = PartOfPairs(PROBLEM.pairs, 48, 64)
    assert list(part) == list(PROBLEM.pairs)[48:]
    assert [part.index(pair) for pair in part] == list(range(12))
    assert part.block(part[0]) == PROBLEM.pairs.block(part[0])
    for outside in (PROBLEM.pairs[0], PROBLEM.pairs[47]):
        assert outside not in part
    with pytest.raises(IndexError):
        part[12]
