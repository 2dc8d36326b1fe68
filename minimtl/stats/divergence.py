"""The Jensen-Shannon divergence between two discrete distributions.

Notation
--------
p, q    distributions over the same outcomes, shape (..., n_outcomes), float64
m       their mean, (p + q) / 2

    JSD(p, q) = 1/2 Σ p ln(p / m) + 1/2 Σ q ln(q / m)        (Lin 1991)

Derived in docs/mathematics.md, §5.
"""

import math
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

from minimtl.estimator import is_sparse
from minimtl.stats.arrays import FloatArray, as_numbers

LN2 = math.log(2.0)


def jensen_shannon_divergence(
    p: ArrayLike, q: ArrayLike, base: float | None = None
) -> float | FloatArray:
    """Jensen-Shannon divergence of `p` and `q` along the last axis.

    SciPy's ``scipy.spatial.distance.jensenshannon`` is its square root.

    Parameters
    ----------
    p, q : array-like, shape (..., n_outcomes)
        Counts or probabilities; each is divided by its sum. Leading axes broadcast.
    base : float, optional
        Base of the logarithm, greater than 1; without it the unit is the nat.

    Returns
    -------
    float, or float64 array with the broadcast leading shape
        Between 0 (exactly, where ``p`` equals ``q``) and ln 2, or log_base 2.

    Raises
    ------
    ValueError
        For a negative, non-finite or complex entry, a distribution without mass or whose sum is
        beyond float64, last axes of different length, leading axes that do not broadcast, or a
        base that is not above 1.

    References
    ----------
    J. Lin (1991), Divergence measures based on the Shannon entropy, IEEE Transactions on
    Information Theory 37(1).
    """
    unit = 1.0 if base is None else _nats_per_unit(base)
    p, q = _checked(p, "p"), _checked(q, "q")
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(
            f"p and q must have the same number of outcomes, got {p.shape[-1]} and {q.shape[-1]}."
        )
    if p.ndim == q.ndim == 1:
        return _divergence(p, q) / unit
    p, q = np.broadcast_arrays(p, q)
    result = np.empty(p.shape[:-1])
    for index in np.ndindex(*result.shape):
        result[index] = _divergence(p[index], q[index])
    return result / unit


def _divergence(p: NDArray[np.generic], q: NDArray[np.generic]) -> float:
    """Divergence in nats of two vectors of counts or probabilities."""
    # From here on nothing has the size of the vocabulary: a fresh array of its size costs more
    # in page faults than the arithmetic on it.
    (support,) = np.nonzero(np.logical_or(p, q))
    p, q = _normalised(p[support]), _normalised(q[support])
    m = (p + q) / 2

    # The same bits on every processor: a logarithm of the C library, and NumPy's own sum.
    p_part, q_part = rel_entr(p, m).sum(), rel_entr(q, m).sum()
    return min(max(float(p_part + q_part) / 2, 0.0), LN2)


def _normalised(counts: NDArray[np.generic]) -> FloatArray:
    values = counts.astype(np.float64)
    probabilities: FloatArray = values / values.sum()
    return probabilities


def _checked(values: ArrayLike, name: str) -> NDArray[np.generic]:
    """`values` as an array of non-negative numbers with a positive sum along the last axis."""
    if is_sparse(values):
        raise ValueError(f"{name} is a sparse matrix; pass {name}.toarray().")
    values = as_numbers(values, name)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise ValueError(f"{name} must have at least one outcome along its last axis.")
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum(axis=-1, dtype=np.float64)
    if not np.isfinite(total).all():
        raise ValueError(f"{name} contains NaN or infinity, or its sum is too large.")
    if values.min(initial=0) < 0:
        raise ValueError(f"{name} contains negative values.")
    if not (total > 0).all():
        raise ValueError(f"{name} contains a distribution whose values are all zero.")
    return values


def _nats_per_unit(base: float) -> float:
    if not (isinstance(base, Real) and 1 < base < math.inf):
        raise ValueError(f"base must be greater than 1 and finite, got {base!r}.")
    return math.log(base)
