"""Newton's method with line search for many smooth convex functions at once.

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

Derived in docs/mathematics.md, §7.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from minimtl.stats.arrays import BoolArray, FloatArray, IndexArray

_ARMIJO = 1e-4
_HALVINGS = 60
_FLAT = 1e-100


class Objective(Protocol):
    """Several convex functions of as many parameter vectors; `fits` picks some of them."""

    n_fits: int
    n_params: int
    scale: FloatArray  # (n_fits,)

    def value(self, theta: FloatArray, fits: IndexArray) -> FloatArray:
        """f at `theta`, shapes (len(fits),) and (len(fits), n_params)."""

    def gradient_and_hessian(
        self, theta: FloatArray, fits: IndexArray
    ) -> tuple[FloatArray, FloatArray]:
        """g and H at `theta` of the functions `fits`."""


@dataclass(frozen=True)
class Minimum:
    """The minimum of each function: `theta`, the number of steps, and whether it met `tol`."""

    theta: FloatArray
    n_iter: IndexArray
    converged: BoolArray


def minimise(objective: Objective, *, tol: float, max_iter: int) -> Minimum:
    """Minimise each function of `objective` from θ = 0."""
    theta = np.zeros((objective.n_fits, objective.n_params))
    n_iter = np.zeros(objective.n_fits, dtype=np.intp)
    converged = np.zeros(objective.n_fits, dtype=bool)
    fits = np.arange(objective.n_fits)
    value = objective.value(theta, fits)
    while len(fits):
        gradient, hessian = objective.gradient_and_hessian(theta[fits], fits)
        converged[fits] |= np.abs(gradient).max(axis=1) <= tol * objective.scale[fits]
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
        converged[fits] = _line_search(objective, theta, value, step, slope, fits)
        n_iter[fits] += 1
    return Minimum(theta, n_iter, converged)


def _line_search(
    objective: Objective,
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
        at_trial = objective.value(trial, fits[pending])
        fall = value[fits[pending]] - at_trial
        enough = fall >= -_ARMIJO * length * slope[pending] - rounding[pending]
        moved = fits[pending[enough]]
        theta[moved], value[moved] = trial[enough], at_trial[enough]
        pending = pending[~enough]
        length /= 2
        if not len(pending):
            break
    return -slope / 2 <= rounding
