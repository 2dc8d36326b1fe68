"""What a claim is, and those about gains and about the scores of the two problems.

A claim is a sentence of the paper, a statistic, and for which values of it it holds.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from minimtl.gains.pairtable import PairTable, table_of
from minimtl.gains.twointervals import Estimate, estimate_from, estimate_mean
from minimtl.stats import (
    BoolArray,
    Effects,
    FloatArray,
    IntArray,
    MeanEstimate,
    crossed_effects,
    pseudo_values,
    pseudo_values_of_means,
)
from minimtl.tasks import TIE, Outcomes, Pair, PairCurves, Protocol, relative_gains

HOLDS = "holds"
FAILS = "does not hold"
OPEN = "cannot tell"
STRONG = 0.3  # a correlation from which on it may be called strong: Cohen's "medium"


@dataclass(frozen=True)
class Evidence:
    """All that the claims about one problem are tested on."""

    outcomes: Outcomes
    protocol: Protocol
    curves: PairCurves

    @cached_property
    def table(self) -> PairTable:
        """The problem's pairs."""
        return table_of(self.outcomes, self.protocol)

    def effects_of(self, rows: IntArray | BoolArray) -> Effects:
        """The crossed effects of some of the pairs, by number or mask."""
        return crossed_effects({name: level[rows] for name, level in self.table.levels.items()})


class Claim(NamedTuple):
    """One claim in one statistic; it holds if that lies between `above` and `below`.

    Without either it only informs, and there is no verdict.

    Attributes
    ----------
    name : of the claim; several statistics may test one claim.
    sentence : as the paper has it.
    statistic : what is measured, in words.
    above, below : infinite where there is no bound.
    """

    name: str
    sentence: str
    statistic: str
    above: float = -math.inf
    below: float = math.inf

    def verdict(self, estimate: MeanEstimate | None) -> str:
        """`HOLDS` if the whole interval lies inside, `FAILS` if it lies outside; else `OPEN`."""
        if math.isinf(self.above) and math.isinf(self.below):
            return ""
        if estimate is None:
            return OPEN
        if self.above < estimate.low and estimate.high < self.below:
            return HOLDS
        if estimate.high < self.above or estimate.low > self.below:
            return FAILS
        return OPEN


class MeasuredClaim(NamedTuple):
    """A claim and what a study has to say of it."""

    claim: Claim
    estimate: Estimate


_MEAN = Claim(
    "mean_gain",
    "on average, multi-task learning leads to slight improvements over single-task learning",
    "mean gain",
    above=0,
)
_SHARE = {
    "related": Claim(
        "share_improved",
        "we see improvements in more than 70% of the cases",
        "share of pairs improved",
        above=0.7,
    ),
    "unrelated": Claim(
        "share_improved",
        "multi-task learning leads to improvements in about 57% of all cases",
        "share of pairs improved",
        above=0.52,
        below=0.62,
    ),
}
_RELATIVE = Claim(
    "relative_gain",
    "the mean gain is about 5%",
    "mean of the gain by the single-task score",
    above=0.04,
    below=0.06,
)
_BETTER = "UNRELATED TOPICS […] has better result than RELATED TOPICS"


def gain_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about gains of one problem."""
    outcomes, effects = evidence.outcomes, evidence.table.effects
    yield MeasuredClaim(_MEAN, estimate_mean(outcomes.gains, effects))
    share = _share(evidence)
    yield MeasuredClaim(_SHARE[outcomes.problem], share)
    if outcomes.problem == "related":
        yield MeasuredClaim(_RELATIVE, estimate_mean(relative_gains(outcomes), effects))


def _share(evidence: Evidence) -> Estimate:
    """The share improved, as the protocol counts: of the runs' means, or of each run."""
    outcomes, effects = evidence.outcomes, evidence.table.effects
    if evidence.protocol.reading.label != "mean_gain":
        return estimate_mean((outcomes.gains > TIE).astype(np.float64), effects)

    def improved(by_run: FloatArray) -> FloatArray:
        return (by_run.mean(axis=0) > TIE).astype(np.float64)

    by_run = outcomes.gains.T
    several = outcomes.n_runs > 1
    return estimate_from(
        float(improved(by_run).mean()),
        pseudo_values(lambda x: float(improved(x).mean()), by_run) if several else None,
        improved(by_run),
        effects,
    )


def problem_claims(evidence: Evidence, related: Sequence[Pair]) -> Iterator[MeasuredClaim]:
    """That UNRELATED has better scores than RELATED, whose pairs are among its own."""
    outcomes = evidence.outcomes
    among = np.zeros(outcomes.n_pairs, bool)
    among[[outcomes.pairs.index(pair) for pair in related]] = True
    for name, scores in (("single", outcomes.single), ("multi", outcomes.multi)):
        claim = Claim(
            "unrelated_better",
            _BETTER,
            f"mean {name}-task score of all pairs less that of the RELATED ones among them",
            above=0,
        )

        def apart(means: FloatArray) -> FloatArray:
            """Of means (score, whether the pair is RELATED, the product of both), (3, n)."""
            score, is_related, of_related = means
            return score - of_related / is_related

        mean_scores = scores.mean(axis=1)
        by_pair = np.stack([mean_scores, among, mean_scores * among], axis=1)
        each = scores.mean(axis=0) - scores[among].mean(axis=0)
        found = estimate_from(
            float(mean_scores.mean() - mean_scores[among].mean()),
            each if outcomes.n_runs > 1 else None,
            pseudo_values_of_means(apart, by_pair),
            evidence.table.effects,
        )
        yield MeasuredClaim(claim, found)
