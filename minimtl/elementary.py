"""Elementary functions that give the same bits on every processor.

NumPy's have code of their own for processors with wide vectors, and round differently there.
SciPy's special functions call the C library for one number after another. Whatever decides a
weight, a feature or a label is computed by these.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special


def log(x: ArrayLike) -> NDArray[np.float64]:
    """Natural logarithm of float64 numbers, of any shape; −∞ at 0."""
    logarithm: NDArray[np.float64] = special.xlogy(1.0, np.asarray(x, np.float64))
    return logarithm


def log1p(x: ArrayLike) -> NDArray[np.float64]:
    """ln(1 + x), exact for small x too."""
    logarithm: NDArray[np.float64] = special.log1p(np.asarray(x, np.float64))
    return logarithm


def expm1(x: ArrayLike) -> NDArray[np.float64]:
    """e^x − 1, exact for small x too."""
    difference: NDArray[np.float64] = special.expm1(np.asarray(x, np.float64))
    return difference


def powers(base: float, exponents: Any) -> NDArray[np.float64]:
    """``base ** k`` for each k of `exponents`, (n,); 0 where it is too small for float64."""
    return np.array([base**k for k in np.asarray(exponents, np.float64).tolist()])
