"""The claims of the paper: a sentence, a statistic, and for which values of that it holds.

They stand in paperclaims.csv, to be read beside the paper; what is measured for each is here. A
correlation may be called strong from 0.3 on, Cohen's "medium".

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

import csv
import math
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from minimtl.gains.designs import unseen_design
from minimtl.gains.metamodel import unseen_predictions
from minimtl.gains.pairtable import PairTable, table_of
from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.stats.crossed import NO_ESTIMATE, Estimate, estimate, estimate_from, estimate_mean
from minimtl.stats.intervals import MeanEstimate, pseudo_values, pseudo_values_of_means
from minimtl.stats.scores import spearman
from minimtl.tasks.outcomes import TIE, LabelledPairs, Outcomes, PairCurves, relative_gains
from minimtl.tasks.pairfeatures import DEFINITIONS
from minimtl.tasks.protocol import Protocol
from minimtl.tasks.taskpairs import Pair

HOLDS = "holds"
FAILS = "does not hold"
OPEN = "cannot tell"
DISTANCE = 0.01  # of a score from its end: one point of F1
LAST = 10  # epochs, of which the mean over those of Figure 4 is the end
_MOST_PAIRS = 2000  # whose contributions to a correlation are known; each takes a correlation
# The columns that a claim may mean, those of either definition of the features.
_DIVERGENCES = {
    "divergence": ("jsd_main_aux", "jsd_main_aux_positive", "jsd_main_aux_negative"),
    "test_divergence": (
        "jsd_test_train_main",
        "jsd_test_train_positive_main",
        "jsd_test_train_negative_main",
    ),
}
Columns = tuple[int, ...]


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


@cache
def _paper_claims() -> dict[str, Claim]:
    """The claims of paperclaims.csv by their keys."""
    text = (files("minimtl.gains") / "paperclaims.csv").read_text(encoding="utf-8")
    return {
        row["key"]: Claim(
            row["name"],
            row["sentence"],
            row["statistic"],
            float(row["above"] or -math.inf),
            float(row["below"] or math.inf),
        )
        for row in csv.DictReader(text.splitlines())
    }


def paper_claim(key: str, **places: object) -> Claim:
    """A claim of paperclaims.csv; ``places`` stand for what its statistic has in braces."""
    claim = _paper_claims()[key]
    return claim._replace(statistic=claim.statistic.format(**places))


class MeasuredClaim(NamedTuple):
    """A claim and what a study has to say of it."""

    claim: Claim
    estimate: Estimate


def claims_of(evidence: Evidence, related: Container[Pair]) -> Iterator[MeasuredClaim]:
    """All claims about one problem; ``related`` are the pairs of RELATED, where they are known."""
    yield from gain_claims(evidence)
    if evidence.outcomes.problem == "unrelated":
        yield from problem_claims(evidence, related)
    yield from curve_claims(evidence)
    yield from prediction_claims(evidence)
    yield from association_claims(evidence)


def gain_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about gains of one problem."""
    outcomes, effects = evidence.outcomes, evidence.table.effects
    yield MeasuredClaim(paper_claim("mean_gain"), estimate_mean(outcomes.gains, effects))
    yield MeasuredClaim(paper_claim(f"share_of_{outcomes.problem}"), _share(evidence))
    if outcomes.problem == "related":
        relative = estimate_mean(relative_gains(outcomes), effects)
        yield MeasuredClaim(paper_claim("relative_gain"), relative)


def _share(evidence: Evidence) -> Estimate:
    """The share improved, as the protocol counts: of the runs' means, or of each run."""
    outcomes, effects = evidence.outcomes, evidence.table.effects
    if evidence.protocol.reading.label != "mean_gain":
        return estimate_mean((outcomes.gains > TIE).astype(np.float64), effects)

    def improved(by_run: FloatArray) -> FloatArray:
        return (by_run.mean(axis=0) > TIE).astype(np.float64)

    by_run = outcomes.gains.T
    of_runs = None
    if outcomes.n_runs > 1:
        of_runs = pseudo_values(lambda x: float(improved(x).mean()), by_run)
    each = improved(by_run)
    return estimate_from(float(each.mean()), of_runs, each, effects)


def problem_claims(evidence: Evidence, related: Container[Pair]) -> Iterator[MeasuredClaim]:
    """That UNRELATED has better scores than RELATED, whose pairs are among its own."""
    outcomes = evidence.outcomes
    among = np.array([pair in related for pair in outcomes.pairs])
    if among.sum() < 2:  # the spread of a mean takes two of them
        return

    for name, scores in (("single", outcomes.single), ("multi", outcomes.multi)):
        claim = paper_claim("unrelated_better", task=name)

        def apart(means: FloatArray) -> FloatArray:
            """The statistic of means (score, is the pair RELATED, their product), (3, n)."""
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


