"""Claims about how much joint training gains, and about the scores of the two problems."""

from collections.abc import Iterator, Sequence

import numpy as np

from minimtl.gains.claims.claim import Claim, Evidence, MeasuredClaim
from minimtl.gains.meta.estimate import Estimate, estimate_from, estimate_mean
from minimtl.stats import FloatArray, pseudo_values, pseudo_values_of_means
from minimtl.tasks import TIE, Outcomes, Pair, relative_gains

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
    outcomes = evidence.outcomes
    yield MeasuredClaim(_MEAN, estimate_mean(outcomes.gains, outcomes.pairs))
    share = _share(outcomes, evidence.protocol.reading.label == "mean_gain")
    yield MeasuredClaim(_SHARE[outcomes.problem], share)
    if outcomes.problem == "related":
        yield MeasuredClaim(_RELATIVE, estimate_mean(relative_gains(outcomes), outcomes.pairs))


def _share(outcomes: Outcomes, of_means: bool) -> Estimate:
    """The share improved, as the protocol counts: of the runs' means, or of each run."""
    if not of_means:
        return estimate_mean((outcomes.gains > TIE).astype(np.float64), outcomes.pairs)

    def improved(by_run: FloatArray) -> FloatArray:
        return (by_run.mean(axis=0) > TIE).astype(np.float64)

    by_run = outcomes.gains.T
    several = outcomes.n_runs > 1
    return estimate_from(
        float(improved(by_run).mean()),
        pseudo_values(lambda x: float(improved(x).mean()), by_run) if several else None,
        improved(by_run),
        outcomes.pairs,
    )


def problem_claims(outcomes: Outcomes, related: Sequence[Pair]) -> Iterator[MeasuredClaim]:
    """That UNRELATED has better scores than RELATED, whose pairs are among its own."""
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
            outcomes.pairs,
        )
        yield MeasuredClaim(claim, found)
