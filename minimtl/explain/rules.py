"""Pending moves of a row, in plain NumPy: term by term, and by Gauss rules of few points.

Notation as in docs/deferred-adam.md: a row's last gradient came at step s, after which its moments
are m and r = √v. That step and the K steps after it, at which its gradient is zero, move each of
its weights by −m·f(r) in all::

    f(r) = Σ_k w_k z_k/(r + ε z_k),  k = 0 … K
    w_k = lr·β1^k/(1 − β1^{s+k}),   z_k = β2^{−k/2} √(1 − β2^{s+k})

Neither w nor z depends on the row. y_k = z_k/z_0 − 1 says how far z has grown since step s.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from minimtl.explain.station import Array
from minimtl.nn import Adam

# Fewer points are left where the measure has no more places than these tell apart.
_SPREAD = 1e-13


def pending_terms(adam: Adam, s: int, K: int) -> tuple[Array, Array]:
    """w_k and z_k for k = 0 … K, each (K + 1,)."""
    k = np.arange(K + 1)
    w = adam.learning_rate * adam.beta1**k / (1 - adam.beta1 ** (s + k))
    z = adam.beta2 ** (-k / 2) * np.sqrt(1 - adam.beta2 ** (s + k))
    return w, z


def deferred_move(
    adam: Adam, s: int, K: int, m: ArrayLike, r: ArrayLike, n_points: int = 0
) -> Array:
    """What K + 1 pending moves add to weights whose moments are m and r; of the shape of m.

    By all terms, or by a Gauss rule of `n_points`.
    """
    w, z = pending_terms(adam, s, K)
    if n_points:
        y, w = gauss_rule(w, z / z[0] - 1, n_points)
        z = (1 + y) * z[0]
    r = np.asarray(r)[..., np.newaxis]
    f = np.sum(w * z / (r + adam.eps * z), axis=-1)
    move: Array = -np.asarray(m) * f
    return move


class Rule(NamedTuple):
    """Places and weights of a Gauss rule."""

    places: Array
    weights: Array


def gauss_rule(w: Array, y: Array, n: int) -> Rule:
    """n places and weights that sum every polynomial of degree 2n − 1 as all (y_k, w_k) do.

    The polynomials that are orthogonal under the weights w satisfy a three-term recurrence. Its
    coefficients make a symmetric matrix, whose eigenvalues are the places (Golub & Welsch 1969).
    """
    centre = w @ y / w.sum()
    x, p_before, p = y - centre, np.zeros_like(y), np.full_like(y, w.sum() ** -0.5)
    diagonal, beside = [], [0.0]
    for _ in range(n):
        diagonal.append(w @ (x * p * p))
        q = (x - diagonal[-1]) * p - beside[-1] * p_before
        beside.append(np.sqrt(w @ (q * q)))
        if beside[-1] < _SPREAD:
            break
        p_before, p = p, q / beside[-1]
    off = beside[1 : len(diagonal)]
    places, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))
    return Rule(places + centre, w.sum() * vectors[0] ** 2)
