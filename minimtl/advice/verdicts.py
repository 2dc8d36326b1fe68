"""The difference between ways, by every text and every run: interval, verdict, remedy.

What is asked: the expected gain of a classifier that is trained on texts like these, as many, and
labels texts like these. So an interval counts which texts were tested, which were trained on, and
the chance of a training.

Notation
--------
n, K        tested texts, and rounds: in each round every text is labelled once
B           folds of a round, each labelled by a training of its own; R = K·B trainings
ψ_ki        influence of text i on the macro-F1 of round k. With N_c texts of class c, P_c labelled
            so, TP_c both, m_c = (N_c + P_c)/n and F_c = 2·TP_c/(N_c + P_c), it is the mean over c
            of F_c + [2·1(y_i = ŷ_ki = c) − F_c·(1(y_i = c) + 1(ŷ_ki = c))]/m_c. Its mean over i is
            the macro-F1 of the round exactly
d_ki        difference of two ways' ψ_ki; D_i its mean over rounds, g the mean of D_i: the gain
e_ki        d_ki − D_i, what the trainings add
S_j, G      sum of D_i − g over the texts of group j (a thread, an author), and how many groups
            there are; a text without a group is one by itself

    V_text = [Σ S_j² + (n/G)²]/(n(n + n/G)),    V_run = max(0, s²_run)/R,
    V = (1 + 0.2·n/n_train)·V_text + V_run,    ν = V²/[V_text²/(G − 1) + V_run²/ν_run],

where ν_run is (K − 1)·B, or B − 1 after one round. (n/G)² is a group more, without groups a text
more, on which the ways differ, so that no difference on few texts is no proof. s²_run is the
variance between trainings beyond that of their texts: of the folds' mean e_ki, as far as it is
above what the texts' own e_ki leave. 0.2·n/n_train is for other training texts of the same kind;
it was measured on newsgroups and reviews.

All ways are compared with all ways alone together: the critical value is that of the largest of the
correlated differences, so that the best of many noisy ways is not believed too much, and the best
way alone need not be known.

Which way to take is another question. The true scores θ of the m ways are believed to lie around an
unknown common level with variance τ², and the measured ones s around them with covariance Σ, that
of the ways' mean ψ over texts. Centred over the ways,

    E θ = τ²(τ² I + Σ)⁻¹ s,    Cov θ = τ² I − τ⁴(τ² I + Σ)⁻¹,

so that the best of many noisy scores is not believed too much, and what two ways were lucky or
unlucky on together favours neither. A way that measured no gain is not believed to have one, nor
any way to have more than it measured. τ² is what the scores of the ways that do not clearly hurt
vary beyond Σ.

References
----------
P. Bayle, A. Bayle, L. Janson, L. Mackey (2020), Cross-validation confidence intervals for test
error, NeurIPS; J. C. Hsu (1981), Simultaneous confidence intervals for all distances from the
"best", Annals of Statistics 9(5).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from minimtl.advice.ways import Way

HELPS, HURTS = "helps", "hurts"
NO_DIFFERENCE, CANNOT_TELL = "no difference that matters", "open"
_OTHER_TRAINING_TEXTS = 0.2
_N_DRAWS = 20_000
_LEAST_SPREAD = 0.01**2  # of true scores; ways that differ by less hardly matter
_MOST_TIMES = 10  # as many texts or rounds as there are: more is no advice


@dataclass(frozen=True)
class Comparison:
    """A way with others compared with all ways alone.

    Attributes
    ----------
    gain, low, high : difference of macro-F1 from the best of the ways alone, and its interval.
    verdict : `HELPS` or `HURTS` where the interval has one sign, `NO_DIFFERENCE` where it lies
        within ± the margin, else `CANNOT_TELL`.
    probability : that the way is better than the best way alone, by the beliefs above.
    expected : the gain by these beliefs, by which ways are chosen.
    further_runs, further_texts : of an open question, how many more runs on the same texts, or
        labelled texts in as many runs, would settle it, if gain and spread stay as they are; None
        if no realistic number would. 0 where it is settled.
    """

    gain: float
    low: float
    high: float
    verdict: str
    probability: float
    expected: float
    further_runs: int | None
    further_texts: int | None


@dataclass(frozen=True, eq=False)
class TestedTexts:
    """The texts that ways are compared on.

    Attributes
    ----------
    labels : int64 (n,), true classes.
    folds : int64 (n_rounds, n), the training of each round that labels each text, from 0.
    n_train : texts that a run may learn from, on average.
    groups : int64 (n,), equal for texts that are no independent ones; None: all are.
    """

    labels: np.ndarray
    folds: np.ndarray
    n_train: float
    groups: np.ndarray | None = None

    @property
    def inflation(self) -> float:
        """By what other training texts of the same kind raise the variance between texts."""
        return 1 + _OTHER_TRAINING_TEXTS * len(self.labels) / self.n_train

    def by_group(self, values: np.ndarray) -> np.ndarray:
        """Sums of the values of each group's texts, (…, n_groups)."""
        if self.groups is None:
            return values
        order = np.argsort(self.groups, kind="stable")
        starts = np.flatnonzero(np.diff(self.groups[order], prepend=-1))
        sums: np.ndarray = np.add.reduceat(values[..., order], starts, axis=-1)
        return sums


