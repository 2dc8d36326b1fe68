"""The losses of logistic and softmax regression: of many fits of two classes, and of one of any.

Notation
--------
x       a row of X, shape (n_features,); `BinaryLoss` has a 1 appended for the intercept
s       sample weights; 0 leaves a sample out
c       C times the sample weights, shape (n,)
σ(u)    1 / (1 + e^-u)
θ       coefficients, the intercept last
Λ       penalty: the identity, with a 0 for an intercept that is free

Two classes with signs z = +1 or -1 (`BinaryLoss`), margin u = z x·θ:

    f = C Σ s ln(1 + e^-u) + ½ θ'Λθ,   g = -C Σ s z σ(-u) x + Λθ,   H = C Σ s σ(u) σ(-u) x x' + Λ.

K classes with a θ_k each (`SoftmaxLoss`), π = softmax(x·θ_1, …, x·θ_K):

    f = -C Σ s ln π_y + ½ Σ_k θ_k'Λθ_k,   g_k = C Σ s (π_k - [y = k]) x + Λθ_k,
    H_kl = C Σ s (π_k [k = l] - π_k π_l) x x' + [k = l] Λ.

C weighs the data against the penalty, as in scikit-learn.

`SoftmaxLoss` has shapes of its own:

m       weighted mean of the rows of X, shape (p,), where the intercept is free, else 0
A       X - 1 m'
θ       shape (p + 1, K): coefficients w, and in the last row β = b + m·w, with b the intercept
o       decisions X w + b = A w + β, shape (n, K)
π       probabilities of the classes, shape (n, K)
K       1 for two classes, with o the log odds of the second, else the number of classes

In terms of β instead of b the features are centred, without A being made: A w is X w without its
weighted mean, and A' u is X' u', with u' = u - c Σu / Σc. No entry of TF-IDF is negative, so that
otherwise the direction of m has by far the largest curvature, and most steps are spent on it.

Derived in docs/mathematics.md, §7.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from scipy.special import expit, log_expit

from minimtl.stats.arrays import FloatArray, IndexArray

Product: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

# An intercept whose samples are all told for sure has no curvature; it moves as if it had this.
_LEAST_CURVATURE = float(np.finfo(np.float32).tiny)


class BinaryLoss:
    """Logistic losses of many weightings, and possibly labellings, of the same samples.

    Parameters
    ----------
    X : float64, shape (n, p)
        The last column is ones.
    signs : float64, shape (n,) or (n_fits, n)
    weights : float64, shape (n_fits, n)
    penalty : float64, shape (p, p) or (n_fits, p, p)
    """

    def __init__(
        self, X: FloatArray, signs: FloatArray, weights: FloatArray, C: float, penalty: FloatArray
    ):
        self.n_fits, self.n_params = len(weights), X.shape[1]
        self._X, self._weights = X, C * weights
        self._signs = np.broadcast_to(signs, weights.shape)
        self._penalty = np.broadcast_to(penalty, (self.n_fits, self.n_params, self.n_params))
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
            true = np.arange(self.n_samples), self._y
            surprise = (np.log(sums) + top)[:, 0] - decisions[true]
            residual = pi.copy()
            residual[true] -= 1
            residual *= self._c[:, np.newaxis]
        return Point(decisions, float(self._c @ surprise + penalty), residual, pi)

    def push(self, w: FloatArray) -> FloatArray:
        """A w, shape (n, K)."""
        return _push(self._X, w, self._share)

    def pull(self, u: FloatArray) -> FloatArray:
        """A' u, shape (p, K)."""
        return _pull(self._X, u, self._share)

    def decisions(self, theta: FloatArray) -> FloatArray:
        """o of `theta`, shape (n, K)."""
        z: FloatArray = self.push(theta[:-1]) + self.constant * theta[-1]
        return z

    def gradient(self, point: Point, theta: FloatArray) -> FloatArray:
        """By w and β, shape (p + 1, K)."""
        by_beta = self.constant * point.residual.sum(axis=0) + self.ridge * theta[-1]
        return np.vstack([self.pull(point.residual) + theta[:-1], by_beta])

    def largest_component(self, by_w: FloatArray, by_beta: FloatArray) -> float:
        """The largest part of the gradient by w and b, from that by w (p, K) and β (K,)."""
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

    def hessian(self, point: Point) -> FloatArray:
        """H of a dense `X`, shape (p + 1, K, p + 1, K)."""
        n_params, n_outputs = self.shape
        A = np.column_stack([self._X - self.mean, np.full(self.n_samples, self.constant)])
        penalty = np.append(np.ones(n_params - 1), self.ridge)
        hessian = np.empty((n_params, n_outputs, n_params, n_outputs))
        for k in range(n_outputs):
            for m in range(k + 1):
                pi_k, pi_m = point.pi[:, k], point.pi[:, m]
                curvature = self._c * (pi_k * (1 - pi_k) if k == m else -pi_k * pi_m)
                block = (A * curvature[:, np.newaxis]).T @ A + np.diag(penalty * (k == m))
                hessian[:, k, :, m] = hessian[:, m, :, k] = block
        of_beta = hessian[-1, :, -1, :]
        if n_outputs > 1 and not self.ridge:
            # Adding one number to all free intercepts changes nothing: H is singular along that
            # direction, and g has no part in it. Any curvature there leaves Newton's step alone.
            of_beta += max(of_beta.max(), _LEAST_CURVATURE)
        else:
            of_beta += np.diag(np.where(np.diag(of_beta) < _LEAST_CURVATURE, _LEAST_CURVATURE, 0))
        return hessian

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
    """True if squares and sums of the entries stay far inside the range of float32."""
    return bool(np.abs(_values(X)).max(initial=0.0) <= 1e3)
