"""A study from its definition to its report; many of them as a multiverse; tuning.

May import: system, stats, text, nn, corpora, report, jobs, tasks, gains.
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
    count_processors,
    define_study,
    feature_maker,
    identity_of,
)
from minimtl.study.manifest import Stopwatch, finished_manifest, make_manifest, write_manifest
from minimtl.study.multiverse.choices import DIFFERENCES, parse_choice
from minimtl.study.multiverse.definemultiverse import define_multiverse, plan_multiverse
from minimtl.study.multiverse.runmultiverse import conduct_multiverse
from minimtl.study.trainmodels import Conditions
from minimtl.study.tuning.figure import draw_tuning
from minimtl.study.tuning.grid import make_grid
from minimtl.study.tuning.summary import tuning_document, tuning_finding, tuning_table
from minimtl.study.tuning.tuning import tune

__all__ = [
    "DIFFERENCES",
    "Conditions",
    "Stopwatch",
    "Study",
    "conduct",
    "conduct_multiverse",
    "count_processors",
    "define_multiverse",
    "define_study",
    "draw_tuning",
    "feature_maker",
    "finished_manifest",
    "identity_of",
    "make_grid",
    "make_manifest",
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
    "write_manifest",
]
