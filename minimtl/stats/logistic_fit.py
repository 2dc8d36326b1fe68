"""Many logistic regressions at once, of two classes, and the scaling of their features.

    minimise over w, b:   ½ w·w  (+ ½ b²)  +  C Σ s_i ln(1 + exp(-z_i (w·x_i + b)))

with z = ±1 the classes, s the sample weights, and C as in scikit-learn; the term in brackets is
there when the intercept is penalised too (as LIBLINEAR does with ``intercept_scaling=1``).

Notation
--------
x, θ    a row of X with a 1 appended, and the coefficients with the intercept last
Λ       penalty: the identity, with a 0 for an intercept that is free
u       margin z x·θ; σ(u) = 1 / (1 + e^-u)
f       values, shape (n_fits,); its gradient g and Hessian H at θ (n_fits, n_params):

    f = C Σ s ln(1 + e^-u) + ½ θ'Λθ,   g = -C Σ s z σ(-u) x + Λθ,   H = C Σ s σ(u) σ(-u) x x' + Λ

Newton's step, H δ = -g, is halved until f falls by enough of what its slope g·δ promises. A fit is
finished when max |g| <= `TOL` · scale, `scale` being the size of the terms that cancel in it, or
when rounding of f hides the fall that is left. It then makes one more step, so that the last bit of
a sum does not decide where it ends, and drops out of the batch.

Features are scaled by ``(x - center) / scale`` each, with

    "minmax"        center = min,   scale = max - min
    "standard"      center = mean,  scale = √(mean (x - mean)²)

and scale = 1 where that is no more than rounding, so that a constant feature becomes 0 (as
scikit-learn's ``MinMaxScaler`` and ``StandardScaler`` do).

Derived in docs/mathematics.md, §7, and docs/mathematics.md, §8.
"""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from minimtl.stats.arrays import BoolArray, FloatArray, IndexArray

Scaling = Literal["minmax", "standard"]
TOL = 1e-12
MAX_ITER = 100
_ARMIJO = 1e-4
_HALVINGS = 60
_FLAT = 1e-100
# Fits go in batches of so many Hessian entries or margins: arrays of 1 MB stay in the cache.
_CHUNK = 1 << 17
# Means over runs of one number may differ by some roundings; scaled by those, another sample's
# feature could be 1e16 standard deviations away.
_ROUNDING = 10 * np.finfo(np.float64).eps


