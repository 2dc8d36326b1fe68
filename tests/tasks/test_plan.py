from itertools import combinations, islice

import pytest

from minimtl.tasks.modeljobs import Job, joint_job, single_job
from minimtl.tasks.plan import Problem, plan_jobs
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import (
    NEWSGROUPS,
    EvenSample,
    Hierarchy,
    Pair,
    Task,
    related_pairs,
    unrelated_pairs,
)

RELATED, UNRELATED = related_pairs(NEWSGROUPS), unrelated_pairs(NEWSGROUPS)


def needed(problems, protocol):
    """The models that each pair needs in each run, as a set."""
    return {
        job
        for problem in problems
        for pair in problem.pairs
        for run in range(problem.n_runs)
        for job in (
            single_job(pair.main, run),
            single_job(pair.aux, run),
            joint_job(pair, run, protocol),
        )
    }


@pytest.mark.parametrize("protocol", [PAPER, RELEASED], ids=["paper", "released"])
@pytest.mark.parametrize(
    "problems",
    [
        [Problem("related", RELATED, 5)],
        [Problem("related", RELATED, 5), Problem("unrelated", UNRELATED, 1)],
        [Problem("related", RELATED, 1), Problem("unrelated", UNRELATED, 5)],
        [Problem("unrelated", EvenSample(UNRELATED, 100), 2)],
        [
            Problem("related", EvenSample(RELATED, 20), 3),
            Problem("unrelated", EvenSample(UNRELATED, 77), 2),
        ],
    ],
    ids=["related", "both, fewer runs", "both, more runs", "sample", "two samples"],
)
def test_the_plan_is_what_is_needed_each_once(problems, protocol):
    plan = list(plan_jobs(problems, protocol))
    assert len(plan) == len(set(plan))
    assert set(plan) == needed(problems, protocol)


def test_counts_worked_by_hand():
    paper = [Problem("related", RELATED, 5), Problem("unrelated", UNRELATED, 5)]
    assert sum(1 for _ in plan_jobs(paper, PAPER)) == 5 * (153 + 516 // 2)
    released = [Problem("related", RELATED, 5), Problem("unrelated", UNRELATED, 1)]
    assert sum(1 for _ in plan_jobs(released, RELEASED)) == (153 + 516) + 4 * (19 + 52)


def test_a_small_plan_written_out():
    pairs = unrelated_pairs(Hierarchy.from_tree({"x": {"s": ["a", "c"], "t": ["b", "d"]}}))
    ab, cd, ad, cb = Task("a", "b"), Task("c", "d"), Task("a", "d"), Task("c", "b")
    assert list(pairs) == [Pair(ab, cd), Pair(ad, cb), Pair(cb, ad), Pair(cd, ab)]
    tasks = [(ab,), (cd,), (ab, cd), (ad,), (cb,), (ad, cb)]
    assert list(plan_jobs([Problem("p", pairs, 1)], PAPER)) == [Job(t, 0) for t in tasks]


def test_a_plan_over_millions_of_pairs_begins_at_once():
    topics = {f"s{i}": [f"s{i}.t{j}" for j in range(5)] for i in range(200)}
    pairs = unrelated_pairs(Hierarchy.from_tree({"x": topics}))
    assert len(pairs) == 400 * len(list(combinations(range(200), 2)))
    plan = list(islice(plan_jobs([Problem("p", pairs, 1)], PAPER), 1000))
    assert len(set(plan)) == 1000
