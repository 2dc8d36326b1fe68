"""A study from its definition to its report; many of them as a multiverse; tuning.

May import: system, stats, text, estimator, nn, corpora, report, jobs, tasks, gains.
"""

from minimtl.study.conductor import (
    conduct,
    merge_shards,
    plan_study,
    reopen_study,
    run_study,
    train_shard,
)
from minimtl.study.definition import Study, define_studies, feature_maker, jobs_of
from minimtl.study.multiverse import conduct_multiverse, define_multiverse, plan_multiverse
from minimtl.study.training import Conditions, train_models
from minimtl.study.tuning import tune, write_tuning
from minimtl.study.universes import DIFFERENCES, parse_choice

__all__ = [
    "DIFFERENCES",
    "Conditions",
    "Study",
    "conduct",
    "conduct_multiverse",
    "define_multiverse",
    "define_studies",
    "feature_maker",
    "jobs_of",
    "merge_shards",
    "parse_choice",
    "plan_multiverse",
    "plan_study",
    "reopen_study",
    "run_study",
    "train_models",
    "train_shard",
    "tune",
    "write_tuning",
]
