"""A study from its settings to its report; many of them as a multiverse; tuning.

May import: system, stats, text, nn, corpora, report, jobs, tasks, gains.
"""

from minimtl.study.conduct import Study, count_processors, feature_maker, identity_of, train_models
from minimtl.study.estimate import kinds_of, seconds_of
from minimtl.study.manifest import (
    Stopwatch,
    check_manifest_of,
    finished_manifest,
    make_manifest,
    write_manifest,
)
from minimtl.study.multiverse.choices import DIFFERENCES, Choice, check_together, parse_choice
from minimtl.study.multiverse.conduct import (
    Multiverse,
    seconds_in_universe,
    train_universes,
    with_fewer_documents,
)
from minimtl.study.multiverse.produce import write_multiverse
from minimtl.study.multiverse.universes import make_universes, named
from minimtl.study.report.produce import write_report
from minimtl.study.tuning.conduct import tune
from minimtl.study.tuning.figure import draw_tuning
from minimtl.study.tuning.grid import make_grid
from minimtl.study.tuning.summary import tuning_document, tuning_finding, tuning_table

__all__ = [
    "DIFFERENCES",
    "Choice",
    "Multiverse",
    "Stopwatch",
    "Study",
    "check_manifest_of",
    "check_together",
    "count_processors",
    "draw_tuning",
    "feature_maker",
    "finished_manifest",
    "identity_of",
    "kinds_of",
    "make_grid",
    "make_manifest",
    "make_universes",
    "named",
    "parse_choice",
    "seconds_in_universe",
    "seconds_of",
    "train_models",
    "train_universes",
    "tune",
    "tuning_document",
    "tuning_finding",
    "tuning_table",
    "with_fewer_documents",
    "write_manifest",
    "write_multiverse",
    "write_report",
]
