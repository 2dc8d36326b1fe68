"""The meta-analysis of a study: the analysis of its pairs, and what the study alone has beside it.

Beside it stand what each feature counts in the meta-model, how well predicted probabilities fit,
the claims of the paper, and how well the *size* of a gain is predicted, by features and by what
tasks and topics have gained. A protocol has one data set of averaged runs, or one for each run;
every number here is the mean over them.

Notation
--------
rank        of a feature in one fit, by |coefficient|: n_features for the strongest, which the paper
            calls the inverse rank
g           gains, of which one meta-analysis predicts those of the test part, shape (n_pairs,)
m, s        predicted mean and standard deviation of each, shape (n_pairs,)
Z_k, θ_k    effects and their components, fitted to the training pairs (`minimtl.stats.crossed`)
Σ           covariance of gains, Σ_k θ_k Z_k Z_kᵀ; Σ_tu its rows of the pairs t and columns of u
R²          1 − Σ (g − m)² / Σ (g − ḡ_train)²: 0 of the training pairs' mean, negative of worse

ridge       linear regression on scaled features, of gains in units of their own spread, with the
            meta-model's strength of L2; s is the spread of what it leaves of the training pairs
crossed     the best linear prediction (Henderson 1975), which sees no feature:
            m = μ + Σ_ut Σ_tt⁻¹ (g_t − μ)

Derived in docs/mathematics.md, §11, docs/mathematics.md, §13, and docs/mathematics.md, §19.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy import linalg
from scipy.special import ndtr

from minimtl.gains.claims import Evidence, MeasuredClaim, claims_of
from minimtl.gains.designs import HELD_OUT, Design, make_designs
from minimtl.gains.engine import STUDY_DESIGNS, adjusted_together, analyse
from minimtl.gains.metamodel import (
    fit_all_pairs,
    fit_counts,
    fit_design,
    score_folds,
    unseen_predictions,
)
from minimtl.gains.pairanalysis import PairAnalysis
from minimtl.gains.pairtable import PairTable, labels_of, table_of
from minimtl.jobs.identity import rng_for
from minimtl.stats.arrays import BoolArray, FloatArray, IntArray
from minimtl.stats.crossed import estimate_from, fit_components
from minimtl.stats.intervals import pseudo_values_of_means
from minimtl.stats.logistic_fit import scaling_parameters
from minimtl.stats.scores import inverse_ranks, spearman
from minimtl.tasks.outcomes import (
    TIE,
    FeatureMaker,
    Outcomes,
    PairCurves,
    Results,
    collect_outcomes,
)
from minimtl.tasks.plan import Problem
from minimtl.tasks.protocol import Meta, Protocol

FEWEST_PAIRS = 2  # of a quick look at a study
N_BOOTSTRAP = 1000
N_BINS = 10  # of predicted probabilities
CROSSED = "crossed"
_NAN = float("nan")
# A feature is determined by the others when no more than rounding is left of it.
_DETERMINED = 1e-12
_RIDGE = 1e-6  # of the mean variance, added to that of each training pair
# What is predicted of the test pairs from the training pairs of one fit: means and deviations, of
# gains (n_pairs,) and two masks of them.
Predictor = Callable[[FloatArray, BoolArray, BoolArray], tuple[FloatArray, FloatArray]]


class CalibrationBin(NamedTuple):
    """Predictions with ``low`` <= probability < ``high``; the last bin takes 1 as well.

    ``predicted`` is their mean, ``observed`` the share of gains among them, ``n`` their number.
    """

    low: float
    high: float
    predicted: float
    observed: float
    n: int


class SizeScores(NamedTuple):
    """Scores of predicted gains over all tested pairs; NaN where nothing could be tested.

    ``predictor`` is a set of features or `CROSSED`. ``r_squared`` is against the mean of the
    training pairs, with its 95 % interval for new tasks; ``rank_correlation`` is Spearman's. The
    others are of the probability Φ(m/s) that there is a gain, as in `Scores`.
    """

    predictor: str
    design: str
    r_squared: float
    r_squared_low: float
    r_squared_high: float
    rank_correlation: float
    accuracy: float
    brier: float
    log_loss: float


@dataclass(frozen=True)
class Importance:
    """The coefficients of all features, each array float64 of shape (n_features,).

    Attributes
    ----------
    inverse_rank, coefficient : averaged over all fits of the protocol's cross-validation.
    coefficient_all_pairs : of one fit to all pairs, which is what the authors printed.
    coefficient_low, coefficient_high : 95 % percentile interval over samples of main tasks.
    sign_stability : share of those samples in which the coefficient has the sign it has here.
    vif : variance inflation factor; infinite for a feature that the others determine, NaN for a
        constant one.
    condition_number : of all features together; infinite if any is determined.
    """

    inverse_rank: FloatArray
    coefficient: FloatArray
    coefficient_all_pairs: FloatArray
    coefficient_low: FloatArray
    coefficient_high: FloatArray
    sign_stability: FloatArray
    vif: FloatArray
    condition_number: float


@dataclass(frozen=True)
class MetaAnalysis:
    """The whole meta-analysis of one problem.

    Attributes
    ----------
    pairs : can gains be predicted, under each of `STUDY_DESIGNS`; each feature by itself with the
        groups of a pair unseen.
    calibration : of all features, with the groups of a pair unseen.
    sizes : predictions of the size of the gain.
    importance : of each feature in the meta-model.
    """

    pairs: PairAnalysis
    calibration: list[CalibrationBin]
    sizes: list[SizeScores]
    importance: Importance


class Analysed(NamedTuple):
    """A problem's outcomes and its meta-analysis, by one protocol."""

    outcomes: Outcomes
    meta: MetaAnalysis
    protocol: Protocol


