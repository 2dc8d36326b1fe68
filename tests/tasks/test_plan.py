import pytest

from minimtl.tasks.modeljobs import joint_job, single_job
from minimtl.tasks.plan import Problem, plan_jobs
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import (
    NEWSGROUPS,
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
        [Problem("unrelated", UNRELATED.sample(100), 2)],
        [
            Problem("related", RELATED.sample(20), 3),
            Problem("unrelated", UNRELATED.sample(77), 2),
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
