"""What a predictor of gains must beat: knowing the majority, and knowing the main task's name.

Notation
--------
y               1 where multi-task learning helped, shape (n_pairs,) or (n_fits, n_pairs)
train           which pairs each fit learns from, shape (n_fits, n_pairs), bool
task            number of each pair's main task, shape (n_pairs,), int64

Both answer with a probability of a gain for every pair, shape (n_fits, n_pairs), so that they
are scored by the same code as the model they stand beside.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def majority_probability(y: IntArray, train: BoolArray) -> FloatArray:
    """The share of gains among the training pairs, for every pair.

    Its decision is the majority class, and its Brier score and log loss are those of the base
    rate.
    """
    share = (train & (y == 1)).sum(axis=1) / train.sum(axis=1)
    return np.repeat(share[:, np.newaxis], train.shape[1], axis=1)


def identity_probability(y: IntArray, train: BoolArray, task: IntArray) -> FloatArray:
    """The share of gains among the training pairs of the same main task.

    One pair's worth of the overall share is added to each task, (k + p) / (n + 1): a task never
    seen in training gets the overall share, and one seen once is not believed outright.
    """
    member = (task[:, np.newaxis] == np.arange(task.max() + 1)).astype(float)
    gains = (train & (y == 1)).astype(float) @ member
    seen = train.astype(float) @ member
    share = majority_probability(y, train)[:, :1]
    rate: FloatArray = ((gains + share) / (seen + 1))[:, task]
    return rate