def scaling_parameters(
    X: FloatArray, scaling: Scaling, masks: BoolArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Center and scale of the features of `X`, from all samples or from each of several sets.

    Parameters
    ----------
    X : float64, shape (n, n_features)
    masks : bool, shape (n_sets, n), optional
        The samples of each set.

    Returns
    -------
    center, scale : float64, shape (n_features,), or (n_sets, n_features) with `masks`
    """
    if masks is not None:
        sets = [scaling_parameters(X[mask], scaling) for mask in masks]
        return np.array([center for center, _ in sets]), np.array([scale for _, scale in sets])
    if scaling == "minmax":
        center = X.min(axis=0)
        spread = X.max(axis=0) - center
    else:
        center, spread = X.mean(axis=0), X.std(axis=0)
    is_constant = np.ptp(X, axis=0) <= _ROUNDING * np.abs(X).max(axis=0)
    return center, np.where(is_constant, 1.0, spread)


def scale_features(X: FloatArray, scaling: Scaling) -> FloatArray:
    """`X` with every feature scaled over all samples, shape (n, n_features)."""
    center, scale = scaling_parameters(X, scaling)
    scaled: FloatArray = (X - center) / scale
    return scaled


class LogisticFit(NamedTuple):
    """Fitted logistic regressions: `coef` (n_fits, n_features) and `intercept` (n_fits,)."""

    coef: FloatArray
    intercept: FloatArray


def fit_logistic_regression(
    X: FloatArray,
    y: NDArray[Any],
    *,
    C: float = 1.0,
    penalize_intercept: bool = False,
    sample_weight: NDArray[Any] | None = None,
    center: FloatArray | None = None,
    scale: FloatArray | None = None,
) -> LogisticFit:
    """Fit a logistic regression for every row of `sample_weight` (or of `y`).

    Parameters
    ----------
    X : float64, shape (n, n_features)
        Finite.
    y : bool or 0/1, shape (n,) or (n_fits, n)
        In each fit, samples of both classes have a positive weight.
    sample_weight : shape (n,) or (n_fits, n), optional
        Non-negative; 0 leaves a sample out, so that the rows of a 0/1 matrix are the training
        sets of a cross-validation.
    center, scale : float64, shape (n_fits, n_features), optional, both or none
        Fit number k sees ``(X - center[k]) / scale[k]``, and its coefficients are in those
        units. As the penalty is the only part of the problem that knows the units, the
        rescaled X is never made: with D the penalty on the rescaled parameters and S the
        matrix that rescales θ, the penalty on θ is S'DS.
    """
    if sample_weight is None:
        sample_weight = np.ones(len(X))
    y, weights = np.broadcast_arrays(np.atleast_2d(y), np.atleast_2d(sample_weight))
    weights = weights.astype(np.float64)
    n_fits, p = len(weights), X.shape[1] + 1
    if center is None or scale is None:
        center, scale = np.zeros((n_fits, p - 1)), np.ones((n_fits, p - 1))
    X, rescale = _in_common_units(X, center, scale)
    X, signs = np.column_stack([X, np.ones(len(X))]), np.where(y, 1.0, -1.0)
    penalty = np.eye(p)
    penalty[-1, -1] = float(penalize_intercept)

    minima = []
    chunk = max(1, _CHUNK // max(p * p, len(X)))
    for start in range(0, n_fits, chunk):
        batch = slice(start, start + chunk)
        rescaled_penalty = rescale[batch].swapaxes(1, 2) @ penalty @ rescale[batch]
        minima.append(minimise(BinaryLoss(X, signs[batch], weights[batch], C, rescaled_penalty)))
    theta = np.einsum("ijk,ik->ij", rescale, np.concatenate(minima))
    return LogisticFit(coef=theta[:, :-1], intercept=theta[:, -1])


def _in_common_units(
    X: FloatArray, center: FloatArray, scale: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """X in units that suit all fits, and for each fit S, (n_fits, p, p).

    Features of very different sizes would make a Hessian that no solution is exact with. S θ are
    the parameters in the fit's own units: w_j scale_j, and b + Σ w_j center_j.
    """
    middle, size = center.mean(axis=0), scale.mean(axis=0)
    n_fits, n_features = scale.shape
    features = np.arange(n_features)
    rescale = np.tile(np.eye(n_features + 1), (n_fits, 1, 1))
    rescale[:, features, features] = scale / size
    rescale[:, -1, :-1] = (center - middle) / size
    return (X - middle) / size, rescale


class BinaryLoss:
    """Logistic losses of many weightings, and possibly labellings, of the same samples.

    Parameters
    ----------
    X : float64, shape (n, p)
        The last column is ones.
    signs, weights : float64, shape (n_fits, n)
    penalty : float64, shape (n_fits, p, p)
    """

    def __init__(
        self, X: FloatArray, signs: FloatArray, weights: FloatArray, C: float, penalty: FloatArray
    ):
        self.n_fits, self.n_params = len(weights), X.shape[1]
        self._X, self._weights = X, C * weights
        self._signs, self._penalty = signs, penalty
        self.scale = (self._weights @ np.abs(X)).max(axis=1)
        # All Hessians are weighted sums of the same x x': with many fits, one matrix product
        # over the upper triangle is several times faster than a product for each.
        self._upper = np.triu_indices(self.n_params)
        if self.n_fits > 1:
            self._products = X[:, self._upper[0]] * X[:, self._upper[1]]

    def value(self, theta: FloatArray, fits: IndexArray) -> FloatArray:
        margin = self._signs[fits] * (theta @ self._X.T)
        data = np.einsum("ij,ij->i", self._weights[fits], -log_expit(margin))
        penalty: FloatArray = np.einsum("ij,ijk,ik->i", theta, self._penalty[fits], theta)
        total: FloatArray = data + penalty / 2
        return total

    def gradient_and_hessian(
        self, theta: FloatArray, fits: IndexArray
    ) -> tuple[FloatArray, FloatArray]:
        signs, weights, penalty = self._signs[fits], self._weights[fits], self._penalty[fits]
        margin = signs * (theta @ self._X.T)
        miss = expit(-margin)
        gradient = -(weights * signs * miss) @ self._X
        gradient += np.einsum("ijk,ik->ij", penalty, theta)
        return gradient, self._weighted_products(weights * miss * expit(margin)) + penalty

    def _weighted_products(self, curvature: FloatArray) -> FloatArray:
        """Σ curvature · x x' for each row of `curvature`, shape (len(curvature), p, p)."""
        if self.n_fits == 1:
            return ((self._X * curvature[0][:, np.newaxis]).T @ self._X)[np.newaxis]
        sums = np.empty((len(curvature), self.n_params, self.n_params))
        i, j = self._upper
        sums[:, i, j] = curvature @ self._products
        sums[:, j, i] = sums[:, i, j]
        return sums


def minimise(loss: BinaryLoss) -> FloatArray:
    """θ where each of the losses is least, (n_fits, n_params)."""
    theta = np.zeros((loss.n_fits, loss.n_params))
    converged = np.zeros(loss.n_fits, dtype=bool)
    fits = np.arange(loss.n_fits)
    value = loss.value(theta, fits)
    for n_iter in range(MAX_ITER + 1):
        gradient, hessian = loss.gradient_and_hessian(theta[fits], fits)
        converged[fits] |= np.abs(gradient).max(axis=1) <= TOL * loss.scale[fits]
        # A free intercept whose samples are all told for sure has no curvature, and moves no more.
        curved = (np.diagonal(hessian, axis1=1, axis2=2) > _FLAT).all(axis=1)
        left = ~converged[fits] & (n_iter < MAX_ITER)
        moving = left | (converged[fits] & curved)
        step = np.zeros_like(gradient)
        step[moving] = -np.linalg.solve(hessian[moving], gradient[moving, :, np.newaxis])[..., 0]

        finished = converged[fits]
        theta[fits[finished]] += step[finished]

        fits, gradient, step = fits[left], gradient[left], step[left]
        if not len(fits):
            break
        slope = np.einsum("ij,ij->i", gradient, step)
        converged[fits] = _line_search(loss, theta, value, step, slope, fits)
    return theta


def _line_search(
    loss: BinaryLoss,
    theta: FloatArray,
    value: FloatArray,
    step: FloatArray,
    slope: FloatArray,
    fits: IndexArray,
) -> BoolArray:
    """Moves each of `fits` by its longest halved step that lowers f enough.

    It changes `theta` and `value` in place. Returns for which of them the fall that a quadratic
    promises, half of -slope, is no more than the rounding of f: float64 gets them no further.
    """
    rounding = 4 * np.finfo(float).eps * np.abs(value[fits])
    pending = np.arange(len(fits))
    length = 1.0
    for _ in range(_HALVINGS):
        trial = theta[fits[pending]] + length * step[pending]
        at_trial = loss.value(trial, fits[pending])
        fall = value[fits[pending]] - at_trial
        enough = fall >= -_ARMIJO * length * slope[pending] - rounding[pending]
        moved = fits[pending[enough]]
        theta[moved], value[moved] = trial[enough], at_trial[enough]
        pending = pending[~enough]
        length /= 2
        if not len(pending):
            break
    return -slope / 2 <= rounding
