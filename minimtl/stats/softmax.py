"""One regression of two or more classes, by Newton's method.

K classes with a θ_k each, π = softmax(x·θ_1, …, x·θ_K), c = C times the sample weights:

    f = -Σ c ln π_y + ½ Σ_k θ_k'Λθ_k,   g_k = Σ c (π_k - [y = k]) x + Λθ_k,
    H_kl = Σ c (π_k [k = l] - π_k π_l) x x' + [k = l] Λ.

Notation
--------
m       weighted mean of the rows of X, shape (p,), where the intercept is free, else 0
A       X - 1 m', which is not made: A w is X w without its weighted mean
θ       shape (p + 1, K): coefficients w, and in the last row β = b + m·w, with b the intercept
o       decisions X w + b = A w + β, shape (n, K)
π       probabilities of the classes, shape (n, K)
K       1 for two classes, with o the log odds of the second, else the number of classes
M       preconditioner, the diagonal of H as far as it is far from 1
s       the step, with H s = -g up to a residual r

H is known by its products H d alone, made in the precision of the loss, which may be float32, and
conjugate gradients end at a residual of η times what it was at s = 0. Value, gradient and decisions
are always in float64. If more than `_ROUGH_STEPS` are needed, or a step leads upwards, the rest are
made in float64.

A step is halved until f falls enough (Armijo's rule). When rounding of f hides the fall, steps go
on for as long as each halves the gradient.

Derived in docs/mathematics.md, §7.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy.special import expit

from minimtl.stats.arrays import FloatArray, IndexArray

Product: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

# An intercept whose samples are all told for sure has no curvature; it moves as if it had this.
_LEAST_CURVATURE = float(np.finfo(np.float32).tiny)
_ARMIJO = 1e-4
_HALVINGS = 60
_MOST_PRODUCTS = 500  # of one step
_ROUGH_STEPS = 15
_EXACT: np.dtype[Any] = np.dtype(np.float64)
_STRICTER = 0.3  # how far below `tol` the last step aims, as the gradient moves with it


class Point(NamedTuple):
    """The loss at some θ: `value`, and what the gradient and the Hessian there are made of.

    `decisions` are o, `residual` is df/do and `pi` has the probabilities π, for K = 1 that of the
    second class; shapes (n, K).
    """

    decisions: FloatArray
    value: float
    residual: FloatArray
    pi: FloatArray


class SoftmaxLoss:
    """The loss of one regression of two or more classes, by products with `X`.

    Parameters
    ----------
    X : float64, shape (n, p), dense or CSR
    y : intp, shape (n,)
        Classes 0 … n_classes - 1.
    weights : float64, shape (n,)
    n_classes : int
    fit_intercept, penalize_intercept : bool
    """

    def __init__(
        self,
        X: Any,
        y: IndexArray,
        weights: FloatArray,
        C: float,
        n_classes: int,
        *,
        fit_intercept: bool,
        penalize_intercept: bool,
    ):
        self.n_samples, n_features = X.shape
        self.shape = (n_features + 1, 1 if n_classes == 2 else n_classes)
        # A row of a matrix product is several outputs at once: with half the bytes it takes half
        # the time. A single output gains nothing.
        self._X, self._y, self._c = X, y, C * weights
        is_rough = n_classes > 2 and _are_moderate(X, self._c)
        self.dtype = np.dtype(np.float32 if is_rough else np.float64)
        self._is_second = (y == 1).astype(np.float64)
        # Without an intercept its column is zero, and the penalty holds β at zero.
        self.constant = float(fit_intercept)
        self.ridge = float(penalize_intercept or not fit_intercept)
        sums = X.T @ self._c
        total = float(self._c.sum())
        self._share = np.zeros(self.n_samples) if self.ridge else self._c / total
        self.mean = np.zeros(n_features) if self.ridge else sums / total
        size = sums if _values(X).min(initial=0.0) >= 0 else abs(X).T @ self._c
        self.scale = max(float(size.max()), self.constant * total)
        self._rough: Any = None

    def penalty(self, theta: FloatArray) -> float:
        """½ |w|², and ½ |b|² where the intercept is penalised."""
        w, beta = theta[:-1], theta[-1]
        return float(np.vdot(w, w) + self.ridge * beta @ beta) / 2

    def at(self, decisions: FloatArray, penalty: float) -> Point:
        """The loss where decisions and penalty are these."""
        if self.shape[1] == 1:
            z = decisions[:, 0]
            surprise = np.logaddexp(0, np.where(self._is_second, -z, z))
            pi = expit(decisions)
            residual = (self._c * (pi[:, 0] - self._is_second))[:, np.newaxis]
        else:
            rows = np.arange(self.n_samples)
            largest, true = (rows, decisions.argmax(axis=1)), (rows, self._y)
            top = decisions[largest]
            pi = np.exp(decisions - top[:, np.newaxis])
            pi[largest] = 0.0  # the others' sum by itself, so that a loss near 0 keeps its digits
            others = pi.sum(axis=1)
            pi[largest] = 1.0
            pi /= 1 + others[:, np.newaxis]
            surprise = top - decisions[true] + np.log1p(others)
            residual = pi.copy()
            residual[true] -= 1
            residual *= self._c[:, np.newaxis]
        return Point(decisions, float(self._c @ surprise + penalty), residual, pi)

    def decisions(self, theta: FloatArray) -> FloatArray:
        """o of `theta`, shape (n, K)."""
        z: FloatArray = _push(self._X, theta[:-1], self._share) + self.constant * theta[-1]
        return z

    def gradient(self, point: Point, theta: FloatArray) -> FloatArray:
        """By w and β, shape (p + 1, K)."""
        by_beta = self.constant * point.residual.sum(axis=0) + self.ridge * theta[-1]
        by_w = _pull(self._X, point.residual, self._share) + theta[:-1]
        return np.vstack([by_w, by_beta])

    def largest_component(self, gradient: FloatArray) -> float:
        """The largest part of the gradient by w and b, from that by w and β."""
        by_w, by_beta = gradient[:-1], gradient[-1]
        if not self.ridge:
            by_w = by_w + np.multiply.outer(self.mean, by_beta)
        return float(max(np.abs(by_w).max(), np.abs(by_beta).max()))

    def preconditioner(self, point: Point) -> FloatArray:
        """1 for every coefficient; the mean curvature of the K values β, shape (p + 1, 1).

        One for all K, so that with free intercepts no step adds the same number to all of them.
        """
        curvature = self._c @ (point.pi * (1 - point.pi))
        diagonal = np.ones((self.shape[0], 1))
        diagonal[-1] = self.constant * curvature.mean() + self.ridge
        return np.maximum(diagonal, _LEAST_CURVATURE)

    def products(self, point: Point, dtype: np.dtype[np.floating]) -> Product:
        """The function that returns H d, and the decisions of d, for a `d` of that `dtype`."""
        X, share, c = self._in(dtype)
        pi = point.pi.astype(dtype, copy=False)
        weighted = c[:, np.newaxis] * pi

        def product(d: FloatArray) -> tuple[FloatArray, FloatArray]:
            image = _push(X, d[:-1], share)
            image += self.constant * d[-1]
            if self.shape[1] == 1:
                pushed = weighted * (1 - pi) * image
            else:
                average = np.einsum("ij,ij->i", pi, image)[:, np.newaxis]
                pushed = weighted * (image - average)
            curved = np.empty_like(d)
            np.add(_pull(X, pushed, share), d[:-1], out=curved[:-1])
            curved[-1] = self.constant * pushed.sum(axis=0) + self.ridge * d[-1]
            return curved, image

        return product

    def _in(self, dtype: np.dtype[np.floating]) -> tuple[Any, FloatArray, FloatArray]:
        """X, the shares of the samples in the mean, and c, in that precision."""
        if dtype == np.float64:
            return self._X, self._share, self._c
        if self._rough is None:
            self._rough = tuple(part.astype(dtype) for part in (self._X, self._share, self._c))
        return self._rough


def _push(X: Any, w: FloatArray, share: FloatArray) -> FloatArray:
    """(X - 1 m') w with m = X' share."""
    z: FloatArray = X @ w
    z -= share @ z
    return z


def _pull(X: Any, u: FloatArray, share: FloatArray) -> FloatArray:
    """(X - 1 m')' u with m = X' share."""
    pulled: FloatArray = X.T @ (u - np.multiply.outer(share, u.sum(axis=0)))
    return pulled


def _values(X: Any) -> FloatArray:
    """All entries of a dense X, the stored ones of a CSR matrix."""
    values: FloatArray = X if isinstance(X, np.ndarray) else X.data
    return values


def _are_moderate(X: Any, c: FloatArray) -> bool:
    """True if squares of the entries and their sums by `c` stay far inside float32's range."""
    return bool(np.abs(_values(X)).max(initial=0.0) <= 1e3 and c.sum() <= 1e9)


class RegressionMinimum(NamedTuple):
    """The minimum `theta`, the number of steps, and whether it met the tolerance."""

    theta: FloatArray
    n_iter: int
    converged: bool


def minimise_regression(loss: SoftmaxLoss, *, tol: float, max_iter: int) -> RegressionMinimum:
    """Minimise `loss` from θ = 0, to a gradient of at most `tol` times ``loss.scale``."""
    theta = np.zeros(loss.shape)
    point = loss.at(np.zeros((loss.n_samples, loss.shape[1])), 0.0)
    first = previous = np.inf
    hidden = False
    for n_iter in range(max_iter + 1):
        gradient = loss.gradient(point, theta)
        largest = loss.largest_component(gradient)
        if largest <= tol * loss.scale or (hidden and largest > previous / 2):
            return RegressionMinimum(theta, n_iter, True)
        if n_iter == max_iter:
            break
        previous = largest

        metric = loss.preconditioner(point)
        size = float(np.sqrt((gradient * gradient / metric).sum()))
        first = size if n_iter == 0 else first
        eta = max(min(0.5, (size / first) ** 0.5), _STRICTER * tol * loss.scale / largest)
        dtype: np.dtype[Any] = loss.dtype if n_iter < _ROUGH_STEPS else _EXACT
        step, moved = _conjugate_step(loss, point, gradient, metric, eta, dtype)
        if dtype != _EXACT and np.vdot(gradient, step) >= 0:
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


def _conjugate_step(
    loss: SoftmaxLoss,
    point: Point,
    gradient: FloatArray,
    metric: FloatArray,
    eta: float,
    dtype: np.dtype[np.floating],
) -> tuple[FloatArray, FloatArray]:
    """s with H s = -g up to `eta`, and by how much it moves the decisions.

    Products with H are made in the precision `dtype`.
    """
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
        if size <= enough:  # at once where the gradient is so small that its square is 0
            break
        curved, image = product(direction)
        length = size / np.vdot(direction, curved)
        step += length * direction
        moved += length * image
        residual -= length * curved
        np.divide(residual, metric, out=scaled)
        before, size = size, np.vdot(residual, scaled)
        direction *= size / before
        direction += scaled
    if dtype == np.float64:
        return step, moved
    exact = step.astype(np.float64)
    return exact, loss.decisions(exact)
