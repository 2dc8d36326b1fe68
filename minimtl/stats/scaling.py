"""Features on one scale: to [0, 1], or to mean 0 and standard deviation 1.

Both are ``(x - center) / scale`` for each feature, with

    "minmax"        center = min,   scale = max - min
    "standard"      center = mean,  scale = √(mean (x - mean)²)

and scale = 1 where that is no more than rounding, so that a constant feature becomes 0 (as
scikit-learn's ``MinMaxScaler`` and ``StandardScaler`` do). Inside a
cross-validation both are taken from the training samples only, and test samples may fall outside
[0, 1].

Derived in docs/mathematics.md, §8.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from minimtl.stats.arrays import BoolArray, FloatArray

Scaling = Literal["minmax", "standard"]

# Means over runs of one number may differ by some roundings; scaled by those, another sample's
# feature could be 1e16 standard deviations away.
_ROUNDING = 10 * np.finfo(np.float64).eps


def scaling_parameters(
    X: ArrayLike, scaling: Scaling, masks: BoolArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Center and scale of the features of `X`, from all samples or from each of several sets.

    Parameters
    ----------
    X : array-like, shape (n, n_features)
    masks : bool, shape (n_sets, n), optional
        The samples of each set.

    Returns
    -------
    center, scale : float64, shape (n_features,), or (n_sets, n_features) with `masks`
    """
    X = np.asarray(X, np.float64)
    if masks is not None:
        sets = [scaling_parameters(X[mask], scaling) for mask in masks]
        return np.array([center for center, _ in sets]), np.array([scale for _, scale in sets])
    if scaling == "minmax":
        center = X.min(axis=0)
        spread = X.max(axis=0) - center
    elif scaling == "standard":
        center, spread = X.mean(axis=0), X.std(axis=0)
    else:
        raise ValueError(f"scaling must be 'minmax' or 'standard', got {scaling!r}.")
    is_constant = np.ptp(X, axis=0) <= _ROUNDING * np.abs(X).max(axis=0)
    return center, np.where(is_constant, 1.0, spread)


def scale_features(X: ArrayLike, scaling: Scaling) -> FloatArray:
    """`X` with every feature scaled over all samples, shape (n, n_features)."""
    center, scale = scaling_parameters(X, scaling)
    scaled: FloatArray = (np.asarray(X, np.float64) - center) / scale
    return scaled
