"""Is one way better than another: interval, verdict, and what would settle an open question.

Notation
--------
d       differences of two ways' scores over the runs, (n_runs,); their mean is the gain
ρ       test texts of a run over the texts it may learn from
δ       the margin: a gain from −δ to δ does not matter
α       the error allowed for one interval

The interval of the gain is Nadeau & Bengio's for runs that share texts. It is never narrower than
what equal scores of all runs leave: if two ways disagree on none of n texts, they may still
disagree on a share of up to 1 − α^(1/n) (Clopper & Pearson 1934), so that equal scores of few
texts are no proof. It is cut to what the difference of two scores from 0 to 1 can be.

A run more makes the first interval narrower, but only down to ±z·s·√ρ; a text more makes s smaller,
in proportion to 1/√n_texts, as a score of more test texts varies less.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from minimtl.stats import compare_paired

HELPS, HURTS = "helps", "hurts"
NO_DIFFERENCE, CANNOT_TELL = "no difference that matters", "cannot tell yet"
_MOST_TIMES = 50  # as many texts as there are: more is no advice


@dataclass(frozen=True)
class Comparison:
    """A way compared with a reference.

    Attributes
    ----------
    gain, low, high : mean difference of the scores, and its interval.
    verdict : `HELPS` or `HURTS` where the interval has one sign, `NO_DIFFERENCE` where it lies
        within ± the margin, else `CANNOT_TELL`.
    further_runs, further_texts : of an open question, how many more runs on the same texts, or
        labelled texts in as many runs, would settle it, if gain and spread stay as they are; None
        if no realistic number would. 0 where it is settled.
    """

    gain: float
    low: float
    high: float
    verdict: str
    further_runs: int | None
    further_texts: int | None


def compare(
    scores: np.ndarray,
    reference: np.ndarray,
    *,
    ratio: float,
    n_tested: int,
    n_texts: int,
    level: float,
    margin: float,
) -> Comparison:
    """Compare the scores of two ways in the same runs.

    Parameters
    ----------
    scores, reference : float64 (n_runs,), n_runs ≥ 2
    ratio, level, margin : ρ, 1 − α and δ.
    n_tested : different texts that were tested in all runs together.
    n_texts : labelled texts that there are.
    """
    paired = compare_paired(scores - reference, ratio, level=level, margin=margin)
    spread = paired.high - paired.mean
    floor = 1 - (1 - level) ** (1 / n_tested)
    half = max(spread, floor)
    base = float(reference.mean())
    low, high = max(paired.mean - half, -base), min(paired.mean + half, 1 - base)
    if -margin <= low and high <= margin:
        verdict = NO_DIFFERENCE
    elif low > 0:
        verdict = HELPS
    elif high < 0:
        verdict = HURTS
    else:
        target = max(abs(paired.mean), margin - abs(paired.mean))
        runs = paired.further_runs if floor < target else None
        texts = _further_texts(spread, floor, target, n_texts)
        return Comparison(paired.mean, low, high, CANNOT_TELL, runs, texts)
    return Comparison(paired.mean, low, high, verdict, 0, 0)


def _further_texts(spread: float, floor: float, target: float, n_texts: int) -> int | None:
    """How many more texts make both halves of an interval smaller than `target`.

    `spread`, the half-width by the runs' differences, falls with the root of the number of texts,
    and `floor`, what equal scores leave, with the number itself.
    """
    if target <= 0:
        return None
    further = n_texts * (max((spread / target) ** 2, floor / target) - 1)
    return math.ceil(further) if further < _MOST_TIMES * n_texts else None


def without_verdict(comparison: Comparison) -> Comparison:
    """The same numbers, but they tell nothing: both ways give all texts one label."""
    return replace(comparison, verdict=CANNOT_TELL, further_runs=None, further_texts=None)
