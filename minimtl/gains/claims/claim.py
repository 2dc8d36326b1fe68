"""What a claim is: a sentence of the paper, a statistic, and for which values of it it holds."""

import math
from typing import NamedTuple

from minimtl.gains.meta.analysis import Analysed
from minimtl.gains.meta.estimate import Estimate
from minimtl.stats import MeanEstimate
from minimtl.tasks import Outcomes, PairCurves, Protocol

HOLDS = "holds"
FAILS = "does not hold"
OPEN = "cannot tell"
STRONG = 0.3  # a correlation from which on it may be called strong: Cohen's "medium"


class Evidence(NamedTuple):
    """All that the claims about one problem are tested on."""

    analysed: Analysed
    curves: PairCurves
    protocol: Protocol

    @property
    def outcomes(self) -> Outcomes:
        return self.analysed.outcomes


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
