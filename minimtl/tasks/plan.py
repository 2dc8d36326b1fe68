"""Which models a study needs, each listed once, without holding its pairs in memory.

A study is one or two problems, each some pairs and a number of runs. A pair needs in every run
the single-task model of its main task, that of its auxiliary task (for the features), and the
joint model of both. Many pairs need the same models.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from minimtl.tasks.jobs import Job, joint_job, single_job
from minimtl.tasks.protocol import Protocol
from minimtl.tasks.tasks import Pair, Pairs, Task


class Problem(NamedTuple):
    """A named set of pairs (``related`` or ``unrelated``) and its runs 0 … n_runs − 1."""

    name: str
    pairs: Pairs
    n_runs: int


def plan_jobs(problems: Sequence[Problem], protocol: Protocol) -> Iterator[Job]:
    """Every model that the problems need, each once, pair by pair.

    Memory grows with the number of tasks only, by four bytes each. Whether a joint model was
    planned before follows from the indices of its two directions, without a set of pairs.
    """
    singles = _PlannedSingles()
    for number, problem in enumerate(problems):
        for position, pair in enumerate(problem.pairs):
            for task in pair:
                for run in singles.runs_to_add(task, problem.n_runs):
                    yield single_job(task, run)
            if _reverse_came_first(pair, position, problem.pairs, protocol):
                continue
            for run in range(_runs_before(pair, problems[:number], protocol), problem.n_runs):
                yield joint_job(pair, run, protocol)


class _PlannedSingles:
    """In how many runs each task is planned; one number a task, to save memory."""

    def __init__(self) -> None:
        self._column: dict[str, int] = {}  # of each negative topic
        self._n_runs: dict[str, array[int]] = {}  # a row for each positive topic

    def runs_to_add(self, task: Task, n_runs: int) -> range:
        """The runs below `n_runs` in which the task was not planned; marks them as planned."""
        column = self._column.setdefault(task.negative, len(self._column))
        row = self._n_runs.setdefault(task.positive, array("I"))
        row.extend([0] * (column + 1 - len(row)))
        n_before = row[column]
        row[column] = max(n_before, n_runs)
        return range(n_before, n_runs)


def _reverse_came_first(pair: Pair, position: int, pairs: Pairs, protocol: Protocol) -> bool:
    if not protocol.share_directions:
        return False
    try:
        return pairs.index(pair.reversed) < position
    except ValueError:
        return False


def _runs_before(pair: Pair, earlier: Sequence[Problem], protocol: Protocol) -> int:
    """In how many runs earlier problems already train this pair's joint model."""
    return max(
        (
            problem.n_runs
            for problem in earlier
            if pair in problem.pairs
            or (protocol.share_directions and pair.reversed in problem.pairs)
        ),
        default=0,
    )
