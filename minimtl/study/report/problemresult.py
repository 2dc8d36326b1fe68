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
from minimtl.stats import Estimate, MeanEstimate, compare_paired, mean_of_runs
from minimtl.study.report.scope import Scope, scope_of
from minimtl.tasks import (
    AUTHORS_FEATURES,
    DEFINITIONS,
    TABLE1,
    TABLE3A,
    TABLE3B,
    Hierarchy,
    Outcomes,
    Pair,
    PairCurves,
    PrintedScores,
    Protocol,
    improved_share,
    mean_relative_gain,
)

# The paper prints ranks of RELATED and coefficients of UNRELATED.
TABLE3 = {"related": "table3a", "unrelated": "table3b"}


class MeanScores(NamedTuple):
    """The row of Table 1, and the published one; ``gain`` has its interval for each question."""

    single: float
    multi: float
    improved: float
    gain: Estimate
    relative_gain: float
    published: PrintedScores


class BlockGain(NamedTuple):
    """The mean gain of the pairs between two subclasses, and its interval over two runs or more."""

    block: str
    n_pairs: int
    gain: float
    these_tasks: MeanEstimate | None


class PairGain(NamedTuple):
    """The mean gain of a pair, its interval over runs, and how many runs would leave 0 out of it.

    As many as there were, if they do; NaN where no number of runs would, or of one run.
    """

    pair: Pair
    gain: float
    low: float
    high: float
    runs_needed: float


class FeatureWeight(NamedTuple):
    """A feature's row of Table 3a or 3b: the fields of `minimtl.gains.metamodel.Importance`.

    ``published`` is as printed under ``published_label``, ``published_inverse_rank`` a printed rank
    turned the right way up; "" and NaN where the paper has none.
    """

    feature: str
    inverse_rank: float
    coefficient: float
    coefficient_low: float
    coefficient_high: float
    coefficient_all_pairs: float
    sign_stability: float
    vif: float
    published_label: str
    published: float
    published_inverse_rank: float


@dataclass(frozen=True)
class ProblemResult:
    """One problem by one protocol.

    Attributes
    ----------
    scope : how much of it was computed, and so what may be concluded.
    scores : Table 1.
    meta : Table 2, and what else the meta-analysis gives.
    weights : Table 3a of RELATED, by rank, or 3b of UNRELATED, by size of coefficient.
    claims : of the paper's text.
    """

    outcomes: Outcomes
    protocol: Protocol
    scope: Scope
    scores: MeanScores
    meta: MetaAnalysis
    weights: tuple[FeatureWeight, ...]
    blocks: tuple[BlockGain, ...]
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

    @property
    def has_two_labels(self) -> bool:
        """Whether some pairs gain and some do not, so that there is something to predict."""
        return self.analysis.predicted is not None

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
        weights=_weights(analysed),
        blocks=_blocks(outcomes),
        pairs=tuple(_pair_gain(outcomes, number) for number in range(outcomes.n_pairs)),
        claims=claims,
    )


def _blocks(outcomes: Outcomes) -> tuple[BlockGain, ...]:
    rows: dict[str, list[int]] = {}
    for row, block in enumerate(outcomes.blocks):
        rows.setdefault(" / ".join(block), []).append(row)
    blocks = []
    for name, of_block in rows.items():
        gains = outcomes.gains[of_block]
        estimate = mean_of_runs(gains) if outcomes.n_runs > 1 else None
        blocks.append(BlockGain(name, len(of_block), float(gains.mean()), estimate))
    return tuple(blocks)


def _pair_gain(outcomes: Outcomes, number: int) -> PairGain:
    gains = outcomes.gains[number]
    low = high = needed = math.nan
    if outcomes.n_runs > 1:
        found = compare_paired(gains, test_train_ratio=0)
        low, high = found.low, found.high
        if found.further_runs is not None:
            needed = outcomes.n_runs + found.further_runs
    return PairGain(outcomes.pairs[number], float(gains.mean()), low, high, needed)


def _weights(analysed: Analysed) -> tuple[FeatureWeight, ...]:
    related = analysed.outcomes.problem == "related"
    importance = analysed.meta.importance
    printed = {row.feature: row for row in (TABLE3A if related else TABLE3B)}
    rows = []
    for column, name in enumerate(DEFINITIONS[analysed.protocol.reading.features].names):
        published = printed[name].value if name in printed else math.nan
        rows.append(
            FeatureWeight(
                feature=name,
                inverse_rank=float(importance.inverse_rank[column]),
                coefficient=float(importance.coefficient[column]),
                coefficient_low=float(importance.coefficient_low[column]),
                coefficient_high=float(importance.coefficient_high[column]),
                coefficient_all_pairs=float(importance.coefficient_all_pairs[column]),
                sign_stability=float(importance.sign_stability[column]),
                vif=float(importance.vif[column]),
                published_label=printed[name].label if name in printed else "",
                published=published,
                published_inverse_rank=len(AUTHORS_FEATURES) - published if related else math.nan,
            )
        )
    if related:
        return tuple(sorted(rows, key=lambda row: -row.inverse_rank))
    return tuple(sorted(rows, key=lambda row: -abs(row.coefficient)))
