"""Weights of classes, as scikit-learn's `class_weight` has them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from minimtl.estimator.validation import check_sample_weight


def check_class_weight(class_weight: Any) -> None:
    """Raise ValueError for anything but a dict of number by label, "balanced" or None."""
    if class_weight is None or isinstance(class_weight, Mapping):
        return
    if not (isinstance(class_weight, str) and class_weight == "balanced"):
        raise ValueError(f"class_weight must be a dict, 'balanced' or None, got {class_weight!r}.")


def class_factors(
    class_weight: Any, classes: np.ndarray, y: np.ndarray, sample_weight: np.ndarray
) -> np.ndarray:
    """By how much `class_weight` multiplies the loss of the samples of each class, (n_classes,).

    "balanced" gives all classes the same total: n / (n_classes · n_c) for a class of n_c of the n
    samples, both counted by `sample_weight`. A label that a dict lacks has 1.

    Parameters
    ----------
    classes : (n_classes,)
        The sorted labels.
    y : (n_samples,)
        The class of each sample, as its place among them.

    Raises
    ------
    ValueError
        For a label that is not among the classes, or a weight that is negative or not finite.
    """
    n_classes = len(classes)
    if class_weight is None:
        return np.ones(n_classes)
    if isinstance(class_weight, str):
        totals = np.bincount(y, sample_weight, minlength=n_classes)
        balanced: np.ndarray = sample_weight.sum() / (
            n_classes * np.maximum(totals, np.finfo(float).tiny)
        )
        return balanced
    unknown = [label for label in class_weight if label not in classes]
    if unknown:
        raise ValueError(f"class_weight has the class {unknown[0]!r}, which is not in y.")
    factors = [class_weight.get(label, 1.0) for label in classes.tolist()]
    return check_sample_weight(factors, n_classes)
