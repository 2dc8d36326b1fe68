"""What logistic and softmax regression minimise, with gradient and Hessian.

Notation
--------
x       a row of X with a 1 appended for the intercept, shape (p,), p = n_features + 1
s       sample weights, shape (n_fits, n) or (n,); 0 leaves a sample out
z       class as a sign, +1 or -1, shape (n_fits, n)
θ       coefficients, the intercept last, shape (n_fits, p)
Λ       penalty, shape (n_fits, p, p): the identity, with a 0 for an intercept that is free
σ(u)    1 / (1 + e^-u)

Two classes, margin u = z x·θ:

    f = C Σ s ln(1 + e^-u) + ½ θ'Λθ,   g = -C Σ s z σ(-u) x + Λθ,   H = C Σ s σ(u) σ(-u) x x' + Λ.

K classes with a θ_k each, π = softmax(x·θ_1, …, x·θ_K):

    f = -C Σ s ln π_y + ½ Σ_k θ_k'Λθ_k,   g_k = C Σ s (π_k - [y = k]) x + Λθ_k,
    H_kl = C Σ s (π_k [k = l] - π_k π_l) x x' + [k = l] Λ.

C weighs the data against the penalty, as in scikit-learn.

Derived in docs/mathematics.md, §7.
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import expit, log_expit, log_softmax

from minimtl.stats.arrays import FloatArray, IndexArray

_ROWS_AT_ONCE = 1 << 14  # of `BlockedLoss`: 4 MB with 31 parameters


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


class BlockedLoss:
    """The logistic loss of one fit to many samples, some rows at a time: the arrays stay small.

    Parameters
    ----------
    X : float64, shape (n, p - 1)
        Without the column of ones.
    signs : float64, shape (n,)
    penalty : float64, shape (p, p)
    """

    n_fits = 1

    def __init__(self, X: FloatArray, signs: FloatArray, C: float, penalty: FloatArray):
        self.n_params = X.shape[1] + 1
        self._X, self._signs, self._C, self._penalty = X, signs, C, penalty
        self.scale = np.sum([block.scale for block in self._blocks()], axis=0)

    def value(self, theta: FloatArray, fits: IndexArray) -> FloatArray:
        penalty = np.einsum("ij,jk,ik->i", theta, self._penalty, theta) / 2
        total: FloatArray = penalty + np.sum([b.value(theta, fits) for b in self._blocks()], axis=0)
        return total

    def gradient_and_hessian(
        self, theta: FloatArray, fits: IndexArray
    ) -> tuple[FloatArray, FloatArray]:
        gradient = theta @ self._penalty
        hessian = self._penalty[np.newaxis].copy()
        for block in self._blocks():
            of_block = block.gradient_and_hessian(theta, fits)
            gradient += of_block[0]
            hessian += of_block[1]
        return gradient, hessian

    def _blocks(self) -> Iterator[BinaryLoss]:
        for start in range(0, len(self._X), _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            X = np.column_stack([self._X[some], np.ones(len(self._signs[some]))])
            ones = np.ones((1, len(X)))
            yield BinaryLoss(X, self._signs[some], ones, self._C, np.zeros_like(self._penalty))


class SoftmaxLoss:
    """The loss of one softmax regression, a batch of one: the only fit in `fits` is number 0.

    Parameters
    ----------
    X : float64, shape (n, p)
        The last column is ones.
    y : intp, shape (n,)
        Classes 0 … n_classes - 1.
    weights : float64, shape (n,)
    penalty : float64, shape (p, p)
    """

    n_fits = 1

    def __init__(
        self,
        X: FloatArray,
        y: IndexArray,
        weights: FloatArray,
        C: float,
        penalty: FloatArray,
        n_classes: int,
    ):
        self.n_params = n_classes * X.shape[1]
        self._X, self._y, self._weights = X, y, C * weights
        self._penalty, self._shape = penalty, (n_classes, X.shape[1])
        self.scale = (self._weights @ np.abs(X)).max(keepdims=True)

    def value(self, theta: FloatArray, fits: IndexArray) -> FloatArray:
        coef = theta.reshape(self._shape)
        log_pi = log_softmax(self._X @ coef.T, axis=1)[np.arange(len(self._y)), self._y]
        penalty = np.einsum("kj,jl,kl->", coef, self._penalty, coef)
        return np.atleast_1d(penalty / 2 - self._weights @ log_pi)

    def gradient_and_hessian(
        self, theta: FloatArray, fits: IndexArray
    ) -> tuple[FloatArray, FloatArray]:
        coef = theta.reshape(self._shape)
        pi = np.exp(log_softmax(self._X @ coef.T, axis=1))
        surplus = pi.copy()
        surplus[np.arange(len(self._y)), self._y] -= 1
        gradient = (surplus * self._weights[:, np.newaxis]).T @ self._X + coef @ self._penalty
        return gradient.reshape(1, -1), self._hessian(pi).reshape(1, self.n_params, self.n_params)

    def _hessian(self, pi: FloatArray) -> FloatArray:
        n_classes, p = self._shape
        hessian = np.empty((n_classes, p, n_classes, p))
        for k in range(n_classes):
            for m in range(k + 1):
                curvature = self._weights * (pi[:, k] * (k == m) - pi[:, k] * pi[:, m])
                block = (self._X * curvature[:, np.newaxis]).T @ self._X + (k == m) * self._penalty
                hessian[k, :, m, :] = hessian[m, :, k, :] = block
        if self._penalty[-1, -1] == 0:
            # Adding one number to all free intercepts changes nothing: H is singular along that
            # direction, and g has no part in it. Any curvature there leaves Newton's step alone.
            hessian[:, -1, :, -1] += max(hessian[:, -1, :, -1].max(), np.finfo(float).tiny)
        return hessian
