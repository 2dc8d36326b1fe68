"""The claims of the paper: a sentence, a statistic, and for which values of that it holds.

Notation
--------
x, g        a feature and the gain of each pair in each run, shape (n_pairs, n_runs)
g_−r        gains averaged over all runs but r
by_pair     mean curves of each pair, shape (n_pairs, n_curves, n_epochs), after the epochs of
            Figure 4; by_run of each run

A claim about curves is about the mean curve, as Figure 4 draws it: single ones wander by more than
what is asked. A regulariser fits the training documents less closely and predicts others no worse:
the score on test documents *at equal training loss* is the train-test gap without a training score.

What is chance in a run is in its features and in its gain: a single-task score that is low by
chance is a gain. So features of a run stand against the gains of the others, and every number is
the mean over the runs.

Derived in docs/mathematics.md, §18.
"""

import math
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from minimtl.gains.designs import unseen_design
from minimtl.gains.metamodel import unseen_predictions
from minimtl.gains.pairtable import PairTable, table_of
from minimtl.stats import (
    NO_ESTIMATE,
    Estimate,
    FloatArray,
    IntArray,
    MeanEstimate,
    estimate,
    estimate_from,
    estimate_mean,
    pseudo_values,
    pseudo_values_of_means,
    spearman,
)
from minimtl.tasks import (
    FEATURE_NAMES,
    FEATURE_SETS,
    TIE,
    LabelledPairs,
    Outcomes,
    Pair,
    PairCurves,
    Protocol,
    relative_gains,
)

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


def problem_claims(evidence: Evidence, related: Container[Pair]) -> Iterator[MeasuredClaim]:
    """That UNRELATED has better scores than RELATED, whose pairs are among its own."""
    outcomes = evidence.outcomes
    among = np.array([pair in related for pair in outcomes.pairs])
    if among.sum() < 2:  # the spread of a mean takes two of them
        return

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


DISTANCE = 0.01  # of a score from its end: one point of F1
LAST = 10  # epochs, of which the mean over those of Figure 4 is the end
_SETTLED = (
    f"epoch from which on the mean {{}} curve (epochs of Figure 4, joined by straight lines) stays "
    f"within {DISTANCE} of the mean of its last {LAST} epochs"
)
_75 = "the global stabilization occurs after approximatively 75 epochs"
_SINGLE_SETTLES = Claim("settles_at_75", _75, _SETTLED.format("single-task"), above=65, below=85)
_MULTI_SETTLES = _SINGLE_SETTLES._replace(statistic=_SETTLED.format("multi-task"))
_SLOWER = Claim(
    "multi_slower",
    "The number of epochs needed to train the multi-task models is slightly greater than the one "
    "for the single-task ones",
    "that epoch of multi-task learning less that of single-task learning",
    above=0,
)
_REGULARISES = Claim(
    "regularises",
    "Multi-task learning […] has strong regularization effects",
    "test score at equal training loss, multi-task less single-task",
    above=0,
)
_FITS_LESS = _REGULARISES._replace(  # as does whatever learns more slowly: no claim
    statistic="training loss where scores are read, multi-task less single-task", above=-math.inf
)
_OVERFITS = Claim(
    "overfits_less",
    "Such overfitting can be remedied by multi-task learning",
    f"how far the mean curve falls from its best epoch to its last {LAST}, single-task less "
    "multi-task",
    above=0,
)


