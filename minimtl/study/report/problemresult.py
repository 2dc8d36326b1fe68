"""A problem of a study by one protocol, as records: all that its tables and its report say."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from minimtl.gains import (
    Analysed,
    MeasuredClaim,
    MetaAnalysis,
    PairAnalysis,
    Prediction,
    measure_claims,
)
from minimtl.stats import Estimate, corrected_mean, further_runs
from minimtl.study.report.scope import Scope, scope_of
from minimtl.tasks import (
    TABLE1,
    Hierarchy,
    Outcomes,
    Pair,
    PairCurves,
    PrintedScores,
    Protocol,
    improved_share,
    mean_relative_gain,
)


class MeanScores(NamedTuple):
    """The row of Table 1, and the published one; ``gain`` has its interval for each question."""

    single: float
    multi: float
    improved: float
    gain: Estimate
    relative_gain: float
    published: PrintedScores


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
    """

    outcomes: Outcomes
    protocol: Protocol
    scope: Scope
    scores: MeanScores
    meta: MetaAnalysis
    pairs: tuple[PairGain, ...]
    claims: tuple[MeasuredClaim, ...]

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
    def sets(self) -> tuple[str, ...]:
        """The sets of features, all of them first."""
        return ("all", *self.analysis.table.sets)

    def predictions(self, design: str) -> dict[str, Prediction]:
        """What each set of features predicts under a design, of the sets that have a score."""
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
    return [
        _result(analysed, edition, hierarchy, tuple(claims[id(analysed)]))
        for analysed, _ in concluded
    ]


def _result(
    analysed: Analysed, edition: str, hierarchy: Hierarchy, claims: tuple[MeasuredClaim, ...]
) -> ProblemResult:
    outcomes, meta, protocol = analysed
    scope = scope_of(
        outcomes.problem, outcomes.n_pairs, outcomes.n_runs, protocol, edition, hierarchy
    )
    scores = MeanScores(
        single=float(outcomes.single.mean()),
        multi=float(outcomes.multi.mean()),
        improved=improved_share(outcomes, protocol.reading),
        gain=meta.pairs.gain,
        relative_gain=mean_relative_gain(outcomes),
        published=TABLE1[outcomes.problem],
    )
    return ProblemResult(
        outcomes=outcomes,
        protocol=protocol,
        scope=scope,
        scores=scores,
        meta=meta,
        pairs=tuple(_pair_gain(outcomes, number) for number in range(outcomes.n_pairs)),
        claims=claims,
    )


def _pair_gain(outcomes: Outcomes, number: int) -> PairGain:
    gains = outcomes.gains[number]
    low = high = needed = math.nan
    if outcomes.n_runs > 1:
        estimate, further = corrected_mean(gains, test_train_ratio=0), further_runs(gains)
        low, high = estimate.low, estimate.high
        if further is not None:
            needed = outcomes.n_runs + further
    return PairGain(outcomes.pairs[number], float(gains.mean()), low, high, needed)
