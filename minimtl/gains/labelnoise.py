"""How much of a gain is due to the pair and how much to the run, and what that leaves to predict.

Notation
--------
g_ij    gain of pair i in run j, = μ + t_i + e_ij
τ², σ²  variances of t (between pairs) and of e (between runs of a pair)
k       runs that are averaged before a label is read off

One-way analysis of variance gives σ² as the mean variance within pairs and τ² as the variance of
the pairs' means less σ²/k, or 0 where that is negative. From them follow

    reliability of a label's gain   τ² / (τ² + σ²/k)                     (Spearman-Brown)
    ceiling of a predictor          E_t Φ(|μ + t| √k / σ),

the second because the best predictor that has not seen the runs knows μ + t and answers with its
sign; one with features of these very runs may know something of e, and is not bound. This assumes
that t and e are normal, that e has the same variance for every pair, and that the label is "mean
gain above 0".

Derived in docs/mathematics.md, §12.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from minimtl.stats import FloatArray

_N_QUANTILES = 10_001  # midpoint rule over the quantiles of t: error below 1e-4


@dataclass(frozen=True)
class LabelNoise:
    """How noisy the labels are, estimated from several runs; all NaN if there is only one.

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
        return LabelNoise(*[float("nan")] * 3)
    within = float(gains.var(axis=1, ddof=1).mean())
    between = max(0.0, float(gains.mean(axis=1).var(ddof=1)) - within / n_runs)
    noise = within / runs_per_label
    total = between + noise
    return LabelNoise(
        run_correlation=_mean_correlation(gains),
        label_reliability=between / total if total > 0 else float("nan"),
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
        return float("nan")
    correlation = np.corrcoef(gains.T)
    return float(correlation[np.triu_indices_from(correlation, k=1)].mean())
