"""A study from its definition to its report; many of them as a multiverse; tuning.

May import: system, stats, text, estimator, nn, corpora, report, jobs, tasks, gains.
"""

from minimtl.study.conductor import (
    conduct,
    merge_shards,
    plan_study,
    reopen_study,
    run_study,
    train_models,
    train_shard,
)
from minimtl.study.definition import (
    Study,
    define_studies,
    feature_maker,
)
from minimtl.study.multiverse.definemultiverse import define_multiverse, plan_multiverse
from minimtl.study.multiverse.runmultiverse import conduct_multiverse
from minimtl.study.multiverse.universes import DIFFERENCES, parse_choice
from minimtl.study.trainmodels import Conditions
from minimtl.study.tuning import make_grid, tune
from minimtl.study.tuningpage import draw_tuning, tuning_document, tuning_finding, tuning_table

__all__ = [
    "DIFFERENCES",
    "Conditions",
    "Study",
    "conduct",
    "conduct_multiverse",
    "define_multiverse",
    "define_studies",
    "draw_tuning",
    "feature_maker",
    "make_grid",
    "merge_shards",
    "parse_choice",
    "plan_multiverse",
    "plan_study",
    "reopen_study",
    "run_study",
    "train_models",
    "train_shard",
    "tune",
    "tuning_document",
    "tuning_finding",
    "tuning_table",
]
