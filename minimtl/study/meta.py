"""The meta-analysis: can gains be predicted, by which features, and better than by what is trivial.

Notation
--------
sample          what one meta-analysis is fitted to: X (n_pairs, 30) and y (n_pairs,)
set, design     the columns of X that a meta-model sees, and how its folds are made
rank            of a feature in one fit, by |coefficient|: 30 is the strongest ("inverse rank")

A protocol makes one sample of averaged runs or one sample a run; every number here is the mean
over the samples. All sets and samples are scored on the same folds, so that they compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from minimtl.stats.intervals import corrected_resampled_interval
from minimtl.study.baselines import identity_probability, majority_probability
from minimtl.study.collinearity import collinearity
from minimtl.study.designs import Design, designs, main_tasks
from minimtl.study.features import FEATURE_SETS
from minimtl.study.foldscores import FoldScores, score_folds
from minimtl.study.labelnoise import LabelNoise, label_noise
from minimtl.study.metamodel import fit_design, fit_rows, scale_features
from minimtl.study.outcomes import Outcomes, Sample, samples
from minimtl.study.protocol import Protocol
from minimtl.study.resampling import bootstrap_counts, permuted_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

N_PERMUTATIONS = 99
N_BOOTSTRAP = 1000


@dataclass(frozen=True)
class SetScores:
    """How well one set of features predicts under one design; NaN where the design has no fold.

    ``*_low`` and ``*_high`` bound corrected resampled 95 % intervals. ``majority_*`` and
    ``identity_*`` are the baselines on the same folds, ``*_lift`` is the accuracy above theirs.
    ``p_value`` is the share of labellings, permuted within the grouping and the true one, whose
    accuracy is no worse than the true one's.
    """

    f1: float
    accuracy: float
    macro_f1: float
    brier: float
    log_loss: float
    f1_low: float
    f1_high: float
    accuracy_low: float
    accuracy_high: float
    majority_accuracy: float
    majority_f1: float
    majority_brier: float
    majority_lift: float
    majority_lift_low: float
    majority_lift_high: float
    identity_accuracy: float
    identity_f1: float
    identity_brier: float
    identity_lift: float
    identity_lift_low: float
    identity_lift_high: float
    p_value: float


@dataclass(frozen=True)
class Importance:
    """What the coefficients of all features say, each array float64 of shape (30,).

    Attributes
    ----------
    inverse_rank, coefficient : averaged over all fits of the protocol's cross-validation.
    coefficient_all_pairs : of one fit to all pairs, which is what the authors printed.
    coefficient_low, coefficient_high : 95 % percentile interval over samples of main tasks.
    sign_stability : share of those samples in which the coefficient has the sign it has here.
    vif : variance inflation factor.
    condition_number : of all features together.
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
    """The whole meta-analysis of one problem; ``scores`` is keyed by set, then by design."""

    scores: dict[str, dict[str, SetScores]]
    importance: Importance
    noise: LabelNoise


class Analysed(NamedTuple):
    """A problem's outcomes and what the meta-analysis made of them."""

    outcomes: Outcomes
    meta: MetaAnalysis


