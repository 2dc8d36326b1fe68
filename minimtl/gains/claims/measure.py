"""All claims of the paper's text, measured on the problems of a study."""

from collections.abc import Iterator, Sequence

from minimtl.gains.claims.claim import Evidence, MeasuredClaim
from minimtl.gains.claims.curves import curve_claims
from minimtl.gains.claims.features import association_claims, prediction_claims
from minimtl.gains.claims.gains import gain_claims, problem_claims
from minimtl.gains.meta.analysis import Analysed
from minimtl.tasks import PairCurves, Protocol


def measure_claims(
    concluded: Sequence[tuple[Analysed, PairCurves]], protocol: Protocol
) -> Iterator[tuple[str, MeasuredClaim]]:
    """Each problem's name with each claim about it, in the order of the paper's sections 5 and 6.

    Nothing is drawn at random.
    """
    related = {analysed.outcomes.problem: analysed.outcomes.pairs for analysed, _ in concluded}
    for analysed, curves in concluded:
        evidence = Evidence(analysed, curves, protocol)
        outcomes = evidence.outcomes
        tested = [*gain_claims(evidence)]
        if outcomes.problem == "unrelated" and "related" in related:
            among = [pair for pair in related["related"] if pair in outcomes.pairs]
            # The spread of a mean takes two of them.
            tested += problem_claims(outcomes, among) if len(among) > 1 else []
        tested += curve_claims(evidence)
        tested += prediction_claims(evidence)
        tested += association_claims(evidence)
        yield from ((outcomes.problem, one) for one in tested)
