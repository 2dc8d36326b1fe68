"""The Jensen-Shannon divergence between two discrete distributions.

Notation
--------
p, q    distributions over the same outcomes, shape (n_outcomes,), float64
m       their mean, (p + q) / 2

    JSD(p, q) = 1/2 Σ p ln(p / m) + 1/2 Σ q ln(q / m)        (Lin 1991)

Derived in docs/mathematics.md, §5.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr

from minimtl.estimator.validation import is_sparse
from minimtl.stats.arrays import FloatArray, as_numbers

LN2 = math.log(2.0)


def jensen_shannon_divergence(p: ArrayLike, q: ArrayLike) -> float:
    """Jensen-Shannon divergence of `p` and `q` in nats.

    SciPy's ``scipy.spatial.distance.jensenshannon`` is its square root.

    Parameters
    ----------
    p, q : array-like, shape (n_outcomes,)
        Counts or probabilities; each is divided by its sum.

    Returns
    -------
    float
        Between 0 (exactly, where ``p`` equals ``q``) and ln 2.

    Raises
    ------
    ValueError
        For a negative, non-finite or complex entry, a distribution without mass or whose sum is
        beyond float64, or different numbers of outcomes.

    References
    ----------
    J. Lin (1991), Divergence measures based on the Shannon entropy, IEEE Transactions on
    Information Theory 37(1).
    """
    p, q = _checked(p, "p"), _checked(q, "q")
    if len(p) != len(q):
        raise ValueError(
            f"p and q must have the same number of outcomes, got {len(p)} and {len(q)}."
        )
    return _divergence(p, q)


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
    """`values` as a vector of non-negative numbers with a positive sum."""
    if is_sparse(values):
        raise ValueError(f"{name} is a sparse matrix; pass {name}.toarray().")
    values = as_numbers(values, name)
    if values.ndim != 1 or not len(values):
        raise ValueError(f"{name} must be a vector with at least one outcome, got {values.shape}.")
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum(dtype=np.float64)
    if not np.isfinite(total):
        raise ValueError(f"{name} contains NaN or infinity, or its sum is too large.")
    if values.min() < 0:
        raise ValueError(f"{name} contains negative values.")
    if not total > 0:
        raise ValueError(f"{name} contains a distribution whose values are all zero.")
    return values
