"""Can gains be predicted: designs of folds, the meta-model, its scores and their intervals.

May import: stats, execution, study.
"""

from minimtl.meta.analysis import Analysed, conclude
from minimtl.meta.designs import (
    DESIGNS,
    HELD_OUT,
    Design,
    held_out_designs,
    main_tasks,
    make_designs,
)
from minimtl.meta.estimate import NO_ESTIMATE, Estimate, estimate, estimate_from, estimate_mean
from minimtl.meta.foldscores import score_pairs
from minimtl.meta.heldout import HeldOutScores, unseen_predictions
from minimtl.meta.importance import fit_all_pairs
from minimtl.meta.resampling import bootstrap_counts
from minimtl.meta.scores import SetScores, score_set

__all__ = [
    "DESIGNS",
    "HELD_OUT",
    "NO_ESTIMATE",
    "Analysed",
    "Design",
    "Estimate",
    "HeldOutScores",
    "SetScores",
    "bootstrap_counts",
    "conclude",
    "estimate",
    "estimate_from",
    "estimate_mean",
    "fit_all_pairs",
    "held_out_designs",
    "main_tasks",
    "make_designs",
    "score_pairs",
    "score_set",
    "unseen_predictions",
]
