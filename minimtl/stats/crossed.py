"""Gains as a sum of crossed random effects of tasks and topics.

Notation
--------
g           gains, shape (n_pairs, n_runs), float64
Z_k         effect k's levels: Z_k[i, l] is 1 where pair i has level l, (n_pairs, n_levels), CSR;
            two ones in a row for an effect of topics, of which a task has two
K_k         Z_k Z_kᵀ; the last effect is the pair's own, Z = K = I
u_k, v_k    random effects of the levels, the same in every run and anew in each; independent,
            with mean 0 and variances τ²_k and ω²_k: the *components*
θ_k         τ²_k + ω²_k / n_runs, the variance of effect k in gains averaged over the runs
Q           I − 11ᵀ/n, which takes the mean off

    g_ir = μ + Σ_k (Z_k u_k)_i + Σ_k (Z_k v_kr)_i

Average gains have the covariance Σ = Σ_k θ_k K_k. Nothing here is of size n × n for many pairs.

Derived in docs/mathematics.md, §15.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import sparse

from minimtl.stats.arrays import FloatArray, IntArray

PAIR = "pair"
# ε, of moments that are scaled to a diagonal of 1.
_RIDGE = 1e-8
# A component that is so small a share of all is 0 but for rounding.
_NOTHING = 1e-9
_TINY = 1e-30


@dataclass(frozen=True)
class Effects:
    """The effects of a set of pairs: their names, the last of them "pair", and their Z_k."""

    names: tuple[str, ...]
    incidence: tuple[sparse.csr_matrix, ...]

    @property
    def n_pairs(self) -> int:
        return int(self.incidence[-1].shape[0])

    @cached_property
    def moments(self) -> FloatArray:
        """tr(Q K_k Q K_l), shape (n_effects, n_effects)."""
        return shared_moments(self.incidence, self.incidence)


def crossed_effects(levels: Mapping[str, IntArray]) -> Effects:
    """The effects of pairs with the given levels, and of each pair itself.

    Parameters
    ----------
    levels : mapping of str to int64, shape (n_pairs,) or (n_pairs, m)
        For each effect the level of each pair, or its m levels: ``{"main": task, "aux": task,
        "main_topics": topics, "aux_topics": topics}``, topics of shape (n_pairs, 2).
    """
    matrices = [indicators(level) for level in levels.values()]
    identity = sparse.identity(matrices[0].shape[0], format="csr")
    return Effects((*levels, PAIR), (*matrices, identity))


class Components(NamedTuple):
    """Fitted variance components: μ, and τ²_k and ω²_k of each effect, (n_effects,).

    From one run ω² is 0, and `lasting` holds both.
    """

    mean: float
    lasting: FloatArray
    per_run: FloatArray

    def of_average(self, n_runs: int) -> FloatArray:
        """θ_k: variances of the effects in gains averaged over so many runs, (n_effects,)."""
        return self.lasting + self.per_run / n_runs


def fit_components(gains: FloatArray, effects: Effects) -> Components:
    """Variance components by the method of moments, none below 0.

    Effects that this set of pairs cannot tell apart share what they explain evenly: a ridge of
    `_RIDGE` makes the minimum unique, so that no rounding decides.

    Parameters
    ----------
    gains : float64, shape (n_pairs, n_runs)
        Finite, of two pairs or more.

    References
    ----------
    C. L. Lawson and R. J. Hanson (1974), Solving least squares problems, chapter 23.
    C. R. Rao (1972), Estimation of variance and covariance components in linear models, Journal
    of the American Statistical Association 67(337).
    """
    n_runs, n_effects = gains.shape[1], len(effects.names)
    average = gains.mean(axis=1)

    # In units in which each effect by itself has a moment of 1.
    size = np.sqrt(np.diag(effects.moments))
    size[size == 0] = 1.0
    T = effects.moments / np.outer(size, size) + _RIDGE * np.eye(n_effects)
    seen_average = _quadratic_forms(average[:, np.newaxis], effects) / size

    if n_runs == 1:
        theta = _minimise_nonnegative(T, seen_average)
        components = np.concatenate([theta, np.zeros(n_effects)])
    else:
        # Deviations of n runs from their average have n − 1 times the covariance of one run.
        deviations = gains - average[:, np.newaxis]
        seen_runs = _quadratic_forms(deviations, effects) / size / (n_runs - 1)
        of_runs = T / n_runs**2 + (n_runs - 1) * T
        components = _minimise_nonnegative(
            np.block([[T, T / n_runs], [T / n_runs, of_runs]]),
            np.concatenate([seen_average, seen_average / n_runs + (n_runs - 1) * seen_runs]),
        )

    components[components < _NOTHING * components.sum()] = 0.0
    lasting, per_run = components[:n_effects] / size, components[n_effects:] / size
    return Components(float(average.mean()), lasting, per_run)


def simulate_gains(
    components: Components, effects: Effects, n_runs: int, n_draws: int, rng: np.random.Generator
) -> FloatArray:
    """Gains drawn from the model with normal effects, shape (n_draws, n_pairs, n_runs).

    The last effect, a pair's own, is never quite nothing: chance decides which of equal gains is
    the larger, and no rounding.
    """
    shape = (n_draws, effects.n_pairs, n_runs)
    gains = np.full(shape, components.mean)
    of_levels = components.lasting.copy()
    of_levels[-1] = max(of_levels[-1], _NOTHING * float(components.of_average(1).sum()), _TINY)

    for Z, variance, per_run in zip(effects.incidence, of_levels, components.per_run, strict=True):
        n_levels = Z.shape[1]
        lasting = rng.standard_normal((n_levels, n_draws)) * np.sqrt(variance)
        gains += (Z @ lasting).T[:, :, np.newaxis]
        if per_run > 0:
            each = rng.standard_normal((n_levels, n_draws * n_runs)) * np.sqrt(per_run)
            gains += (Z @ each).reshape(-1, n_draws, n_runs).transpose(1, 0, 2)
    return gains


def covariance_times(vectors: FloatArray, theta: FloatArray, effects: Effects) -> FloatArray:
    """Σ times each column."""
    parts = zip(theta, effects.incidence, strict=True)
    product: FloatArray = sum(component * (Z @ (Z.T @ vectors)) for component, Z in parts)
    return product


def shared_moments(
    left: tuple[sparse.csr_matrix, ...], right: tuple[sparse.csr_matrix, ...]
) -> FloatArray:
    """tr(Q K_k Q K_l) for each left and right effect, shape (n_left, n_right)."""
    sums_left, sums_right = _row_sums(left), _row_sums(right)
    common = np.array([[(Z.T @ W).power(2).sum() for W in right] for Z in left])
    n = left[0].shape[0]
    totals = np.outer(sums_left.sum(axis=1), sums_right.sum(axis=1))
    traces: FloatArray = (
        common - 2 * (np.einsum("ij,kj->ik", sums_left, sums_right)) / n + totals / n**2
    )
    return traces


def _row_sums(matrices: tuple[sparse.csr_matrix, ...]) -> FloatArray:
    """K_k 1 for each effect, shape (n_effects, n_pairs)."""
    return np.array([Z @ np.asarray(Z.sum(axis=0)).ravel() for Z in matrices])


def _quadratic_forms(values: FloatArray, effects: Effects) -> FloatArray:
    """Σ over the columns x of `values` of xᵀ Q K_k Q x, shape (n_effects,)."""
    centred = values - values.mean(axis=0)
    return np.array([float(((Z.T @ centred) ** 2).sum()) for Z in effects.incidence])


def _minimise_nonnegative(A: FloatArray, b: FloatArray) -> FloatArray:
    """The x ≥ 0 with the least ½ xᵀAx − bᵀx, for a positive definite A of a few rows.

    Lawson & Hanson's active sets (1974), with sums in a fixed order: SciPy's would end in other
    bits with another BLAS.
    """
    x = np.zeros(len(b))
    free = np.zeros(len(b), bool)

    while True:
        slope = np.where(free, -np.inf, b - (A * x).sum(axis=1))
        if not slope.max() > _NOTHING * np.abs(b).max():
            return x
        free[slope.argmax()] = True

        while True:
            target = np.zeros(len(b))
            target[free] = _solve_positive(A[np.ix_(free, free)], b[free])
            if (target[free] > 0).all():
                break
            # As far towards the target as all stay above 0; who is 0 first is left out.
            falling = np.flatnonzero(free & (target <= 0))
            shares = x[falling] / (x[falling] - target[falling])
            x += shares.min() * (target - x)
            free[falling[shares.argmin()]] = False
            x[~free] = 0.0

        x = target


def _solve_positive(A: FloatArray, b: FloatArray) -> FloatArray:
    """The x with A x = b of a positive definite A, by elimination."""
    rows = np.column_stack([A, b])
    for k in range(len(b)):
        rows[k] /= rows[k, k]
        others = np.arange(len(b)) != k
        rows[others] -= rows[others, k, np.newaxis] * rows[k]
    return rows[:, -1]


def indicators(levels: IntArray) -> sparse.csr_matrix:
    """Z for levels of shape (n,) or (n, m)."""
    names, number = np.unique(levels, return_inverse=True)
    number = number.reshape(len(levels), -1)
    rows = np.repeat(np.arange(len(levels)), number.shape[1])
    ones = np.ones(number.size)
    return sparse.csr_matrix((ones, (rows, number.ravel())), shape=(len(levels), len(names)))