@dataclass(frozen=True)
class _Difference:
    """The gain g of a way over another, and its variance V with ν."""

    gain: float
    variance: float
    freedom: float
    of_runs: float  # what of V falls with 1/K


def influences(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """ψ, float64 (n_rounds, n), of labels given in each round, int64 (n_rounds, n)."""
    n = len(labels)
    influence = np.zeros(predicted.shape)
    for given, of_round in zip(predicted, influence, strict=True):
        classes = np.union1d(labels, given)
        for c in classes:
            true, said = labels == c, given == c
            size = (true.sum() + said.sum()) / n
            f1 = 2 * (true & said).sum() / (true.sum() + said.sum())
            of_round += f1 + (2.0 * (true & said) - f1 * (true.astype(float) + said)) / size
        of_round /= len(classes)
    return influence


def compare(
    tested: TestedTexts,
    predicted: Mapping[Way, np.ndarray],
    alone: Sequence[Way],
    *,
    error: float,
    margin: float,
) -> dict[Way, Comparison]:
    """Compare each other way with all ways alone.

    Parameters
    ----------
    predicted : the classes that each way gave the texts, int64 (n_rounds, n).
    alone : the ways alone, which have no comparison.
    error : allowed for all verdicts together.
    margin : gains from −margin to margin do not matter.
    """
    influence = {way: influences(tested.labels, given) for way, given in predicted.items()}
    others = [way for way in predicted if way not in alone]
    if not others:
        return {}
    pairs = [(way, reference) for way in others for reference in alone]
    differences = {
        (way, other): _difference(influence[way] - influence[other], tested) for way, other in pairs
    }
    ways = list(influence)
    means = np.array([influence[way].mean(axis=0) for way in ways])
    scores = means.mean(axis=1)
    sums = tested.by_group(means - scores[:, np.newaxis])
    numbers = [(ways.index(way), ways.index(reference)) for way, reference in pairs]
    two_sided, one_sided = _critical_values(sums, numbers, error)
    best = max(map(ways.index, alone), key=lambda number: scores[number])
    expected, certainty = _believed_gains(scores, sums, best, tested)

    found = {}
    for way in others:
        against = [differences[way, reference] for reference in alone]
        number = ways.index(way)
        believed = float(certainty[number]), float(expected[number])
        found[way] = _verdict(against, two_sided, one_sided, margin, believed, tested)
    return found


def chances(
    tested: TestedTexts, predicted: Mapping[Way, np.ndarray], lead: Way
) -> dict[Way, float]:
    """The probability that each way is better than the way `lead`; parameters as `compare`."""
    best = influences(tested.labels, predicted[lead])
    found = {}
    for way, given in predicted.items():
        difference = _difference(influences(tested.labels, given) - best, tested)
        found[way] = float(special.ndtr(difference.gain / math.sqrt(difference.variance)))
    return found


def without_verdict(comparison: Comparison) -> Comparison:
    """The same numbers, but they tell nothing: both ways give all texts one label."""
    return replace(
        comparison, verdict=CANNOT_TELL, probability=0.5, expected=0.0,
        further_runs=None, further_texts=None,
    )  # fmt: skip


def _difference(d: np.ndarray, tested: TestedTexts) -> _Difference:
    n_rounds, n = d.shape
    D = d.mean(axis=0)
    gain = float(D.mean())
    n_folds = int(tested.folds.max()) + 1
    n_runs = n_rounds * n_folds

    sums = tested.by_group(D - gain)
    size = n / len(sums)
    of_text = (float((sums**2).sum()) + size**2) / (n * (n + size))
    e = d - D if n_rounds > 1 else d - gain
    in_folds = [
        np.bincount(fold, left, n_folds) / np.maximum(np.bincount(fold, minlength=n_folds), 1)
        for fold, left in zip(tested.folds, e, strict=True)
    ]
    between_folds = float(np.mean(np.square(in_folds)))
    if n_rounds > 1:
        residual = float((e**2).sum()) / ((n_rounds - 1) * n)
        between = n_rounds / (n_rounds - 1) * between_folds
    else:
        residual = float((e**2).mean())
        between = n_folds / max(n_folds - 1, 1) * between_folds
    of_run = max(0.0, between - residual * n_folds / n) / n_runs

    variance = tested.inflation * of_text + of_run
    freedom_of_runs = (n_rounds - 1) * n_folds if n_rounds > 1 else max(n_folds - 1, 1)
    freedom = variance**2 / (of_text**2 / max(len(sums) - 1, 1) + of_run**2 / freedom_of_runs)
    noise = min(tested.inflation * residual / (n_rounds * n), variance) if n_rounds > 1 else 0.0
    return _Difference(gain, variance, freedom, of_run + noise)


def _critical_values(
    sums: np.ndarray, pairs: Sequence[tuple[int, int]], error: float
) -> tuple[float, float]:
    """Normal quantiles of the largest of all differences: of its size, and of its value.

    `sums` are the groups' of each way's deviations from its score, (n_ways, n_groups); `pairs` are
    numbers of ways.
    """
    values, vectors = np.linalg.eigh(np.cov(sums))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rows = np.array([root[way] - root[other] for way, other in pairs])
    size = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    rows = np.divide(rows, size, out=np.zeros_like(rows), where=size > 1e-12)
    drawn = np.random.default_rng(0).standard_normal((_N_DRAWS, len(sums))) @ rows.T
    two_sided = np.quantile(np.abs(drawn).max(axis=1), 1 - error)
    one_sided = np.quantile(drawn.max(axis=1), 1 - error)
    at_least = float(special.ndtri(1 - error))  # of ways that never differ nothing was drawn
    return max(float(two_sided), at_least), max(float(one_sided), at_least)


def _believed_gains(
    scores: np.ndarray, sums: np.ndarray, at: int, tested: TestedTexts
) -> tuple[np.ndarray, np.ndarray]:
    """Each way's expected gain over the way `at`, and how probably it is above 0, (n_ways,).

    `scores`, (n_ways,), are the measured ones; `sums` as in `_critical_values`.
    """
    n_ways = len(scores)
    scores = scores - scores.mean()
    sums = sums - sums.mean(axis=0)
    noise = tested.inflation * (sums @ sums.T) / len(tested.labels) ** 2

    measured, of_measured = scores - scores[at], _of_differences(noise, at)
    # Ways that clearly hurt lend their spread to no other.
    level = scores[measured >= -2 * np.sqrt(of_measured)]
    typical = float(np.trace(noise)) / n_ways
    spread = float(level.var(ddof=1)) if len(level) > 1 else 0.0
    tau = max(spread - typical, _LEAST_SPREAD)

    kept = tau * np.linalg.inv(tau * np.eye(n_ways) + noise)
    believed, covariance = kept @ scores, tau * (np.eye(n_ways) - kept)
    alone = measured * 2 * tau / (2 * tau + of_measured)  # as if there were these two ways only
    most = np.where(measured > 0, measured, alone)
    gains = np.minimum(believed - believed[at], most)
    sizes = np.sqrt(_of_differences(covariance, at))
    return gains, special.ndtr(gains / sizes)


def _of_differences(covariance: np.ndarray, at: int) -> np.ndarray:
    """Variances of the differences from the variable `at`."""
    variances: np.ndarray = np.diag(covariance) + covariance[at, at] - 2 * covariance[at]
    return np.maximum(variances, 1e-12)  # two ways may have given all texts the same labels


def _verdict(
    against: Sequence[_Difference],
    two_sided: float,
    one_sided: float,
    margin: float,
    believed: tuple[float, float],
    tested: TestedTexts,
) -> Comparison:
    """`believed` are the probability of a gain, and the expected one."""
    gains = np.array([one.gain for one in against])
    half = np.array([_half(one, two_sided) for one in against])
    narrow = np.array([_half(one, one_sided) for one in against])
    low, high = float((gains - half).min()), float((gains + half).min())
    is_none = (gains - narrow).min() >= -margin and (gains + narrow).min() <= margin

    found = Comparison(float(gains.min()), low, high, CANNOT_TELL, *believed, 0, 0)
    if low > 0:
        return replace(found, verdict=HELPS)
    if high < 0:
        return replace(found, verdict=HURTS)
    if is_none:
        return replace(found, verdict=NO_DIFFERENCE)
    further = [
        _further(one, target, two_sided, tested) for one, target in _targets(against, margin)
    ]
    runs, texts = zip(*further, strict=True)
    return replace(found, further_runs=_most(runs), further_texts=_most(texts))


def _half(one: _Difference, quantile: float) -> float:
    """Half an interval's width: the normal quantile as one of t with ν degrees of freedom."""
    tail = special.ndtr(quantile)
    return float(special.stdtrit(one.freedom, tail)) * math.sqrt(one.variance)


def _targets(against: Sequence[_Difference], margin: float) -> list[tuple[_Difference, float]]:
    """The narrowest half intervals, and of which differences, that the verdict nearest by needs.

    To help, a way must be better than each way alone; to hurt, it is worse than one.
    """
    nearest = min(against, key=lambda one: one.gain)
    within = margin - abs(nearest.gain)
    if abs(nearest.gain) < within:
        others = [(one, one.gain + margin) for one in against if one is not nearest]
        return [(nearest, within), *others]
    if nearest.gain > 0:
        return [(one, one.gain) for one in against]
    return [(nearest, -nearest.gain)]


def _most(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return max(known) if len(known) == len(numbers) else None


def _further(
    one: _Difference, target: float, quantile: float, tested: TestedTexts
) -> tuple[int | None, int | None]:
    """The further runs, and further texts, that would make half the interval this narrow."""
    ratio = (_half(one, quantile) / target) ** 2 if target > 0 else math.inf
    if ratio < 1:
        return 0, 0
    n_rounds, n = tested.folds.shape
    n_folds = int(tested.folds.max()) + 1

    steady = one.variance - one.of_runs
    wanted = one.variance / ratio - steady
    times = one.of_runs / wanted if wanted > 0 else math.inf
    rounds = math.ceil(n_rounds * (times - 1)) if times < _MOST_TIMES else None
    texts = math.ceil(n * (ratio - 1)) if ratio < _MOST_TIMES else None
    return rounds and max(rounds, 1) * n_folds, texts
