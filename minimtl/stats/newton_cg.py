"""Newton's method for one regression, by its Hessian or, of many parameters, by products with it.

Notation
--------
θ       parameters, shape (n_params, n_outputs), float64
o       decisions, which θ gives linearly: f(θ) = data(o) + penalty(θ); shape (n, n_outputs)
g, H    gradient and Hessian of f at θ
M       preconditioner, the diagonal of H as far as it is far from 1
s       the step, with H s = -g up to a residual r

Of few parameters H is made and solved. Of many it is known by its products H d alone. Conjugate
gradients end when sqrt(r·r/M) is below η times what it was at s = 0, with
η = min(1/2, sqrt(|g| / |g at the start|)) in the same norm: far from the minimum a rough step is
good enough, and near it the steps converge faster than linearly. No step is made more exact than
`tol` asks for.

Products are made in the precision of the loss, which may be float32: that spoils the step a little,
not what it leads to, since value, gradient and decisions are always in float64. If more than
`_ROUGH_STEPS` are needed, or a step leads upwards, the rest are made in float64.

A step is halved until f falls enough (Armijo's rule). When rounding of f hides the fall, steps go
on for as long as each halves the gradient.

Derived in docs/mathematics.md, §7.
"""

from typing import Any, NamedTuple

import numpy as np

from minimtl.stats.arrays import FloatArray
from minimtl.stats.logistic_loss import Point, SoftmaxLoss

_ARMIJO = 1e-4
_HALVINGS = 60
_MOST_PRODUCTS = 500  # of one step
_ROUGH_STEPS = 15
_EXACT: np.dtype[Any] = np.dtype(np.float64)
_STRICTER = 0.3  # how far below `tol` the last step aims, as the gradient moves with it


class RegressionMinimum(NamedTuple):
    """The minimum `theta`, the number of steps, and whether it met the tolerance."""

    theta: FloatArray
    n_iter: int
    converged: bool


def minimise_regression(
    loss: SoftmaxLoss, *, tol: float, max_iter: int, by_hessian: bool
) -> RegressionMinimum:
    """Minimise `loss` from θ = 0, to a gradient of at most `tol` times ``loss.scale``."""
    theta = np.zeros(loss.shape)
    point = loss.at(np.zeros((loss.n_samples, loss.shape[1])), 0.0)
    first = previous = np.inf
    hidden = False
    for n_iter in range(max_iter + 1):
        gradient = loss.gradient(point, theta)
        largest = loss.largest_component(gradient[:-1], gradient[-1])
        if largest <= tol * loss.scale or (hidden and largest > previous / 2):
            return RegressionMinimum(theta, n_iter, True)
        if n_iter == max_iter:
            break
        previous = largest

        exact = _exact_step(loss, point, gradient) if by_hessian else None
        if exact is not None:
            step, moved = exact
        else:
            metric = loss.preconditioner(point)
            size = float(np.sqrt((gradient * gradient / metric).sum()))
            first = size if n_iter == 0 else first
            eta = max(min(0.5, (size / first) ** 0.5), _STRICTER * tol * loss.scale / largest)
            dtype: np.dtype[Any] = loss.dtype if n_iter < _ROUGH_STEPS else _EXACT
            step, moved = _conjugate_step(loss, point, gradient, metric, eta, dtype)
            if dtype != np.float64 and np.vdot(gradient, step) >= 0:
                step, moved = _conjugate_step(loss, point, gradient, metric, eta, _EXACT)

        slope = float(np.vdot(gradient, step))
        rounding = 4 * np.finfo(float).eps * abs(point.value)
        hidden = bool(-slope / 2 <= rounding)

        length = 1.0
        for _ in range(_HALVINGS):
            trial = theta + length * step
            at_trial = loss.at(point.decisions + length * moved, loss.penalty(trial))
            if point.value - at_trial.value >= -_ARMIJO * length * slope - rounding:
                theta, point = trial, at_trial
                break
            length /= 2
    return RegressionMinimum(theta, max_iter, False)


def _exact_step(
    loss: SoftmaxLoss, point: Point, gradient: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """s with H s = -g, and by how much it moves the decisions; None if rounding made H singular."""
    hessian = loss.hessian(point).reshape(gradient.size, gradient.size)
    try:
        solution = np.linalg.solve(hessian, -gradient.ravel())
    except np.linalg.LinAlgError:
        return None
    step: FloatArray = np.reshape(solution, gradient.shape)
    return step, loss.decisions(step)


def _conjugate_step(
    loss: SoftmaxLoss,
    point: Point,
    gradient: FloatArray,
    metric: FloatArray,
    eta: float,
    dtype: np.dtype[np.floating],
) -> tuple[FloatArray, FloatArray]:
    """The same up to `eta`, by products with H in the precision `dtype`."""
    product = loss.products(point, dtype)
    residual = np.negative(gradient).astype(dtype)
    metric = metric.astype(dtype)
    scaled = residual / metric
    direction = scaled.copy()
    step = np.zeros_like(residual)
    moved = np.zeros(point.decisions.shape, dtype)
    size = np.vdot(residual, scaled)
    enough = eta * eta * size
    for _ in range(_MOST_PRODUCTS):
        curved, image = product(direction)
        length = size / np.vdot(direction, curved)
        step += length * direction
        moved += length * image
        residual -= length * curved
        np.divide(residual, metric, out=scaled)
        before, size = size, np.vdot(residual, scaled)
        if size <= enough:
            break
        direction *= size / before
        direction += scaled
    if dtype == np.float64:
        return step, moved
    exact = step.astype(np.float64)
    return exact, loss.decisions(exact)