def curve_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about the learning curves of one problem."""
    curves, runs = evidence.curves, evidence.curves.of_runs
    effects = evidence.table.effects
    n = min(curves.single.shape[2], curves.multi.shape[2])
    epochs = curves.epochs[:n]
    by_pair = _stacked((curves.single, curves.multi), n).mean(axis=1)
    by_run = _stacked((runs.single, runs.multi), n)
    for claim, statistic in (
        (_SINGLE_SETTLES, lambda x: settled_epoch(x[:, 0].mean(axis=0), epochs)),
        (_MULTI_SETTLES, lambda x: settled_epoch(x[:, 1].mean(axis=0), epochs)),
        (_SLOWER, lambda x: _later(x, epochs)),
        (_OVERFITS, lambda x: _falls_less(x, epochs)),
    ):
        yield MeasuredClaim(claim, estimate(statistic, by_pair, by_run, effects))

    n = int(np.searchsorted(curves.epochs, evidence.protocol.reading.read_at + 1)) + 1
    each = (curves.single, curves.multi, curves.single_loss, curves.multi_loss)
    by_pair = _stacked(each, n)
    found = estimate(at_equal_loss, by_pair.mean(axis=1), _stacked(runs, n), effects)
    yield MeasuredClaim(_REGULARISES, found)
    _, _, single_loss, multi_loss = np.moveaxis(by_pair[..., -1], -1, 0)
    yield MeasuredClaim(_FITS_LESS, estimate_mean(multi_loss - single_loss, effects))


def _stacked(curves: Iterable[FloatArray], n: int) -> FloatArray:
    """The first `n` epochs of several curves, float64 (…, n_curves, n)."""
    return np.stack([curve[..., :n] for curve in curves], axis=-2).astype(np.float64)


def settled_epoch(curve: FloatArray, epochs: IntArray) -> float:
    """The epoch from which on a curve stays within `DISTANCE` of its end; between two epochs
    where the straight line from one to the other crosses. 1 of a curve that is always within.

    Parameters
    ----------
    curve : float64 (n,), after each of `epochs` (n,), which count from 1.
    """
    distance = np.abs(curve - _end(curve, epochs))
    outside = np.flatnonzero(distance > DISTANCE)
    if not outside.size:
        return 1.0
    last = int(outside[-1])
    if last + 1 == len(curve):
        return float(epochs[last])
    part = (distance[last] - DISTANCE) / (distance[last] - distance[last + 1])
    return float(epochs[last] + part * (epochs[last + 1] - epochs[last]))


def _end(curves: FloatArray, epochs: IntArray) -> FloatArray:
    """The mean over the last epochs of curves (…, n)."""
    mean: FloatArray = curves[..., epochs > epochs[-1] - LAST].mean(axis=-1)
    return mean


def _later(x: FloatArray, epochs: IntArray) -> float:
    single, multi = x.mean(axis=0)
    return settled_epoch(multi, epochs) - settled_epoch(single, epochs)


def _falls_less(x: FloatArray, epochs: IntArray) -> float:
    curves = x.mean(axis=0)
    single, multi = curves.max(axis=1) - _end(curves, epochs)
    return float(single - multi)


def at_equal_loss(x: FloatArray) -> float:
    """Multi-task less single-task score where both mean training losses are first as low as the
    higher of the two is at the end.

    Parameters
    ----------
    x : float64 (n, 4, n_epochs)
        Single-task and multi-task scores, single-task and multi-task losses.
    """
    single, multi, single_loss, multi_loss = x.mean(axis=0)
    level = max(single_loss[-1], multi_loss[-1])
    return _score_at(multi, multi_loss, level) - _score_at(single, single_loss, level)


def _score_at(score: FloatArray, loss: FloatArray, level: float) -> float:
    """The score where the loss is first down to a level, which it reaches."""
    k = int(np.flatnonzero(loss <= level)[0])
    if k == 0:
        return float(score[0])
    part = (loss[k - 1] - level) / (loss[k - 1] - loss[k])
    return float(score[k - 1] + part * (score[k] - score[k - 1]))


_MOST_PAIRS = 2000  # whose contributions to a correlation are known; each takes a correlation
_RHO = "Spearman's ρ of the gain and "
# The columns that a claim may mean, those of either definition of the features.
_DIVERGENCES = (
    (
        "divergence",
        "distributional divergence is strongly, negatively correlated with performance gains",
        ("jsd_main_aux_positive", "jsd_main_aux_negative"),
    ),
    (
        "test_divergence",
        "JSD between training and test is strongly negatively correlated with gains",
        ("jsd_test_train_positive_main", "jsd_test_train_negative_main"),
    ),
)
_OOV = Claim(
    "oov",
    "OOV rate is also predictive of gains, i.e., correlated with gains from multi-task learning",
    f"{_RHO}oov_rate_main",
    above=0,
)
_PLATEAU = Claim(
    "plateaus_early",
    "multi-task learning is particularly effective when the target task otherwise plateaus faster "
    "than the auxiliary task",
    f"{_RHO}curve_c_main / curve_c_aux, which is large where the main task flattens earlier",
    above=0,
)
_LATE = (
    "the good predictors based on loss curve gradients are found in the last regions of the curve"
)
_CURVES = Claim(
    "curves_predict_best",
    "features extracted from the loss curves are more predictive of gains than any other features",
    "Brier score of curve features less that of all others, or of always answering one half where "
    "that is lower, subclasses unseen",
    below=0,
)


def association_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about correlations of features and gains."""
    outcomes = evidence.outcomes
    x = dict(zip(FEATURE_NAMES, np.moveaxis(outcomes.features, (2, 1, 0), (0, 1, 2)), strict=True))
    for name, sentence, columns in _DIVERGENCES:
        for column in columns:
            claim = Claim(name, sentence, f"{_RHO}{column}", below=-STRONG)
            yield MeasuredClaim(claim, correlation(x[column], evidence))
    yield MeasuredClaim(_OOV, correlation(x["oov_rate_main"], evidence))
    ratio = x["curve_c_main"] / x["curve_c_aux"]
    yield MeasuredClaim(_PLATEAU, correlation(ratio, evidence))