def curve_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about the learning curves of one problem."""
    curves, runs = evidence.curves, evidence.curves.of_runs
    effects = evidence.table.effects
    n = min(curves.single.shape[2], curves.multi.shape[2])
    epochs = curves.epochs[:n]
    by_pair = _stacked((curves.single, curves.multi), n).mean(axis=1)
    by_run = _stacked((runs.single, runs.multi), n)
    for key, task, statistic in (
        ("settles_at_75", "single", lambda x: settled_epoch(x[:, 0].mean(axis=0), epochs)),
        ("settles_at_75", "multi", lambda x: settled_epoch(x[:, 1].mean(axis=0), epochs)),
        ("multi_slower", "", lambda x: _later(x, epochs)),
        ("overfits_less", "", lambda x: _falls_less(x, epochs)),
    ):
        claim = paper_claim(key, task=task, distance=DISTANCE, last=LAST)
        yield MeasuredClaim(claim, estimate(statistic, by_pair, by_run, effects))

    n = int(np.searchsorted(curves.epochs, evidence.protocol.reading.read_at + 1)) + 1
    each = (curves.single, curves.multi, curves.single_loss, curves.multi_loss)
    by_pair = _stacked(each, n)
    found = estimate(at_equal_loss, by_pair.mean(axis=1), _stacked(runs, n), effects)
    yield MeasuredClaim(paper_claim("regularises"), found)

    # Whatever learns more slowly fits less: no claim.
    _, _, single_loss, multi_loss = np.moveaxis(by_pair[..., -1], -1, 0)
    fits_less = estimate_mean(multi_loss - single_loss, effects)
    yield MeasuredClaim(paper_claim("fits_less"), fits_less)


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


def association_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about correlations of features and gains."""
    outcomes = evidence.outcomes
    names = DEFINITIONS[evidence.protocol.reading.features].names
    x = dict(zip(names, np.moveaxis(outcomes.features, (2, 1, 0), (0, 1, 2)), strict=True))
    for key, columns in _DIVERGENCES.items():
        for column in columns:
            if column in x:
                claim = paper_claim(key, feature=column)
                yield MeasuredClaim(claim, correlation(x[column], evidence))

    yield MeasuredClaim(paper_claim("oov"), correlation(x["oov_rate_main"], evidence))
    ratio = x["curve_c_main"] / x["curve_c_aux"]
    yield MeasuredClaim(paper_claim("plateaus_early"), correlation(ratio, evidence))


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
        """The statistic of rows (x, g_−r), shape (n_pairs, 2, n_runs)."""
        return float(np.mean([spearman(*both[:, :, run].T) for run in range(both.shape[2])]))

    def over_runs(both: FloatArray) -> float:
        """The statistic of rows (x, g), shape (n_runs, 2, n_pairs)."""
        feature, gain = np.moveaxis(both, 1, 0)
        return over_pairs(np.stack([feature.T, gains_of_others(gain.T)], axis=1))

    by_run = np.stack([x.T, outcomes.gains.T], axis=1)
    by_pair = np.stack([x, gains_of_others(outcomes.gains)], axis=1)
    effects = evidence.table.effects
    if outcomes.n_pairs > _MOST_PAIRS:
        rows = np.random.default_rng(0).choice(outcomes.n_pairs, _MOST_PAIRS, replace=False)
        by_pair, effects = by_pair[rows], evidence.table.rows(rows).effects
    return estimate_from(
        over_runs(by_run),
        pseudo_values(over_runs, by_run) if n_runs > 2 else None,
        pseudo_values(over_pairs, by_pair),
        effects,
    )


def gains_of_others(gains: FloatArray) -> FloatArray:
    """The mean gain of the other runs for each pair and run, shape (n_pairs, n_runs)."""
    n_runs = gains.shape[1]
    return (gains.sum(axis=1, keepdims=True) - gains) / (n_runs - 1)


def prediction_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about which features predict best, of pairs whose subclasses are unseen."""
    definitions = DEFINITIONS[evidence.protocol.reading.features]
    compare = _comparison(evidence)

    def gradients(percent: int) -> Columns:
        prefix = f"gradient_{percent}_"
        names = enumerate(definitions.names)
        return tuple(number for number, name in names if name.startswith(prefix))

    for percent in (10, 25, 50):
        claim = paper_claim("late_gradients", percent=percent)
        yield MeasuredClaim(claim, compare(gradients(75), gradients(percent)))

    sets = definitions.sets
    best = compare(sets["only_curve"], sets["no_curve"], at_most=0.25)
    yield MeasuredClaim(paper_claim("curves_predict_best"), best)


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

        of_runs = None
        if len(runs) > 2:
            of_runs = pseudo_values(lambda some: float(difference(some).mean()), runs)
        each = difference(runs)
        effects = evidence.table.rows(design.tested).effects
        return estimate_from(float(each.mean()), of_runs, each, effects)

    return compare
