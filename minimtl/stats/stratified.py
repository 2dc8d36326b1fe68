"""Random parts and draws that keep the classes in proportion.

Notation: n samples with classes ``labels``, int64 (n,).
"""

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def stratified_parts(labels: IntArray, n_parts: int, rng: np.random.Generator) -> IntArray:
    """The part of each sample, 0 … n_parts − 1, drawn anew; int64 (n,).

    Parts differ by one sample at most, in all and in each class: a class goes on with the part
    after the one where the class before it ended.
    """
    part = np.empty(len(labels), np.int64)
    n_dealt = 0
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        part[members] = (n_dealt + np.arange(len(members))) % n_parts
        n_dealt += len(members)
    return part


def draw_per_class(rows: IntArray, labels: IntArray, n: int, rng: np.random.Generator) -> IntArray:
    """At most `n` of the `rows` of each class at random, ascending; `labels` are of all samples."""
    shuffled = rng.permutation(rows)
    chosen = [shuffled[labels[shuffled] == label][:n] for label in np.unique(labels[rows])]
    drawn: IntArray = np.sort(np.concatenate(chosen))
    return drawn
