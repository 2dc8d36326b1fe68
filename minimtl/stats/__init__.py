"""Statistics on arrays: divergences, curves, classifiers, intervals. No files, no clocks.

May import: estimator.
"""

from minimtl.stats.arrays import BoolArray, FloatArray, IntArray
from minimtl.stats.crossed import (
    NO_ESTIMATE,
    Components,
    Effects,
    Estimate,
    crossed_effects,
    estimate,
    estimate_from,
    estimate_mean,
    fit_components,
    simulate_gains,
)
from minimtl.stats.crossval import (
    cross_validate,
    draw_per_class,
    repeated_k_fold,
    stratified_parts,
)
from minimtl.stats.curves import (
    LogCurve,
    central_difference,
    fit_log_curve,
    fit_log_curves,
)
from minimtl.stats.divergence import jensen_shannon_divergence
from minimtl.stats.intervals import (
    LEVEL,
    MeanEstimate,
    corrected_mean,
    further_runs,
    holm,
    label_largest,
    mean_of_runs,
    pseudo_values,
    pseudo_values_of_means,
    simulated_p_value,
)
from minimtl.stats.logistic import LogisticRegression
from minimtl.stats.logistic_fit import fit_logistic_regression, scale_features, scaling_parameters
from minimtl.stats.scores import (
    accuracy,
    auc_within,
    brier_score,
    decide,
    f1_score,
    inverse_ranks,
    log_loss,
    macro_f1,
    rank_correlation_within,
    spearman,
)

__all__ = [
    "LEVEL",
    "NO_ESTIMATE",
    "BoolArray",
    "Components",
    "Effects",
    "Estimate",
    "FloatArray",
    "IntArray",
    "LogCurve",
    "LogisticRegression",
    "MeanEstimate",
    "accuracy",
    "auc_within",
    "brier_score",
    "central_difference",
    "corrected_mean",
    "cross_validate",
    "crossed_effects",
    "decide",
    "draw_per_class",
    "estimate",
    "estimate_from",
    "estimate_mean",
    "f1_score",
    "fit_components",
    "fit_log_curve",
    "fit_log_curves",
    "fit_logistic_regression",
    "further_runs",
    "holm",
    "inverse_ranks",
    "jensen_shannon_divergence",
    "label_largest",
    "log_loss",
    "macro_f1",
    "mean_of_runs",
    "pseudo_values",
    "pseudo_values_of_means",
    "rank_correlation_within",
    "repeated_k_fold",
    "scale_features",
    "scaling_parameters",
    "simulate_gains",
    "simulated_p_value",
    "spearman",
    "stratified_parts",
]
