"""The problems of a study, the models that they need, each listed once, and the shards of those.

A pair needs in every run the single-task model of its main task, that of its auxiliary task (for
the features), and the joint model of both. Many pairs need the same models.

A model belongs to a shard by its key alone, which is a hash: shards are of about equal size, and
each process finds its own without knowing of the others.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from minimtl.errors import UsageError
from minimtl.tasks.modeljobs import Job, joint_job, single_job
from minimtl.tasks.protocol import ProblemName, Protocol
from minimtl.tasks.taskpairs import (
    Hierarchy,
    HierarchyPairs,
    related_pairs,
    unrelated_pairs,
)


class Shard(NamedTuple):
    """The `number`-th of `n_shards` parts of a study, counted from 1."""

    number: int
    n_shards: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """The shard that "2/8" names.

        Raises
        ------
        ValueError
            If it names none.
        """
        number, _, n_shards = text.partition("/")
        shard = cls(int(number), int(n_shards))
        if not 1 <= shard.number <= shard.n_shards:
            raise ValueError(f"there is no shard {text}")
        return shard

    @classmethod
    def of_key(cls, key: str, n_shards: int) -> "Shard":
        """The one of `n_shards` shards that the job `key` belongs to."""
        return cls(int(key, 16) % n_shards + 1, n_shards)

    def holds(self, key: str) -> bool:
        """True if the job `key` belongs to this shard."""
        return self == Shard.of_key(key, self.n_shards)

    def __str__(self) -> str:
        return f"{self.number}/{self.n_shards}"


WHOLE = Shard(1, 1)


class Problem(NamedTuple):
    """A named set of pairs (``related`` or ``unrelated``) and its runs 0 … n_runs − 1."""

    name: str
    pairs: HierarchyPairs
    n_runs: int


_PAIRS: dict[ProblemName, Callable[[Hierarchy], HierarchyPairs]] = {
    "related": related_pairs,
    "unrelated": unrelated_pairs,
}


def make_problems(
    choice: str,
    protocol: Protocol,
    hierarchy: Hierarchy,
    *,
    n_runs: int | None = None,
    n_pairs: int | None = None,
) -> list[Problem]:
    """The problem or problems of `choice`.

    Parameters
    ----------
    hierarchy : of the corpus's topics, which the pairs are made from.
    n_runs : int, optional
        Runs of each problem; the protocol's number for it by default.
    n_pairs : int, optional
        An even sample of so many pairs of each problem; all by default.

    Raises
    ------
    UsageError
        If there is no such problem, or either number is less than 1.
    """
    if choice not in (*_PAIRS, "both"):
        raise UsageError(f"there is no problem {choice!r}; there are {', '.join(_PAIRS)} and both")
    for flag, number in (("--runs", n_runs), ("--pairs", n_pairs)):
        if number is not None and number < 1:
            raise UsageError(f"{flag} {number} is less than 1")
    problems = []
    for name, enumerate_pairs in _PAIRS.items():
        if choice in (name, "both"):
            pairs = enumerate_pairs(hierarchy)
            if n_pairs is not None:
                pairs = pairs.sample(n_pairs)
            problems.append(Problem(name, pairs, n_runs or protocol.runs(name)))
    return problems


def plan_jobs(problems: Sequence[Problem], protocol: Protocol) -> Iterator[Job]:
    """Every model that the problems need, each once, pair by pair."""
    planned: set[Job] = set()
    for problem in problems:
        runs = range(problem.n_runs)
        for pair in problem.pairs:
            singles = [single_job(task, run) for task in pair for run in runs]
            for job in (*singles, *(joint_job(pair, run, protocol) for run in runs)):
                if job not in planned:
                    planned.add(job)
                    yield job
