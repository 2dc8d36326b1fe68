"""The mean of gains of pairs, and other statistics, with an interval for these and for new tasks.

Notation
--------
gains           shape (n_pairs, n_runs), float64
A, Σ            of the variance estimate and of average gains, (n_pairs, n_pairs); never made

What new tasks would gain has tasks and topics for a sample; what these tasks would gain, were they
trained again, has the runs. A statistic that is no mean is given by the pseudo-values of the
jackknife, of which it is the mean: those of the runs for these tasks, those of the pairs for new.

Derived in docs/mathematics.md, §16, and docs/mathematics.md, §18.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse

from minimtl.stats.arrays import FloatArray
from minimtl.stats.crossed import (
    Effects,
    covariance_times,
    fit_components,
    indicators,
    shared_moments,
)
from minimtl.stats.intervals import (
    MeanEstimate,
    mean_estimate,
    mean_of_runs,
    pseudo_values,
)

_EXACT = 1000  # pairs up to which traces are exact
_PROBES = 300  # random vectors that estimate the traces of more pairs, to 1 part in 12 or better
_FEWEST_PROBES = 50  # of 200,000 pairs or more: to 1 part in 5
_PROBE_CELLS = 10_000_000  # numbers in all random vectors, unless that left fewer of these
_BATCH_CELLS = 1 << 21  # numbers in the vectors that are worked on together


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

    Z = dict(zip(effects.names, effects.incidence, strict=True))
    main, aux = Z["main"], Z["aux"]
    both = indicators(main.indices * np.int64(aux.shape[1]) + aux.indices)
    e = average - average.mean()
    form = _Form(np.array([1.0, 1.0, -1.0]), (main, aux, both))
    if not form.value(e) > 0:
        one_way = (_Form(np.ones(1), (way,)) for way in (main, aux))
        form = max(one_way, key=lambda form: form.value(e))

    n = effects.n_pairs
    true_variance = sum(
        component * float((np.asarray(Z.sum(axis=0)) ** 2).sum()) / n**2
        for component, Z in zip(theta, effects.incidence, strict=True)
    )
    expected, degrees_of_freedom = form.expectation(theta, effects)
    variance = form.value(e) * true_variance / expected
    return mean_estimate(float(average.mean()), variance, degrees_of_freedom)


@dataclass(frozen=True)
class _Form:
    """A quadratic form eᵀ A e, A = n⁻² Σ_j sign_j W_j W_jᵀ: a cluster-robust variance."""

    signs: FloatArray
    matrices: tuple[sparse.csr_matrix, ...]

    def value(self, e: FloatArray) -> float:
        squares = np.array([float(((W.T @ e) ** 2).sum()) for W in self.matrices])
        return float(self.signs @ squares) / len(e) ** 2

    def expectation(self, theta: FloatArray, effects: Effects) -> tuple[float, float]:
        """Its expected value under components θ, and its degrees of freedom, 1 or more."""
        n = effects.n_pairs
        expected = (
            float(self.signs @ shared_moments(self.matrices, effects.incidence) @ theta) / n**2
        )
        return expected, max(1.0, expected**2 / self._trace_of_square(theta, effects))

    def _trace_of_square(self, theta: FloatArray, effects: Effects) -> float:
        """tr AΣAΣ, of many pairs by random vectors of ±1 (Hutchinson 1990)."""
        n = effects.n_pairs
        if n <= _EXACT:
            return self._through_square(np.eye(n), theta, effects)
        rng = np.random.default_rng(0)
        n_probes = max(_FEWEST_PROBES, min(_PROBES, _PROBE_CELLS // n))
        width = max(1, _BATCH_CELLS // n)
        total = 0.0
        for start in range(0, n_probes, width):
            probes = rng.choice([-1.0, 1.0], size=(n, min(width, n_probes - start)))
            total += self._through_square(probes, theta, effects)
        return total / n_probes

    def _through_square(self, probes: FloatArray, theta: FloatArray, effects: Effects) -> float:
        """The sum over the columns x of xᵀ AΣAΣ x."""
        once = self._times(covariance_times(probes, theta, effects))
        twice = self._times(covariance_times(once, theta, effects))
        return float((probes * twice).sum())

    def _times(self, vectors: FloatArray) -> FloatArray:
        """A times each column, with A taken between deviations from the mean: QAQ."""
        centred = vectors - vectors.mean(axis=0)
        parts = zip(self.signs, self.matrices, strict=True)
        product = sum(sign * (W @ (W.T @ centred)) for sign, W in parts)
        result: FloatArray = (product - product.mean(axis=0)) / len(vectors) ** 2
        return result


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
