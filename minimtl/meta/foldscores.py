"""Every score of many folds at once, from the probabilities their fits gave to every pair.

Notation
--------
y               1 where multi-task learning helped, shape (n_pairs,)
probability     of a gain, shape (n_fits, n_pairs); above one half is the decision "gain"
test            which pairs each fold is scored on, shape (n_fits, n_pairs), bool
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minimtl.stats import accuracy, brier_score, f1_score, log_loss, macro_f1

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class FoldScores:
    """Scores of each fold, all float64 of shape (n_fits,); F1 is that of "gain"."""

    f1: FloatArray
    accuracy: FloatArray
    macro_f1: FloatArray
    brier: FloatArray
    log_loss: FloatArray

    def means(self) -> dict[str, float]:
        """Each score averaged over the folds; NaN if there is none."""
        return {
            name: float(values.mean()) if values.size else float("nan")
            for name, values in vars(self).items()
        }


def score_folds(y: IntArray, probability: FloatArray, test: BoolArray) -> FoldScores:
    """Score each row of ``probability`` on the pairs of the same row of ``test``."""
    if not len(test):
        return FoldScores(*[np.empty(0)] * 5)
    decision = (probability > 0.5).astype(np.int64)
    return FoldScores(
        f1=np.asarray(f1_score(y, decision, test)),
        accuracy=np.asarray(accuracy(y, decision, test)),
        macro_f1=np.asarray(macro_f1(y, decision, test)),
        brier=np.asarray(brier_score(y, probability, test)),
        log_loss=np.asarray(log_loss(y, probability, test)),
    )
