"""Gains as a sum of crossed random effects of tasks and topics, and intervals that allow for them.

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
A           of the variance estimate of the mean

    g_ir = μ + Σ_k (Z_k u_k)_i + Σ_k (Z_k v_kr)_i

Average gains have the covariance Σ = Σ_k θ_k K_k. Nothing here is of size n × n for many pairs.

What new tasks would gain has tasks and topics for a sample; what these tasks would gain, were they
trained again, has the runs. A statistic that is no mean is given by the pseudo-values of the
jackknife, of which it is the mean: those of the runs for these tasks, those of the pairs for new.

Derived in docs/mathematics.md, §15, docs/mathematics.md, §16, and docs/mathematics.md, §18.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import sparse

from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.stats.intervals import MeanEstimate, mean_estimate, mean_of_runs, pseudo_values

PAIR = "pair"
# ε, of moments that are scaled to a diagonal of 1.
_RIDGE = 1e-8
# A component that is so small a share of all is 0 but for rounding.
_NOTHING = 1e-9
_TINY = 1e-30
_EXACT = 1000  # pairs up to which traces are exact
_PROBES = 100  # random vectors or more that estimate the traces of more pairs, to 1 part in 7
_BATCH_CELLS = 1 << 21  # numbers in the vectors that are worked on together


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
        # K_k 1 of each effect, (n_effects, n_pairs)
        sums = np.array([Z @ np.asarray(Z.sum(axis=0)).ravel() for Z in self.incidence])
        common = np.array(
            [[(Z.T @ W).power(2).sum() for W in self.incidence] for Z in self.incidence]
        )
        totals = np.outer(sums.sum(axis=1), sums.sum(axis=1))
        n = self.n_pairs
        traces: FloatArray = common - 2 * np.einsum("ij,kj->ik", sums, sums) / n + totals / n**2
        return traces

    def times(self, vectors: FloatArray, components: FloatArray) -> FloatArray:
        """Σ_k component_k K_k times each column, (n_pairs, n_vectors)."""
        parts = zip(components, self.incidence, strict=True)
        product: FloatArray = sum(c * (Z @ (Z.T @ vectors)) for c, Z in parts if c)
        return product


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


def crossed_mean(gains: FloatArray, effects: Effects) -> MeanEstimate:
    """The mean gain over pairs, were tasks, topics and runs drawn anew.

    The two-way cluster-robust variance of the average gains, eᵀ A e, is too small in few clusters,
    and more so where topics make pairs of different clusters alike. Under the fitted components it
    has the expectation tr AΣ and estimates 1ᵀΣ1/n²: it is multiplied by their ratio, and has
    (tr AΣ)² / tr AΣAΣ degrees of freedom (Satterthwaite's rule). Where it is not positive it gives
    way to the larger one-way variance, treated alike.

    Parameters
    ----------
    gains : float64, shape (n_pairs, n_runs)
        Finite, of two pairs or more.
    effects : of these pairs, ``main`` and ``aux`` among them, with one level a pair

    References
    ----------
    R. M. Bell and D. F. McCaffrey (2002), Bias reduction in standard errors for linear regression
    with multi-stage samples, Survey Methodology 28(2).
    G. W. Imbens and M. Kolesár (2016), Robust standard errors in small samples: some practical
    advice, Review of Economics and Statistics 98(4).
    """
    average = gains.mean(axis=1)
    theta = fit_components(gains, effects).of_average(gains.shape[1])
    if not theta.any():
        return mean_estimate(float(average.mean()), 0.0, effects.n_pairs - 1)

    # A is a sum of Q K_k Q with these signs; its factor 1/n² cancels out below.
    main, aux, pair = (np.array(effects.names) == name for name in ("main", "aux", PAIR))
    signs = main * 1.0 + aux - pair
    seen = _quadratic_forms(average[:, np.newaxis], effects)
    if not (signs * seen).sum() > 0:
        signs = max(main * 1.0, aux * 1.0, key=lambda way: float((way * seen).sum()))

    true_variance = sum(
        component * float((np.asarray(Z.sum(axis=0)) ** 2).sum()) / effects.n_pairs**2
        for component, Z in zip(theta, effects.incidence, strict=True)
    )
    expected = float((signs[:, np.newaxis] * effects.moments * theta).sum())
    variance = float((signs * seen).sum()) * true_variance / expected
    freedom = max(1.0, expected**2 / _trace_of_square(signs, theta, effects))
    return mean_estimate(float(average.mean()), variance, freedom)


def _trace_of_square(signs: FloatArray, theta: FloatArray, effects: Effects) -> float:
    """n⁴ tr AΣAΣ, of many pairs by random vectors of ±1 (Hutchinson 1990)."""
    n = effects.n_pairs
    if n <= _EXACT:
        return _through_square(np.eye(n), signs, theta, effects)

    rng = np.random.default_rng(0)
    width = max(1, min(_PROBES, _BATCH_CELLS // n))
    total, n_probes = 0.0, 0
    while n_probes < _PROBES:
        probes = rng.choice([-1.0, 1.0], size=(n, width))
        total += _through_square(probes, signs, theta, effects)
        n_probes += probes.shape[1]
    return total / n_probes


def _through_square(
    vectors: FloatArray, signs: FloatArray, theta: FloatArray, effects: Effects
) -> float:
    """The sum over the columns x of n⁴ xᵀ AΣAΣ x."""
    product = vectors
    for _ in range(2):
        product = effects.times(product, theta)
        product = effects.times(product - product.mean(axis=0), signs)
        product -= product.mean(axis=0)
    return float((vectors * product).sum())


class Estimate(NamedTuple):
    """A statistic and its intervals, None where there are too few runs or tasks for one."""

    value: float
    these_tasks: MeanEstimate | None
    new_tasks: MeanEstimate | None


NO_ESTIMATE = Estimate(float("nan"), None, None)


def estimate_mean(values: FloatArray, effects: Effects) -> Estimate:
    """The mean of values of each pair in each run; `NO_ESTIMATE` where one is not defined."""
    if not np.isfinite(values).all():
        return NO_ESTIMATE
    these = mean_of_runs(values) if values.shape[1] > 1 else None
    return Estimate(float(values.mean()), these, _new_tasks(values, effects))


def estimate(
    statistic: Callable[[FloatArray], float],
    by_pair: FloatArray,
    by_run: FloatArray,
    effects: Effects,
) -> Estimate:
    """A statistic that takes the data of pairs as it takes those of runs."""
    return estimate_from(
        statistic(by_pair),
        pseudo_values(statistic, by_run) if len(by_run) > 1 else None,
        pseudo_values(statistic, by_pair) if len(by_pair) > 1 else None,
        effects,
    )


def estimate_from(
    value: float, of_runs: FloatArray | None, of_pairs: FloatArray | None, effects: Effects
) -> Estimate:
    """A statistic from the pseudo-values of runs and of pairs, each moved to have it for a mean.

    `NO_ESTIMATE` where a value is not finite.
    """
    known = [values for values in (of_runs, of_pairs) if values is not None]
    if not all(np.isfinite(values).all() for values in (np.array([value]), *known)):
        return NO_ESTIMATE
    these = None if of_runs is None else mean_of_runs(_moved(of_runs, value)[np.newaxis])
    new = None if of_pairs is None else _new_tasks(_moved(of_pairs, value)[:, np.newaxis], effects)
    return Estimate(value, these, new)


def _moved(values: FloatArray, mean: float) -> FloatArray:
    return values + (mean - values.mean())


def _new_tasks(values: FloatArray, effects: Effects) -> MeanEstimate | None:
    """The crossed interval; None of fewer than two main or two auxiliary tasks."""
    n_levels = {name: Z.shape[1] for name, Z in zip(effects.names, effects.incidence, strict=True)}
    if min(n_levels["main"], n_levels["aux"]) < 2:
        return None
    return crossed_mean(values, effects)
