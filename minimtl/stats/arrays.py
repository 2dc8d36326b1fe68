"""Names for the types of arrays, and arrays of numbers from whatever was given."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
IndexArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

_NOT_REAL = "cmM"  # kinds of dtype: complex numbers, durations, dates


def as_numbers(values: ArrayLike, name: str) -> NDArray[Any]:
    """`values` as an array of a real type: their own, or float64 of objects and spelled numbers.

    Raises
    ------
    ValueError
        Naming `name`, if they are not real numbers.
    """
    array = np.asarray(values)
    if array.dtype.kind in "buif":
        return array
    try:
        if array.dtype.kind not in _NOT_REAL:
            return array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(f"{name} must hold real numbers, not {array.dtype}.")
