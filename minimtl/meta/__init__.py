"""Can gains be predicted: designs of folds, the meta-model, its scores and their intervals.

May import: stats, execution, study.
"""

from minimtl.meta.analysis import Analysed, conclude
from minimtl.meta.dependence import mean_of_gains, pair_levels
from minimtl.meta.designs import (
    DESIGNS,
    HELD_OUT,
    Design,
    held_out_designs,
    main_tasks,
    make_designs,
    table_designs,
)
from minimtl.meta.estimate import NO_ESTIMATE, Estimate, estimate, estimate_from, estimate_mean
from minimtl.meta.foldscores import (
    identity_probability,
    majority_probability,
    names_probability,
    score_folds,
    score_pairs,
)
from minimtl.meta.heldout import (
    HeldOutScores,
    Labellings,
    accuracies,
    accuracy_p_value,
    draw_labels,
    score_held_out,
    unseen_predictions,
)
from minimtl.meta.importance import fit_all_pairs
from minimtl.meta.labelnoise import LabelNoise, label_noise
from minimtl.meta.model import fit_design, of_unseen
from minimtl.meta.resampling import task_counts
from minimtl.meta.scores import SetScores, score_set

__all__ = [
    "DESIGNS",
    "HELD_OUT",
    "NO_ESTIMATE",
    "Analysed",
    "Design",
    "Estimate",
    "HeldOutScores",
    "LabelNoise",
    "Labellings",
    "SetScores",
    "accuracies",
    "accuracy_p_value",
    "conclude",
    "draw_labels",
    "estimate",
    "estimate_from",
    "estimate_mean",
    "fit_all_pairs",
    "fit_design",
    "held_out_designs",
    "identity_probability",
    "label_noise",
    "main_tasks",
    "majority_probability",
    "make_designs",
    "mean_of_gains",
    "names_probability",
    "of_unseen",
    "pair_levels",
    "score_folds",
    "score_held_out",
    "score_pairs",
    "score_set",
    "table_designs",
    "task_counts",
    "unseen_predictions",
]
