"""L2-penalised logistic regression, to the minimum, for one fit or hundreds at once.

    minimise over w, b:   ½ w·w  (+ ½ b²)  +  C Σ s_i ln(1 + exp(-z_i (w·x_i + b)))

with z = ±1 the classes, s the sample weights, and C as in scikit-learn; the term in brackets is
there when the intercept is penalised too (as LIBLINEAR does with ``intercept_scaling=1``).
`minimtl.stats.logistic_loss` has it with its derivatives. The minimum is found by Newton's method
with line search, for all fits at once.

Notation
--------
θ       parameters of each function, shape (n_fits, n_params), float64
f       values, shape (n_fits,)
g, H    gradient and Hessian at θ, shapes (n_fits, n_params) and (n_fits, n_params, n_params)
s       Newton's step, H s = -g

A step is halved until f falls by at least a ten-thousandth of what its slope g·s promises
(Armijo's rule); for a strictly convex f this converges from anywhere, and quadratically at the
end. A fit is finished when

    max |g| <= tol · scale,

`scale` being the size of the terms that cancel in its gradient, or when rounding of f hides the
fall that is left. A finished fit makes one more step, whose gradient is known already: it squares
the error that `tol` leaves, so that the last bit of a sum does not decide where a fit ends.
Finished fits drop out of the batch.

Derived in docs/mathematics.md, §7, and scaled features in docs/mathematics.md, §8.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minimtl.stats.arrays import BoolArray, FloatArray, IndexArray
from minimtl.stats.logistic_loss import BinaryLoss

TOL = 1e-12
MAX_ITER = 100
_ARMIJO = 1e-4
_HALVINGS = 60
_FLAT = 1e-100
# Fits go in batches of so many Hessian entries or margins: arrays of 1 MB stay in the cache.
_CHUNK = 1 << 17


@dataclass(frozen=True)
class LogisticFit:
    """Fitted logistic regressions.

    Attributes
    ----------
    coef : float64, shape (n_fits, n_features)
    intercept : float64, shape (n_fits,)
    converged : bool, shape (n_fits,)
        Whether the gradient met the tolerance, or rounding hid what was left.
    """

    coef: FloatArray
    intercept: FloatArray
    converged: BoolArray


def fit_logistic_regression(
    X: ArrayLike,
    y: ArrayLike,
    *,
    C: float = 1.0,
    penalize_intercept: bool = False,
    sample_weight: ArrayLike | None = None,
    center: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    tol: float = TOL,
    max_iter: int = MAX_ITER,
) -> LogisticFit:
    """Fit a logistic regression for every row of `sample_weight` (or of `y`).

    Parameters
    ----------
    X : array-like, shape (n, n_features)
    y : array-like of bool or 0/1, shape (n,) or (n_fits, n)
    sample_weight : array-like, shape (n,) or (n_fits, n), optional
        Non-negative; 0 leaves a sample out, so that the rows of a 0/1 matrix are the training
        sets of a cross-validation.
    center, scale : array-like, shape (n_fits, n_features), optional
        Fit number k sees ``(X - center[k]) / scale[k]``, and its coefficients are in those
        units. As the penalty is the only part of the problem that knows the units, the
        rescaled X is never made: with D the penalty on the rescaled parameters and S the
        matrix that rescales θ, the penalty on θ is S'DS.
    tol : float
        A fit is finished when the largest component of its gradient is below `tol` times
        C Σ s |x|, the size of the terms that cancel in it.

    Raises
    ------
    ValueError
        For C that is not above 0, arrays that do not fit together or are not finite, or a fit
        whose samples of positive weight are all of one class.
    """
    X = np.asarray(X, np.float64)
    X, y, weights = _checked(X, np.asarray(y), sample_weight, C)
    n_fits, p = len(weights), X.shape[1] + 1
    penalty = np.eye(p)
    penalty[-1, -1] = float(penalize_intercept)
    X, center, scale = _in_common_units(X, center, scale)
    rescale = _rescaling(n_fits, X.shape[1], center, scale)
    X, signs = np.column_stack([X, np.ones(len(X))]), np.where(y, 1.0, -1.0)
    minima = []
    chunk = max(1, _CHUNK // max(p * p, len(X)))
    for start in range(0, n_fits, chunk):
        batch = slice(start, start + chunk)
        rescaled_penalty = rescale[batch].swapaxes(1, 2) @ penalty @ rescale[batch]
        loss = BinaryLoss(X, signs[batch], weights[batch], C, rescaled_penalty)
        minima.append(minimise(loss, tol=tol, max_iter=max_iter))
    found, converged = (np.concatenate(parts) for parts in zip(*minima, strict=True))
    theta = np.einsum("ijk,ik->ij", rescale, found)
    return LogisticFit(coef=theta[:, :-1], intercept=theta[:, -1], converged=converged)


def _in_common_units(
    X: FloatArray, center: ArrayLike | None, scale: ArrayLike | None
) -> tuple[FloatArray, ArrayLike | None, ArrayLike | None]:
    """X in units that suit all fits, and the fits' own in these.

    Features of very different sizes would make a Hessian that no solution is exact with.
    """
    if center is None or scale is None:
        return X, center, scale

    center, scale = np.asarray(center, np.float64), np.asarray(scale, np.float64)
    middle, size = center.mean(axis=0), scale.mean(axis=0)
    return (X - middle) / size, (center - middle) / size, scale / size


def minimise(loss: BinaryLoss, *, tol: float, max_iter: int) -> tuple[FloatArray, BoolArray]:
    """θ where each of the losses is least, (n_fits, n_params), and whether it met `tol`."""
    theta = np.zeros((loss.n_fits, loss.n_params))
    n_iter = np.zeros(loss.n_fits, dtype=np.intp)
    converged = np.zeros(loss.n_fits, dtype=bool)
    fits = np.arange(loss.n_fits)
    value = loss.value(theta, fits)
    while len(fits):
        gradient, hessian = loss.gradient_and_hessian(theta[fits], fits)
        converged[fits] |= np.abs(gradient).max(axis=1) <= tol * loss.scale[fits]
        # A free intercept whose samples are all told for sure has no curvature, and moves no more.
        curved = (np.diagonal(hessian, axis1=1, axis2=2) > _FLAT).all(axis=1)
        left = ~converged[fits] & (n_iter[fits] < max_iter)
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
        n_iter[fits] += 1
    return theta, converged


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


def _rescaling(
    n_fits: int, n_features: int, center: ArrayLike | None, scale: ArrayLike | None
) -> FloatArray:
    """S with S θ the parameters in rescaled units: w_j scale_j, and b + Σ w_j center_j."""
    rescale = np.tile(np.eye(n_features + 1), (n_fits, 1, 1))
    if scale is not None:
        features = np.arange(n_features)
        rescale[:, features, features] = scale
    if center is not None:
        rescale[:, -1, :-1] = center
    return rescale


def _checked(
    X: FloatArray, y: NDArray[np.generic], sample_weight: ArrayLike | None, C: float
) -> tuple[FloatArray, BoolArray, FloatArray]:
    """X, y as bool and weights, the latter two of shape (n_fits, n)."""
    if not 0 < C < np.inf:
        raise ValueError(f"C must be greater than 0 and finite, got {C!r}.")
    if X.ndim != 2 or not np.isfinite(X).all():
        raise ValueError(f"X must be a finite array of two dimensions, got shape {X.shape}.")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("y must hold only 0 and 1, or False and True.")
    weights = np.ones(len(X)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    if y.shape[-1:] != (len(X),) or weights.shape[-1:] != (len(X),):
        raise ValueError(
            f"y of shape {y.shape} and sample_weight of shape {weights.shape} need an entry for "
            f"each of the {len(X)} rows of X."
        )
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("sample_weight must be finite and not negative.")
    n_fits = max(np.atleast_2d(weights).shape[0], np.atleast_2d(y).shape[0])
    positive, weights = np.broadcast_arrays(
        y.astype(bool), np.broadcast_to(weights, (n_fits, len(X)))
    )
    used = weights > 0
    if ((used & positive).any(axis=1) & (used & ~positive).any(axis=1)).all():
        return X, positive, weights
    raise ValueError("A logistic regression needs samples of both classes, and a fit has only one.")
