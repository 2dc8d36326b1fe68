"""The problems of a study, RELATED and UNRELATED, as a command asks for them."""

from collections.abc import Callable

from minimtl.errors import UsageError
from minimtl.tasks.hierarchy import Hierarchy
from minimtl.tasks.plan import Problem
from minimtl.tasks.protocol import ProblemName, Protocol
from minimtl.tasks.tasks import EvenSample, HierarchyPairs, related_pairs, unrelated_pairs

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
            problems.append(
                Problem(
                    name,
                    pairs if n_pairs is None else EvenSample(pairs, n_pairs),
                    protocol.runs(name) if n_runs is None else n_runs,
                )
            )
    return problems
