"""The reliability diagram: the share of gains among pairs with about the same probability."""

from typing import NamedTuple

import numpy as np

from minimtl.stats import FloatArray, IntArray

N_BINS = 10


class CalibrationBin(NamedTuple):
    """Predictions with ``low`` <= probability < ``high``; the last bin takes 1 as well.

    ``predicted`` is their mean, ``observed`` the share of gains among them, ``n`` their number.
    """

    low: float
    high: float
    predicted: float
    observed: float
    n: int


def reliability_diagram(y: IntArray, probability: FloatArray) -> list[CalibrationBin]:
    """The bins of equal width that hold a prediction, from the lowest.

    Parameters
    ----------
    y : int64, shape (n,)
        1 where there was a gain.
    probability : float64, shape (n,)
        Of a gain, from a fit that had not seen the pair.
    """
    which = np.minimum((probability * N_BINS).astype(np.int64), N_BINS - 1)
    return [
        CalibrationBin(
            low=float(number) / N_BINS,
            high=float(number + 1) / N_BINS,
            predicted=float(probability[which == number].mean()),
            observed=float(y[which == number].mean()),
            n=int((which == number).sum()),
        )
        for number in np.unique(which)
    ]