def analyse(outcomes: Outcomes, protocol: Protocol, rng: np.random.Generator) -> MetaAnalysis:
    """The meta-analysis of a problem: five sets of features under four designs."""
    fitted_to = samples(outcomes, protocol)
    task = main_tasks(outcomes.pairs)
    every = designs(outcomes.pairs, protocol, rng)
    permutations = permuted_rows(task, N_PERMUTATIONS, rng)
    return MetaAnalysis(
        scores={
            name: {
                design.name: score_set(fitted_to, columns, design, task, permutations, protocol)
                for design in every.values()
            }
            for name, columns in FEATURE_SETS.items()
        },
        importance=importance(fitted_to, every["random"], task, protocol, rng),
        noise=label_noise(outcomes.gains, outcomes.n_runs // len(fitted_to)),
    )


def cross_validate_sample(
    sample: Sample, columns: Sequence[int], design: Design, protocol: Protocol
) -> FoldScores:
    """The meta-model's scores in every fold of the design, seeing the given columns only."""
    X = sample.X[:, list(columns)]
    fits = fit_design(X, sample.y, design, protocol)
    return score_folds(sample.y, fits.probability, design.test)


def coefficients(sample: Sample, protocol: Protocol) -> FloatArray:
    """Of one fit to all pairs, in units of the scaled features; shape (n_features,)."""
    X = scale_features(sample.X, protocol)
    return fit_rows(X, sample.y, np.ones((1, len(X))), protocol).coef[0]


def inverse_ranks(coef: FloatArray) -> FloatArray:
    """Rank of each column by absolute value within its row, the largest the number of columns."""
    return np.abs(coef).argsort(axis=1).argsort(axis=1) + 1.0


def score_set(
    fitted_to: Sequence[Sample],
    columns: Sequence[int],
    design: Design,
    task: IntArray,
    permutations: IntArray,
    protocol: Protocol,
) -> SetScores:
    """One set of features under one design, averaged over the samples."""
    rows = []
    for sample in fitted_to:
        scores = cross_validate_sample(sample, columns, design, protocol)
        rows.append(
            {
                **scores.means(),
                **_interval("f1", scores.f1, design),
                **_interval("accuracy", scores.accuracy, design),
                **_baselines(sample, design, task, scores.accuracy),
            }
        )
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return SetScores(**means, p_value=_p_value(fitted_to, columns, design, permutations, protocol))


def _interval(name: str, scores: FloatArray, design: Design) -> dict[str, float]:
    """Corrected resampled interval of the mean of ``scores``; NaN from fewer than two folds."""
    low = high = float("nan")
    if len(scores) > 1:
        ratio = float((design.test.sum(axis=1) / design.train.sum(axis=1)).mean())
        low, high = corrected_resampled_interval(scores, ratio)
    return {f"{name}_low": low, f"{name}_high": high}


def _baselines(
    sample: Sample, design: Design, task: IntArray, accuracy: FloatArray
) -> dict[str, float]:
    """Scores of both baselines, and how far ``accuracy``, one for each fold, is above theirs."""
    known = {
        "majority": majority_probability(sample.y, design.train),
        "identity": identity_probability(sample.y, design.train, task),
    }
    row = {}
    for name, probability in known.items():
        scores = score_folds(sample.y, probability, design.test)
        means = scores.means()
        lift = accuracy - scores.accuracy
        row |= {f"{name}_{score}": means[score] for score in ("accuracy", "f1", "brier")}
        row[f"{name}_lift"] = float(lift.mean()) if lift.size else float("nan")
        row |= _interval(f"{name}_lift", lift, design)
    return row


def _p_value(
    fitted_to: Sequence[Sample],
    columns: Sequence[int],
    design: Design,
    permutations: IntArray,
    protocol: Protocol,
) -> float:
    """Share of labellings, the true one among them, that are predicted at least as accurately.

    One repetition of the folds is enough: they are the same for all labellings, which is what
    makes the comparison valid.
    """
    once = design.first_repetition()
    if not once.n_fits:
        return float("nan")
    n_pairs = permutations.shape[1]
    labellings = np.vstack([np.arange(n_pairs), permutations])
    accuracies = np.mean(
        [_accuracies(sample, columns, once, labellings, protocol) for sample in fitted_to], axis=0
    )
    return float((accuracies >= accuracies[0] - 1e-12).mean())


def _accuracies(
    sample: Sample, columns: Sequence[int], design: Design, rows: IntArray, protocol: Protocol
) -> FloatArray:
    """Mean accuracy over the folds for each labelling ``y[rows]``, shape (n_labellings,)."""
    labels = sample.y[rows]
    fits = fit_design(sample.X[:, list(columns)], labels, design, protocol)
    right = (fits.probability > 0.5) == np.repeat(labels, design.n_fits, axis=0).astype(bool)
    test = np.tile(design.test, (len(rows), 1))
    share = (right & test).sum(axis=1) / test.sum(axis=1)
    return share.reshape(len(rows), design.n_fits).mean(axis=1)


def importance(
    fitted_to: Sequence[Sample],
    design: Design,
    task: IntArray,
    protocol: Protocol,
    rng: np.random.Generator,
) -> Importance:
    """Coefficients and ranks of all features, averaged over the samples, and their stability."""
    folds = [fit_design(sample.X, sample.y, design, protocol).coef for sample in fitted_to]
    counts = bootstrap_counts(task, N_BOOTSTRAP, rng)
    draws = np.mean([_coefficients_of_draws(sample, counts, protocol) for sample in fitted_to], 0)
    whole = np.mean([coefficients(sample, protocol) for sample in fitted_to], axis=0)
    correlation = [collinearity(sample.X) for sample in fitted_to]
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    return Importance(
        inverse_rank=_mean_over([inverse_ranks(coef) for coef in folds]),
        coefficient=_mean_over(folds),
        coefficient_all_pairs=whole,
        coefficient_low=low,
        coefficient_high=high,
        sign_stability=(np.sign(draws) == np.sign(whole)).mean(axis=0),
        vif=np.mean([of_sample.vif for of_sample in correlation], axis=0),
        condition_number=float(np.mean([of_sample.condition_number for of_sample in correlation])),
    )


def _coefficients_of_draws(sample: Sample, counts: IntArray, protocol: Protocol) -> FloatArray:
    X = scale_features(sample.X, protocol)
    return fit_rows(X, sample.y, counts, protocol).coef


def _mean_over(per_sample: Sequence[FloatArray]) -> FloatArray:
    """Mean over the fits of each sample, then over the samples; NaN where there is no fit."""
    if not len(per_sample[0]):
        return np.full(per_sample[0].shape[1], np.nan)
    mean: FloatArray = np.mean([values.mean(axis=0) for values in per_sample], axis=0)
    return mean
