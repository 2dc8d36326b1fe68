"""The reliability diagram: what became of the pairs to which the meta-model gave a probability."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


def reliability_diagram(
    y: NDArray[np.int64], probability: NDArray[np.float64]
) -> list[CalibrationBin]:
    """The bins of equal width that hold a prediction, from the lowest.

    Parameters
    ----------
    y : int64, shape (n,)
        1 where there was a gain.
    probability : float64, shape (n,)
        Of a gain, from a fit that had not seen the pair.
    """
    which = np.minimum((probability * N_BINS).astype(np.int64), N_BINS - 1)
    bins = []
    for number in np.unique(which):
        member = which == number
        bins.append(
            CalibrationBin(
                low=float(number) / N_BINS,
                high=float(number + 1) / N_BINS,
                predicted=float(probability[member].mean()),
                observed=float(y[member].mean()),
                n=int(member.sum()),
            )
        )
    return bins
