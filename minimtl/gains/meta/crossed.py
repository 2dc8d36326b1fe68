"""Predictions of gains from those of pairs that share tasks or topics.

Notation
--------
g           gains, of which those of the training pairs are known, shape (n_pairs,)
Z_k, θ_k    effects and their components, fitted to the training pairs (`minimtl.stats.crossed`)
Σ           covariance of gains, Σ_k θ_k Z_k Z_kᵀ; Σ_tu its rows of the pairs t and columns of u
m, s        predicted mean and standard deviation

The best linear prediction (Henderson 1975) is m = μ + Σ_ut Σ_tt⁻¹ (g_t − μ). Of more than
`MOST_EXACT` pairs Σ is never made: Σ_tt⁻¹ (g_t − μ) comes by conjugate gradients, and s from what
each effect's own gains leave of its variance, all other effects taken for noise.

Derived in docs/mathematics.md, §19.
"""

import math
import warnings
from collections.abc import Callable, Sequence

import numpy as np
from scipy import linalg, sparse

from minimtl.gains.meta.dependence import effects_of, pair_levels
from minimtl.stats import BoolArray, FloatArray, crossed_effects, fit_components
from minimtl.tasks import TIE, Pair

CROSSED = "crossed"
MOST_EXACT = 2000  # pairs; the time of the exact solution grows with their cube
_RESIDUAL = 1e-6  # of the conjugate gradients, relative to the gains
_MOST_STEPS = 500
# What is predicted of the test pairs from the training pairs of one fit: means and deviations, of
# gains (n_pairs,) and two masks of them.
Predictor = Callable[[FloatArray, BoolArray, BoolArray], tuple[FloatArray, FloatArray]]


def crossed(pairs: Sequence[Pair]) -> Predictor:
    """The best linear prediction from the gains of pairs that share tasks or topics."""
    levels = pair_levels(pairs)
    incidence = effects_of(pairs).incidence

    def predict(g: FloatArray, train: BoolArray, test: BoolArray) -> tuple[FloatArray, FloatArray]:
        if train.sum() < 2:
            return np.full(test.sum(), g[train].mean()), np.zeros(test.sum())
        seen = crossed_effects({name: level[train] for name, level in levels.items()})
        components = fit_components(g[train][:, np.newaxis], seen)
        theta = components.of_average(1)
        if len(g) > MOST_EXACT:
            deviation, variance = _of_many(
                g[train] - components.mean, theta, incidence, train, test
            )
            return components.mean + deviation, np.sqrt(variance)
        covariance = sum(
            component * (Z @ Z.T).toarray() for component, Z in zip(theta, incidence, strict=True)
        )
        # Where no pair has an effect of its own Σ_tt may be singular; a little on the diagonal
        # changes nothing that can be seen.
        known = covariance[np.ix_(train, train)] + np.eye(train.sum()) * (
            1e-6 * np.trace(covariance) / len(g) + TIE
        )
        # Of all pairs: a product of fewer rows rounds otherwise, and equal predictions differ.
        across = covariance[:, train]
        weights = linalg.solve(known, across.T, assume_a="pos")
        mean: FloatArray = components.mean + weights.T @ (g[train] - components.mean)
        left = np.diag(covariance) - np.einsum("ij,ji->i", across, weights)
        return mean[test], np.sqrt(np.maximum(left, 0.0))[test]

    return predict


def _of_many(
    e: FloatArray,
    theta: FloatArray,
    incidence: Sequence[sparse.csr_matrix],
    train: BoolArray,
    test: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    """Means less μ and variances of the test pairs; ``e`` are the training pairs' deviations."""
    seen = [Z[train] for Z in incidence[:-1]]
    own = float(theta[-1] + 1e-9 * theta.sum() + TIE)

    def times(x: FloatArray) -> FloatArray:
        """Σ_tt x."""
        product = own * x
        for component, Z in zip(theta, seen, strict=False):
            product += component * (Z @ (Z.T @ x))
        return product

    solved = _solve(times, e)
    total = sum(component * Z[0].sum() for component, Z in zip(theta, incidence, strict=True))
    mean, variance = np.zeros(int(test.sum())), np.full(int(test.sum()), theta[-1])
    for component, Z, of_training in zip(theta, incidence, seen, strict=False):
        noise = total - component + TIE
        n_seen = np.asarray(of_training.sum(axis=0)).ravel()
        mean += Z[test] @ (component * (of_training.T @ solved))
        variance += Z[test] @ (component * noise / (noise + component * n_seen))
    return mean, variance


def _solve(times: Callable[[FloatArray], FloatArray], right: FloatArray) -> FloatArray:
    """The x with A x = `right`, by conjugate gradients; `times` multiplies by a positive A."""
    x, left = np.zeros_like(right), right.copy()
    direction, square = left.copy(), float(left @ left)
    start, enough = square, _RESIDUAL**2 * square
    for _ in range(_MOST_STEPS):
        if square <= enough:
            break
        image = times(direction)
        length = square / float(direction @ image)
        x += length * direction
        left -= length * image
        before, square = square, float(left @ left)
        direction = left + square / before * direction
    if square > enough:
        warnings.warn(
            "A prediction from the gains of shared tasks is approximate: conjugate gradients "
            f"left {math.sqrt(square / start):.1g} of the gains after {_MOST_STEPS} steps.",
            RuntimeWarning,
            stacklevel=2,
        )
    return x