def analyse_problem(
    outcomes: Outcomes, protocol: Protocol, rng: np.random.Generator
) -> MetaAnalysis:
    """The meta-analysis of a problem; p-values are adjusted for this problem alone."""
    analysis = analyse(
        table_of(outcomes, protocol),
        rng,
        STUDY_DESIGNS,
        alone=("groups_unseen",),
        fewest=FEWEST_PAIRS,
        tested=("all", "set"),
    )
    table = analysis.predicted or analysis.table
    designs = make_designs(table, ("in_fold", *HELD_OUT), rng)
    answers = unseen_predictions(table.data_sets, designs["groups_unseen"], table.settings)
    return MetaAnalysis(
        pairs=analysis,
        calibration=calibration(*answers),
        sizes=score_sizes(table, [designs[name] for name in HELD_OUT]),
        importance=importance(table, designs["in_fold"], rng),
    )


def conclude(
    problems: Sequence[Problem], results: Results, seed: int, make_features: FeatureMaker
) -> list[tuple[Analysed, PairCurves]]:
    """Outcomes and meta-analysis of problems whose models are all in the store.

    p-values are adjusted for all that the problems have.
    """
    protocol, concluded = results.protocol, []
    for problem in problems:
        outcomes, curves = collect_outcomes(problem, results, make_features)
        meta = analyse_problem(outcomes, protocol, rng_for("meta-analysis", seed, problem.name))
        concluded.append((Analysed(outcomes, meta, protocol), curves))
    return adjusted_for_all(concluded)


def adjusted_for_all(
    concluded: Sequence[tuple[Analysed, PairCurves]],
) -> list[tuple[Analysed, PairCurves]]:
    """The same with p-values adjusted for all that stand in the study's tables."""
    together = adjusted_together([analysed.meta.pairs for analysed, _ in concluded])
    return [
        (analysed._replace(meta=replace(analysed.meta, pairs=pairs)), curves)
        for (analysed, curves), pairs in zip(concluded, together, strict=True)
    ]


def measure_claims(
    concluded: Sequence[tuple[Analysed, PairCurves]],
) -> Iterator[tuple[Analysed, MeasuredClaim]]:
    """Each problem with each claim about it, in the order of the paper's sections 5 and 6.

    Nothing is drawn at random.
    """
    related = {
        analysed.protocol.name: frozenset(analysed.outcomes.pairs)
        for analysed, _ in concluded
        if analysed.outcomes.problem == "related"
    }
    for analysed, curves in concluded:
        evidence = Evidence(analysed.outcomes, analysed.protocol, curves)
        for measured in claims_of(evidence, related.get(analysed.protocol.name, frozenset())):
            yield analysed, measured


