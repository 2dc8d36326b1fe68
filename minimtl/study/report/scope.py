"""How much of a study was computed, and so what its report may conclude.

A verdict on gains (helped, hurt, predicted) needs all pairs of a problem and `MIN_RUNS` runs; with
less there are only numbers and intervals. Published numbers come out again or not by all pairs and
the protocol's own runs, and on the corpus that they are of alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from minimtl.report import counted
from minimtl.tasks import Hierarchy, Protocol, related_pairs, unrelated_pairs

MIN_RUNS = 3
# Editions with the words of the paper's corpus.
PUBLISHED_EDITIONS = ("bydate", "packaged")

NEEDED = f"A verdict needs all pairs of a problem and at least {MIN_RUNS} runs"


class Scope(NamedTuple):
    """How much of one problem was computed, of how much by the protocol.

    Attributes
    ----------
    problem : ``related`` or ``unrelated``.
    compares : whether the corpus is the one that the published numbers are of.
    """

    problem: str
    n_pairs: int
    all_pairs: int
    n_runs: int
    protocol_runs: int
    compares: bool

    @property
    def is_whole(self) -> bool:
        """Whether all pairs were run, as often as by the protocol or often enough for a verdict."""
        return self.n_pairs >= self.all_pairs and self.n_runs >= min(self.protocol_runs, MIN_RUNS)

    @property
    def concludes(self) -> bool:
        """Whether there is enough of it for a verdict."""
        return self.n_pairs >= self.all_pairs and self.n_runs >= MIN_RUNS

    @property
    def judges(self) -> bool:
        """Whether there is enough of it for a verdict on what the paper claims."""
        return self.compares and self.concludes

    @property
    def extent(self) -> str:
        """Such as ``4 of 52 pairs, 2 of 5 runs``."""
        pairs = f"{self.n_pairs} of {self.all_pairs} pairs"
        if self.n_pairs >= self.all_pairs:
            pairs = f"all {self.all_pairs} pairs"
        runs = counted(self.n_runs, "run")
        if self.n_runs < self.protocol_runs:
            runs = f"{self.n_runs} of {self.protocol_runs} runs"
        return f"{pairs}, {runs}"


def scope_of(
    problem: str,
    n_pairs: int,
    n_runs: int,
    protocol: Protocol,
    edition: str,
    hierarchy: Hierarchy,
) -> Scope:
    """The scope of a problem of which so many pairs and runs were computed."""
    enumerate_pairs = {"related": related_pairs, "unrelated": unrelated_pairs}
    return Scope(
        problem=problem,
        n_pairs=n_pairs,
        all_pairs=len(enumerate_pairs[problem](hierarchy)),
        n_runs=n_runs,
        protocol_runs=protocol.runs("related" if problem == "related" else "unrelated"),
        compares=edition in PUBLISHED_EDITIONS,
    )


def warnings_of(scopes: Sequence[Scope], edition: str) -> tuple[str, ...]:
    """What must be known before any number is read; nothing of a whole study on its corpus."""
    partial = [
        f"{scope.problem.upper()}: {scope.extent}: a look, no finding."
        for scope in scopes
        if not scope.is_whole
    ]
    if partial:
        partial = list(dict.fromkeys(partial))
        partial.append(f"{NEEDED}; below that there are numbers and intervals only.")
    if not all(scope.compares for scope in scopes):
        partial.append(
            f"The corpus is the {edition} edition, on which nothing was published: no number is "
            "compared with the paper's."
        )
    return tuple(partial)
