"""Claims about features and gains: which correlate, and which predict best.

Notation
--------
x, g        a feature and the gain of each pair in each run, shape (n_pairs, n_runs)
g_−r        gains averaged over all runs but r

What is chance in a run is in its features and in its gain: a single-task score that is low by
chance is a gain. So the features of a run stand against the gains of the others, and every number
is the mean over the runs.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np

from minimtl.gains.designs import unseen_design
from minimtl.gains.gainclaims import STRONG, Claim, Evidence, MeasuredClaim
from minimtl.gains.metamodel import unseen_predictions
from minimtl.gains.twointervals import NO_ESTIMATE, Estimate, estimate_from
from minimtl.stats import FloatArray, even_sample, pseudo_values, spearman
from minimtl.tasks import DEFINITIONS, TIE, LabelledPairs

_MOST_PAIRS = 2000  # whose contributions to a correlation are known; each takes a correlation
_RHO = "Spearman's ρ of the gain and "
# The columns that a claim may mean, those of either definition of the features.
_DIVERGENCES = (
    (
        "divergence",
        "distributional divergence is strongly, negatively correlated with performance gains",
        ("jsd_main_aux", "jsd_main_aux_positive", "jsd_main_aux_negative"),
    ),
    (
        "test_divergence",
        "JSD between training and test is strongly negatively correlated with gains",
        ("jsd_test_train_main", "jsd_test_train_positive_main", "jsd_test_train_negative_main"),
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
    names = DEFINITIONS[evidence.protocol.reading.features].names
    x = dict(zip(names, np.moveaxis(outcomes.features, (2, 1, 0), (0, 1, 2)), strict=True))
    for name, sentence, columns in _DIVERGENCES:
        for column in columns:
            if column in x:
                claim = Claim(name, sentence, f"{_RHO}{column}", below=-STRONG)
                yield MeasuredClaim(claim, correlation(x[column], evidence))
    yield MeasuredClaim(_OOV, correlation(x["oov_rate_main"], evidence))
    ratio = x["curve_c_main"] / x["curve_c_aux"]
    yield MeasuredClaim(_PLATEAU, correlation(ratio, evidence))


def correlation(x: FloatArray, evidence: Evidence) -> Estimate:
    """Spearman's correlation of the feature in a run with the gain in the others.

    It needs two runs, and its interval for these tasks three. Of many pairs its interval for new
    tasks is that of an even sample, which is wider.
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
        rows = even_sample(outcomes.n_pairs, _MOST_PAIRS)
        by_pair, effects = by_pair[rows], evidence.effects_of(rows)
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


def prediction_claims(evidence: Evidence) -> Iterator[MeasuredClaim]:
    """The claims about which features predict best, of pairs whose subclasses are unseen."""
    definitions = DEFINITIONS[evidence.protocol.reading.features]
    compare = _comparison(evidence)
    gradients = {
        percent: tuple(
            number
            for number, name in enumerate(definitions.names)
            if name.startswith(f"gradient_{percent}_")
        )
        for percent in (10, 25, 50, 75)
    }
    late = gradients.pop(75)
    for percent, early in gradients.items():
        claim = Claim(
            "late_gradients",
            _LATE,
            f"Brier score of the gradients at 75 % less that of those at {percent} %, subclasses "
            "unseen",
            below=0,
        )
        yield MeasuredClaim(claim, compare(late, early))
    sets = definitions.sets
    yield MeasuredClaim(_CURVES, compare(sets["only_curve"], sets["no_curve"], at_most=0.25))


Columns = tuple[int, ...]


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
        return estimate_from(float(each.mean()), of_runs, each, evidence.effects_of(design.tested))

    return compare