def correlation(x: FloatArray, evidence: Evidence) -> Estimate:
    """Spearman's correlation of the feature in a run with the gain in the others.

    It needs two runs, and its interval for these tasks three. Of many pairs its interval for new
    tasks is that of some drawn at random, which is wider.
    """
    outcomes = evidence.outcomes
    n_runs = outcomes.n_runs
    if n_runs < 2:
        return NO_ESTIMATE

    def over_pairs(both: FloatArray) -> float:
        """Of rows (x, g_−r), shape (n_pairs, 2, n_runs)."""
        return float(np.mean([spearman(*both[:, :, run].T) for run in range(both.shape[2])]))

    def over_runs(both: FloatArray) -> float:
        """Of rows (x, g), shape (n_runs, 2, n_pairs)."""
        feature, gain = np.moveaxis(both, 1, 0)
        return over_pairs(np.stack([feature.T, gains_of_others(gain.T)], axis=1))

    by_run = np.stack([x.T, outcomes.gains.T], axis=1)
    by_pair = np.stack([x, gains_of_others(outcomes.gains)], axis=1)
    effects = evidence.table.effects
    if outcomes.n_pairs > _MOST_PAIRS:
        rows = np.random.default_rng(0).choice(outcomes.n_pairs, _MOST_PAIRS, replace=False)
        by_pair, effects = by_pair[rows], evidence.table.effects_among(rows)
    return estimate_from(
        over_runs(by_run),
        pseudo_values(over_runs, by_run) if n_runs > 2 else None,
        pseudo_values(over_pairs, by_pair),
        effects,
    )


def gains_of_others(gains: FloatArray) -> FloatArray:
    """Of each pair and run the mean gain of the other runs, shape (n_pairs, n_runs)."""
    n_runs = gains.shape[1]
    return (gains.sum(axis=1, keepdims=True) - gains) / (n_runs - 1)


Columns = tuple[int, ...]


def prediction_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about which features predict best, of pairs whose subclasses are unseen."""
    compare = _comparison(evidence)

    def gradients(percent: int) -> Columns:
        prefix = f"gradient_{percent}_"
        names = enumerate(FEATURE_NAMES)
        return tuple(number for number, name in names if name.startswith(prefix))

    for percent in (10, 25, 50):
        claim = Claim(
            "late_gradients",
            _LATE,
            f"Brier score of the gradients at 75 % less that of those at {percent} %, subclasses "
            "unseen",
            below=0,
        )
        yield MeasuredClaim(claim, compare(gradients(75), gradients(percent)))
    only, without = FEATURE_SETS["only_curve"], FEATURE_SETS["no_curve"]
    yield MeasuredClaim(_CURVES, compare(only, without, at_most=0.25))


def _comparison(evidence: Evidence) -> Callable[..., Estimate]:
    """A function that gives the Brier score of one set of features less that of another.

    With ``at_most`` the other's is that, where it is not lower by itself.
    """
    outcomes, settings = evidence.outcomes, evidence.protocol.meta
    design = unseen_design(evidence.table, "groups_unseen")

    @lru_cache
    def errors(columns: Columns, runs: tuple[int, ...]) -> FloatArray:
        """Squared error of each tested pair's probability, mean over these runs' features."""
        gains = gains_of_others(outcomes.gains[:, runs])
        data_sets = [
            LabelledPairs(outcomes.features[run][:, columns], (gain > TIE).astype(np.int64))
            for run, gain in zip(runs, gains.T, strict=True)
        ]
        y, probability = unseen_predictions(data_sets, design, settings)
        squares: FloatArray = ((probability - y) ** 2).reshape(len(runs), -1).mean(axis=0)
        return squares

    def compare(first: Columns, second: Columns, *, at_most: float = 1.0) -> Estimate:
        runs = np.arange(outcomes.n_runs, dtype=np.float64)
        if len(runs) < 2 or not design.n_fits:
            return NO_ESTIMATE

        def difference(some: FloatArray) -> FloatArray:
            which = tuple(some.astype(int).tolist())
            other = errors(second, which)
            return errors(first, which) - (other if other.mean() < at_most else at_most)

        of_runs = (
            pseudo_values(lambda some: float(difference(some).mean()), runs)
            if len(runs) > 2
            else None
        )
        each = difference(runs)
        effects = evidence.table.effects_among(design.tested)
        return estimate_from(float(each.mean()), of_runs, each, effects)

    return compare
