"""Logistic and softmax regression of many features, by products with X and its transpose alone.

The losses are those of `minimtl.stats.logistic_loss`, without their Hessians.

Notation
--------
X       samples, shape (n, p), dense or CSR
c       C times the sample weights, shape (n,)
m       weighted mean of the rows of X, shape (p,), where the intercept is free, else 0
A       X - 1 m'
θ       shape (p + 1, K): coefficients w, and in the last row β = b + m·w, with b the intercept
z       decisions X w + b = A w + β, shape (n, K)
π       probabilities of the classes, shape (n, K)
K       1 for two classes, with z the log odds of the second, else the number of classes

In terms of β instead of b the features are centred, without A being made: A w is X w without its
weighted mean, and A' u is X' u', with u' = u - c Σu / Σc. No entry of TF-IDF is negative, so that
otherwise the direction of m has by far the largest curvature, and most steps are spent on it.

Derived in docs/mathematics.md, §7.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy.special import expit

from minimtl.stats.arrays import FloatArray, IndexArray

Product: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


class Point(NamedTuple):
    """The loss at some θ: `value`, and what the gradient and the Hessian there are made of.

    `decisions` are z, `residual` is df/dz and `pi` has the probabilities π, for K = 1 that of the
    second class; shapes (n, K).
    """

    decisions: FloatArray
    value: float
    residual: FloatArray
    pi: FloatArray


class ProductLoss:
    """The loss of one regression, by products with `X`.

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
        self.dtype = np.dtype(np.float64 if n_classes == 2 or not _is_moderate(X) else np.float32)
        self._X, self._y, self._c = X, y, C * weights
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
            surprise = np.logaddexp(0, z) - self._is_second * z
            pi = expit(decisions)
            residual = (self._c * (pi[:, 0] - self._is_second))[:, np.newaxis]
        else:
            top = decisions.max(axis=1, keepdims=True)
            pi = np.exp(decisions - top)
            sums = pi.sum(axis=1, keepdims=True)
            pi /= sums
            own = np.arange(self.n_samples), self._y
            surprise = (np.log(sums) + top)[:, 0] - decisions[own]
            residual = pi.copy()
            residual[own] -= 1
            residual *= self._c[:, np.newaxis]
        return Point(decisions, float(self._c @ surprise + penalty), residual, pi)

    def push(self, w: FloatArray) -> FloatArray:
        """A w, shape (n, K)."""
        return _push(self._X, w, self._share)

    def pull(self, u: FloatArray) -> FloatArray:
        """A' u, shape (p, K)."""
        return _pull(self._X, u, self._share)

    def decisions(self, theta: FloatArray) -> FloatArray:
        """z of `theta`, shape (n, K)."""
        z: FloatArray = self.push(theta[:-1]) + self.constant * theta[-1]
        return z

    def gradient(self, point: Point, theta: FloatArray) -> FloatArray:
        """By w and β, shape (p + 1, K)."""
        by_beta = self.constant * point.residual.sum(axis=0) + self.ridge * theta[-1]
        return np.vstack([self.pull(point.residual) + theta[:-1], by_beta])

    def largest_component(self, by_w: FloatArray, by_beta: FloatArray) -> float:
        """Of the gradient by w and b, from that by w (p, K) and β (K,)."""
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
        return np.maximum(diagonal, np.finfo(np.float32).tiny)

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


def _is_moderate(X: Any) -> bool:
    """Whether squares and sums of the entries stay far inside the range of float32."""
    return bool(np.abs(_values(X)).max(initial=0.0) <= 1e3)