def calibration(y: IntArray, probability: FloatArray) -> list[CalibrationBin]:
    """The bins of equal width that hold a prediction, from the lowest.

    Parameters
    ----------
    y : int64, shape (n,)
        1 where there was a gain.
    probability : float64, shape (n,)
        Of a gain, from a fit that had not seen the pair.
    """
    which = np.minimum((probability * N_BINS).astype(np.int64), N_BINS - 1)
    return [
        CalibrationBin(
            low=float(number) / N_BINS,
            high=float(number + 1) / N_BINS,
            predicted=float(probability[which == number].mean()),
            observed=float(y[which == number].mean()),
            n=int((which == number).sum()),
        )
        for number in np.unique(which)
    ]


def importance(table: PairTable, folds: Design, rng: np.random.Generator) -> Importance:
    """Coefficients and ranks of all features, averaged over the data sets, and their stability."""
    data_sets, settings = table.data_sets, table.settings
    of_folds = [fit_design(one.X, one.y, folds, settings).coef for one in data_sets]
    counts = bootstrap_counts(table.main, N_BOOTSTRAP, rng)
    draws = np.mean([fit_counts(one, counts, settings) for one in data_sets], axis=0)
    whole = np.mean([fit_all_pairs(one, settings) for one in data_sets], axis=0)

    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    vifs, condition_numbers = zip(*(collinearity(one.X) for one in data_sets), strict=True)
    return Importance(
        inverse_rank=_mean_over_fits([inverse_ranks(coef) for coef in of_folds]),
        coefficient=_mean_over_fits(of_folds),
        coefficient_all_pairs=whole,
        coefficient_low=low,
        coefficient_high=high,
        sign_stability=(np.sign(draws) == np.sign(whole)).mean(axis=0),
        vif=np.mean(vifs, axis=0),
        condition_number=float(np.mean(condition_numbers)),
    )


def bootstrap_counts(task: IntArray, n_draws: int, rng: np.random.Generator) -> IntArray:
    """The number of times that each pair is in a sample of main tasks drawn with replacement.

    Returns
    -------
    int64 array of shape (n_draws, n_pairs)
        Pairs of one main task have the same count.
    """
    names, number = np.unique(task, return_inverse=True)
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n_draws)
    return counts[:, number.ravel()].astype(np.int64)


def _mean_over_fits(per_data_set: Sequence[FloatArray]) -> FloatArray:
    """Mean over the fits to each data set, then over these; NaN where there is no fit."""
    if not len(per_data_set[0]):
        return np.full(per_data_set[0].shape[1], np.nan)
    mean: FloatArray = np.mean([values.mean(axis=0) for values in per_data_set], axis=0)
    return mean


def collinearity(X: FloatArray) -> tuple[FloatArray, float]:
    """Variance inflation factors and condition number of X, shape (n_samples, n_features)."""
    vif = np.full(X.shape[1], np.nan)
    deviation = X.std(axis=0)
    varying = np.flatnonzero(deviation > _DETERMINED * np.abs(X).max(axis=0, initial=1.0))
    if not varying.size:
        return vif, _NAN
    length = deviation[varying] * np.sqrt(len(X))
    Z = (X[:, varying] - X[:, varying].mean(axis=0)) / length
    singular = np.linalg.svd(Z, compute_uv=False)
    vif[varying] = [_inflation(Z, column) for column in range(varying.size)]
    determined = varying.size > min(len(X) - 1, len(singular)) or singular[-1] <= _DETERMINED
    return vif, float("inf") if determined else float(singular[0] / singular[-1])


def _inflation(Z: FloatArray, column: int) -> float:
    others = np.delete(Z, column, axis=1)
    coefficients = np.linalg.lstsq(others, Z[:, column], rcond=None)[0]
    left = float(((Z[:, column] - others @ coefficients) ** 2).sum())  # 1 − R², as |Z_j| = 1
    return 1 / left if left > _DETERMINED else float("inf")


def score_sizes(table: PairTable, designs: Sequence[Design]) -> list[SizeScores]:
    """The scores of each set of features, and of the crossed model, under each design."""
    sets = {"all": tuple(range(len(table.features))), **table.sets}
    predictors = {
        name: [ridge(one.X[:, columns], table.settings) for one in table.data_sets]
        for name, columns in sets.items()
    }
    predictors[CROSSED] = [crossed(table)] * len(table.data_sets)
    return [
        _score(name, of_name, design, table)
        for name, of_name in predictors.items()
        for design in designs
    ]


