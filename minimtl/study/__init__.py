"""What is computed: protocols, tasks, sampling, features, jobs, and what comes of them.

May import: system, stats, text, nn, corpora, saving, store, execution.
"""

from minimtl.study.collect import FeatureMaker, PairCurves, Results, collect_outcomes
from minimtl.study.compute import train_model
from minimtl.study.conduct import Study, count_processors, feature_maker, identity_of, train_models
from minimtl.study.estimate import JobKind, kinds_of, seconds_of
from minimtl.study.features import (
    DEFINITIONS,
    FEATURE_NAMES,
    FEATURE_SETS,
    Column,
    Definitions,
    TaskFeatures,
    pair_features,
    task_features,
)
from minimtl.study.hierarchy import NEWSGROUPS, Hierarchy
from minimtl.study.jobs import JobResult, decode, encode
from minimtl.study.manifest import (
    Stopwatch,
    finished_manifest,
    hierarchy_of,
    make_manifest,
    problems_of,
    read_manifest,
    resume_command,
    write_manifest,
)
from minimtl.study.outcomes import (
    TIE,
    LabelledPairs,
    Outcomes,
    disjoint_pairs,
    improved_share,
    label_gains,
    labelled_pairs,
    mean_relative_gain,
    relative_gains,
)
from minimtl.study.plan import Problem
from minimtl.study.problems import make_problems
from minimtl.study.protocol import PAPER, PROTOCOLS, RELEASED, Meta, ProblemName, Protocol, Reading
from minimtl.study.published import (
    AUTHORS_FEATURES,
    ERRATA,
    MEAN_GAIN_PRINTED,
    TABLE1,
    TABLE2_PRINTED,
    TABLE2_TRUE,
    TABLE3A,
    TABLE3B,
    FeatureRow,
    Scores,
)
from minimtl.study.sampling import Sample
from minimtl.study.tasks import Block, Pair, Task, related_pairs, unrelated_pairs
from minimtl.study.words import FeatureWords, WordCounts, bag_divergence, bag_of

__all__ = [
    "AUTHORS_FEATURES",
    "DEFINITIONS",
    "ERRATA",
    "FEATURE_NAMES",
    "FEATURE_SETS",
    "MEAN_GAIN_PRINTED",
    "NEWSGROUPS",
    "PAPER",
    "PROTOCOLS",
    "RELEASED",
    "TABLE1",
    "TABLE2_PRINTED",
    "TABLE2_TRUE",
    "TABLE3A",
    "TABLE3B",
    "TIE",
    "Block",
    "Column",
    "Definitions",
    "FeatureMaker",
    "FeatureRow",
    "FeatureWords",
    "Hierarchy",
    "JobKind",
    "JobResult",
    "LabelledPairs",
    "Meta",
    "Outcomes",
    "Pair",
    "PairCurves",
    "Problem",
    "ProblemName",
    "Protocol",
    "Reading",
    "Results",
    "Sample",
    "Scores",
    "Stopwatch",
    "Study",
    "Task",
    "TaskFeatures",
    "WordCounts",
    "bag_divergence",
    "bag_of",
    "collect_outcomes",
    "count_processors",
    "decode",
    "disjoint_pairs",
    "encode",
    "feature_maker",
    "finished_manifest",
    "hierarchy_of",
    "identity_of",
    "improved_share",
    "kinds_of",
    "label_gains",
    "labelled_pairs",
    "make_manifest",
    "make_problems",
    "mean_relative_gain",
    "pair_features",
    "problems_of",
    "read_manifest",
    "related_pairs",
    "relative_gains",
    "resume_command",
    "seconds_of",
    "task_features",
    "train_model",
    "train_models",
    "unrelated_pairs",
    "write_manifest",
]
