"""Labels: how reliable they are, and those of the null of every p-value.

Notation of the reliability
---------------------------
g_ij    gain of pair i in run j, = μ + t_i + e_ij
τ², σ²  variances of t (between pairs) and of e (between runs of a pair)
k       runs that are averaged before a label is read off

    reliability of a label's gain   τ² / (τ² + σ²/k)
    ceiling of a predictor          E_t Φ(|μ + t| √k / σ)

In labels of the null tasks and groups have their say, features have none. They are those of the
largest values of a sum of crossed effects, as many as there are gains. The shares of its effects
are those of the gains, or those that the labels themselves show, whichever is larger. Of labels, a
share π of them gains, a share s of the variance is s π (1 − π) / φ(z)² of what is behind them, z
being the threshold of π and φ the normal density (Dempster & Lerner 1950).

Derived in docs/mathematics.md, §12, and docs/mathematics.md, §17.

References
----------
E. R. Dempster and I. M. Lerner (1950), Heritability of threshold characters, Genetics 35(2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from minimtl.gains.designs import Design
from minimtl.gains.metamodel import LabelArray, fit_design, of_unseen
from minimtl.gains.pairtable import PairTable
from minimtl.stats.arrays import FloatArray
from minimtl.stats.crossed import Components, Effects, fit_components, simulate_gains
from minimtl.stats.intervals import label_largest, simulated_p_value
from minimtl.stats.scores import decide
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import Meta

N_SIMULATIONS = 999  # at most: p-values that are not small need a tenth of them
_FEWEST = 199
_N_FITTED = 20_000_000  # pairs that are fitted for one p-value; of more, fewer simulations
_BATCH = 20  # simulated labellings whose meta-models are fitted together
_REPEATS = 4  # of random folds that p-values take
_MOST_SHARED = 0.95  # of the variance by tasks and groups; the rest is the pair's own
_N_QUANTILES = 10_001  # midpoint rule over the quantiles of t: error below 1e-4


@dataclass(frozen=True)
class LabelNoise:
    """The noise of the labels, estimated from several runs; all NaN if there is only one.

    Attributes
    ----------
    run_correlation : mean correlation of the gains between two runs, over all pairs of runs.
    label_reliability : share of the variance of a label's gain that is between pairs.
    ceiling_accuracy : accuracy that no predictor of such labels can exceed on average
        without having seen their runs.
    """

    run_correlation: float
    label_reliability: float
    ceiling_accuracy: float


def label_noise(gains: FloatArray, runs_per_label: int) -> LabelNoise:
    """Estimates from gains, shape (n_pairs, n_runs), for labels of the mean of some runs."""
    n_pairs, n_runs = gains.shape
    if n_runs < 2 or n_pairs < 2:
        return LabelNoise(*[math.nan] * 3)

    within = float(gains.var(axis=1, ddof=1).mean())
    between = max(0.0, float(gains.mean(axis=1).var(ddof=1)) - within / n_runs)
    noise = within / runs_per_label
    total = between + noise
    return LabelNoise(
        run_correlation=_mean_correlation(gains),
        label_reliability=between / total if total > 0 else math.nan,
        ceiling_accuracy=ceiling(float(gains.mean()), between, noise),
    )


def ceiling(mean: float, between: float, noise: float) -> float:
    """Accuracy of a predictor that knows each pair's true gain.

    True gains are normal with the given mean and variance ``between``; ``noise`` is the variance
    of what is added to them before the label is read off.
    """
    if noise == 0:
        return 1.0
    quantiles = (np.arange(_N_QUANTILES) + 0.5) / _N_QUANTILES
    true_gain = mean + np.sqrt(between) * ndtri(quantiles)
    return float(ndtr(np.abs(true_gain) / np.sqrt(noise)).mean())


def _mean_correlation(gains: FloatArray) -> float:
    if (gains.std(axis=0) == 0).any():
        return math.nan
    correlation = np.corrcoef(gains.T)
    return float(correlation[np.triu_indices_from(correlation, k=1)].mean())


def null_labels(table: PairTable, rng: np.random.Generator) -> NDArray[np.int8]:
    """Labels with as many gains as the true ones, (N_SIMULATIONS, n_data_sets, n_pairs)."""
    y = np.stack([labelled.y for labelled in table.data_sets], axis=1)
    components = null_components(table.label_gains, y, table.effects)
    gains = simulate_gains(components, table.effects, y.shape[1], N_SIMULATIONS, rng)
    of_sets = [label_largest(gains[:, :, i], int(n)) for i, n in enumerate(y.sum(axis=0))]
    return np.stack(of_sets, axis=1).astype(np.int8)


def null_components(gains: FloatArray, y: LabelArray, effects: Effects) -> Components:
    """The shares of the effects, as variances of a normal number of variance 1.

    Parameters
    ----------
    gains, y : shape (n_pairs, n_data_sets)
        Finite gains, and labels of which some are 1 and some 0.
    """
    share = float(y.mean())
    density = float(np.exp(-(ndtri(share) ** 2) / 2) / np.sqrt(2 * np.pi))
    of_gains, of_labels = _shares(gains, effects), _shares(y.astype(np.float64), effects)

    shared = np.maximum(of_gains, of_labels * share * (1 - share) / density**2)[:, :-1]
    shared *= min(1.0, _MOST_SHARED / max(float(shared.sum()), _MOST_SHARED))
    of_pair = of_gains[:, -1] if of_gains[:, -1].any() else np.array([1.0, 0.0])
    own = (1 - shared.sum()) * of_pair / of_pair.sum()

    return Components(0.0, *np.column_stack([shared, own]))


def _shares(values: FloatArray, effects: Effects) -> FloatArray:
    """The share of each effect in the variance of values, (2, n_effects).

    First what lasts, then what is anew in each run; the pair's own stands last.
    """
    components = fit_components(values, effects)
    variances = np.array([components.lasting, components.per_run])
    total = variances.sum()
    return variances / total if total > 0 else variances


def accuracy_p_value(
    data_sets: Sequence[LabelledPairs],
    columns: Sequence[int],
    design: Design,
    settings: Meta,
    null: NDArray[np.int8],
) -> float:
    """The share of labels of the null that are predicted at least as accurately as the true ones.

    Parameters
    ----------
    null : int8, shape (n_simulations, n_data_sets, n_pairs)
    """
    if design.is_repeated:
        design = design.first(_REPEATS)
    n_sets, n_pairs = null.shape[1:]
    null = null[: max(_FEWEST, _N_FITTED // (design.n_fits * n_sets * n_pairs))]

    def mean_accuracies(labels: LabelArray) -> FloatArray:
        """Means over the data sets; `labels` are (n_labellings, n_data_sets, n_pairs)."""
        of_sets = [
            accuracies(labelled.X[:, list(columns)], labels[:, number], design, settings)
            for number, labelled in enumerate(data_sets)
        ]
        mean: FloatArray = np.mean(of_sets, axis=0)
        return mean

    (true,) = mean_accuracies(np.stack([labelled.y for labelled in data_sets])[np.newaxis])
    batches = (null[start : start + _BATCH] for start in range(0, len(null), _BATCH))
    return simulated_p_value(map(mean_accuracies, batches), float(true))


def accuracies(X: FloatArray, labels: LabelArray, design: Design, settings: Meta) -> FloatArray:
    """Accuracy over all test parts together for each labelling, shape (n_labellings,)."""
    right = np.zeros(len(labels), np.int64)
    for part in design.repetitions:
        decision = decide(of_unseen(fit_design(X, labels, part, settings).probability, part))
        right += ((decision == labels) & part.tested).sum(axis=1)
    shares: FloatArray = right / design.test.sum()
    return shares