def _score(
    name: str, predictors: Sequence[Predictor], design: Design, table: PairTable
) -> SizeScores:
    """Scores under a design that tests each pair once, of a predictor for each data set.

    They are of the squared errors and ranks averaged over the data sets.
    """
    tested = design.tested
    if not tested.any():
        return SizeScores(name, design.name, *[_NAN] * 7)

    errors, base, rows = [], [], []
    for g, predict in zip(table.label_gains.T, predictors, strict=True):
        mean, deviation, of_training = _of_unseen(g, predict, design)
        errors.append((g - mean)[tested] ** 2)
        base.append((g - of_training)[tested] ** 2)
        probability = ndtr(mean / np.maximum(deviation, TIE))[np.newaxis]
        scores = score_folds(labels_of(g, 0.0), probability, tested[np.newaxis])
        rank = spearman(g[tested], mean[tested])
        rows.append((rank, scores.accuracy[0], scores.brier[0], scores.log_loss[0]))

    squares = np.stack([np.mean(errors, axis=0), np.mean(base, axis=0)], axis=1)
    of_pairs = pseudo_values_of_means(_r_squared, squares) if len(squares) > 1 else None
    value = float(_r_squared(squares.mean(axis=0)[:, np.newaxis])[0])
    found = estimate_from(value, None, of_pairs, table.rows(tested).effects)
    new = found.new_tasks
    low, high = (new.low, new.high) if new else (_NAN, _NAN)
    return SizeScores(name, design.name, found.value, low, high, *map(float, np.mean(rows, axis=0)))


def ridge(X: FloatArray, settings: Meta) -> Predictor:
    """Linear regression on the features (n_pairs, n_features), scaled by the training pairs."""

    def predict(g: FloatArray, train: BoolArray, test: BoolArray) -> tuple[FloatArray, FloatArray]:
        center, scale = scaling_parameters(X[train], settings.scaling)
        seen, unseen = ((X[part] - center) / scale for part in (train, test))
        unseen -= seen.mean(axis=0)
        seen -= seen.mean(axis=0)

        middle, spread = g[train].mean(), max(float(g[train].std()), TIE)
        y = (g[train] - middle) / spread
        gram = seen.T @ seen + np.eye(seen.shape[1]) / settings.meta_c
        slope = spread * linalg.solve(gram, seen.T @ y, assume_a="pos")

        left = float((g[train] - (middle + seen @ slope)).std())
        mean: FloatArray = middle + unseen @ slope
        return mean, np.full(len(mean), left)

    return predict


def crossed(table: PairTable) -> Predictor:
    """The best linear prediction from the gains of pairs that share tasks or topics."""
    incidence = table.effects.incidence

    def predict(g: FloatArray, train: BoolArray, test: BoolArray) -> tuple[FloatArray, FloatArray]:
        if train.sum() < 2:
            return np.full(test.sum(), g[train].mean()), np.zeros(test.sum())
        components = fit_components(g[train][:, np.newaxis], table.rows(train).effects)
        theta = components.of_average(1)
        covariance = sum(
            component * (Z @ Z.T).toarray() for component, Z in zip(theta, incidence, strict=True)
        )

        # Where no pair has an effect of its own Σ_tt may be singular; a little on the diagonal
        # changes nothing that can be seen.
        known = covariance[np.ix_(train, train)] + np.eye(train.sum()) * (
            _RIDGE * np.trace(covariance) / len(g) + TIE
        )
        # Of all pairs: a product of fewer rows rounds otherwise, and equal predictions differ.
        across = covariance[:, train]
        weights = linalg.solve(known, across.T, assume_a="pos")
        mean: FloatArray = components.mean + weights.T @ (g[train] - components.mean)
        left = np.diag(covariance) - np.einsum("ij,ji->i", across, weights)
        return mean[test], np.sqrt(np.maximum(left, 0.0))[test]

    return predict


def _of_unseen(
    g: FloatArray, predict: Predictor, design: Design
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean and deviation of each tested pair by the fit that tests it, and that fit's mean gain."""
    mean, deviation, of_training = np.zeros((3, len(g)))
    for train, test in zip(design.train, design.test, strict=True):
        mean[test], deviation[test] = predict(g, train, test)
        of_training[test] = g[train].mean()
    return mean, deviation, of_training


def _r_squared(means: FloatArray) -> FloatArray:
    """R² of means (squared error, squared error of the training mean), shape (2, n)."""
    error, base = means
    return 1 - np.divide(error, base, out=np.full(len(base), np.nan), where=base > 0)
