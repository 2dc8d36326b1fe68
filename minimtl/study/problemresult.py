"""A problem of a study by one protocol, as records, and how much of it there is to conclude from.

A verdict on gains (helped, hurt, predicted) needs all pairs of a problem and `MIN_RUNS` runs; with
less there are only numbers and intervals. Published numbers come out again or not by all pairs and
the protocol's own runs, and on the corpus that they are of alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from minimtl.gains.claims import MeasuredClaim
from minimtl.gains.metamodel import Prediction
from minimtl.gains.pairanalysis import PairAnalysis
from minimtl.gains.studyanalysis import Analysed, MetaAnalysis, measure_claims
from minimtl.report.csvfile import Row
from minimtl.report.wording import counted
from minimtl.stats.arrays import FloatArray
from minimtl.stats.crossed import Estimate
from minimtl.stats.intervals import MeanEstimate, corrected_mean, further_runs
from minimtl.tasks.outcomes import Outcomes, PairCurves, improved_share, mean_relative_gain
from minimtl.tasks.plan import make_problems
from minimtl.tasks.printedtables import TABLE1, PrintedScores
from minimtl.tasks.protocol import Protocol
from minimtl.tasks.taskpairs import Hierarchy, Pair

MIN_RUNS = 3
# Editions with the words of the paper's corpus.
PUBLISHED_EDITIONS = ("bydate", "packaged")


class Scope(NamedTuple):
    """The part of one problem that was computed, of how much by the protocol.

    Attributes
    ----------
    problem : ``related`` or ``unrelated``.
    edition : of the corpus.
    by : the protocol's meaning, such as ``by the authors' code``.
    """

    problem: str
    n_pairs: int
    all_pairs: int
    n_runs: int
    protocol_runs: int
    edition: str
    by: str

    @property
    def compares(self) -> bool:
        """True if the corpus is the one that the published numbers are of."""
        return self.edition in PUBLISHED_EDITIONS

    @property
    def is_whole(self) -> bool:
        """True if all pairs were run, as often as by the protocol or often enough for a verdict."""
        return self.n_pairs >= self.all_pairs and self.n_runs >= min(self.protocol_runs, MIN_RUNS)

    @property
    def concludes(self) -> bool:
        """True if there is enough of it for a verdict."""
        return self.n_pairs >= self.all_pairs and self.n_runs >= MIN_RUNS

    @property
    def judges(self) -> bool:
        """True if there is enough of it for a verdict on what the paper claims."""
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
    (whole,) = make_problems(problem, protocol, hierarchy)
    size = n_pairs, len(whole.pairs), n_runs, whole.n_runs
    return Scope(problem, *size, edition, protocol.meaning)


def warnings_of(scopes: Sequence[Scope]) -> tuple[str, ...]:
    """The sentences to be read before any number; none for a whole study on its corpus."""
    partial = []
    for scope in scopes:
        extents = {one.extent for one in scopes if one.problem == scope.problem}
        by = f" {scope.by}" if len(extents) > 1 else ""
        if not scope.is_whole:
            partial.append(f"{scope.problem.upper()}{by}: {scope.extent}: a look, no finding.")

    if partial:
        partial = list(dict.fromkeys(partial))
        partial.append(
            f"A verdict needs all pairs of a problem and at least {MIN_RUNS} runs; below that "
            "there are numbers and intervals only."
        )
    if not all(scope.compares for scope in scopes):
        partial.append(
            f"The corpus is the {scopes[0].edition} edition, on which nothing was published: no "
            "number is compared with the paper's."
        )
    return tuple(partial)


class MeanScores(NamedTuple):
    """The row of Table 1, and the published one; ``gain`` has its interval for each question."""

    single: float
    multi: float
    improved: float
    gain: Estimate
    relative_gain: float
    published: PrintedScores


def ends(interval: MeanEstimate | None) -> tuple[float, float]:
    """An interval's ends; NaN where there is none."""
    return (interval.low, interval.high) if interval else (math.nan, math.nan)


def intervals(estimate: Estimate) -> Row:
    """Cells of a mean's interval for these tasks, and of that for new ones."""
    (low_tasks, high_tasks), (low, high) = map(ends, (estimate.these_tasks, estimate.new_tasks))
    return {"low_tasks": low_tasks, "high_tasks": high_tasks, "low": low, "high": high}


class PairGain(NamedTuple):
    """The mean gain of a pair, its interval over runs, and how many runs would leave 0 out of it.

    As many as there were, if they do; NaN where no number of runs would, or of one run.
    """

    pair: Pair
    gain: float
    low: float
    high: float
    runs_needed: float


@dataclass(frozen=True)
class ProblemResult:
    """One problem by one protocol.

    Attributes
    ----------
    scope : how much of it was computed, and so what may be concluded.
    scores : Table 1.
    meta : Table 2, and what else the meta-analysis gives.
    claims : of the paper's text.
    curves : of every pair in every run.
    """

    outcomes: Outcomes
    protocol: Protocol
    scope: Scope
    scores: MeanScores
    meta: MetaAnalysis
    pairs: tuple[PairGain, ...]
    claims: tuple[MeasuredClaim, ...]
    curves: PairCurves

    @property
    def problem(self) -> str:
        """``related`` or ``unrelated``."""
        return self.outcomes.problem

    @property
    def name(self) -> str:
        """The problem as the paper writes it."""
        return self.problem.upper()

    @property
    def analysis(self) -> PairAnalysis:
        return self.meta.pairs

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the features."""
        return self.analysis.table.features

    @property
    def sets(self) -> tuple[str, ...]:
        """The sets of features, all of them first."""
        return ("all", *self.analysis.table.sets)

    def predictions(self, design: str) -> dict[str, Prediction]:
        """The predictions by each set of features under a design, of the sets that have a score."""
        found = {name: self.analysis.of(design, name) for name in self.sets}
        return {name: row for name, row in found.items() if row is not None}

    def majority(self, design: str) -> Prediction:
        """The majority under a design that has scores."""
        row = self.analysis.of(design, "majority")
        assert row is not None
        return row


def problem_results(
    concluded: Sequence[tuple[Analysed, PairCurves]], edition: str, hierarchy: Hierarchy
) -> list[ProblemResult]:
    """The records of each problem, on a corpus of this edition."""
    claims: dict[int, list[MeasuredClaim]] = {}
    for analysed, claim in measure_claims(concluded):
        claims.setdefault(id(analysed), []).append(claim)

    results = []
    for analysed, curves in concluded:
        outcomes, meta, protocol = analysed
        size = outcomes.n_pairs, outcomes.n_runs
        scores = MeanScores(
            single=float(outcomes.single.mean()),
            multi=float(outcomes.multi.mean()),
            improved=improved_share(outcomes, protocol.reading),
            gain=meta.pairs.gain,
            relative_gain=mean_relative_gain(outcomes),
            published=TABLE1[outcomes.problem],
        )
        scope = scope_of(outcomes.problem, *size, protocol, edition, hierarchy)
        pairs = tuple(map(_pair_gain, outcomes.pairs, outcomes.gains))
        measured = tuple(claims[id(analysed)])
        results.append(
            ProblemResult(outcomes, protocol, scope, scores, meta, pairs, measured, curves)
        )
    return results


def _pair_gain(pair: Pair, gains: FloatArray) -> PairGain:
    low = high = needed = math.nan
    if len(gains) > 1:
        estimate, further = corrected_mean(gains, test_train_ratio=0), further_runs(gains)
        low, high = estimate.low, estimate.high
        if further is not None:
            needed = len(gains) + further
    return PairGain(pair, float(gains.mean()), low, high, needed)
