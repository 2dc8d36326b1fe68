"""What is computed: protocols, tasks, sampling, features, jobs, and what comes of them.

May import: system, stats, text, nn, corpora, saving, store, execution.
"""

from minimtl.study.collect import FeatureMaker, PairCurves, Results, collect_outcomes
from minimtl.study.compute import compute, sample_of, task_data, train_model
from minimtl.study.conduct import Study, count_processors, feature_maker, identity_of, train_models
from minimtl.study.data import StudyData
from minimtl.study.estimate import kinds_of, seconds_of
from minimtl.study.features import COLUMNS, FEATURE_NAMES, FEATURE_SETS, ROLES
from minimtl.study.hierarchy import NEWSGROUPS, Hierarchy
from minimtl.study.jobs import Job, JobResult, decode, encode, joint_job, single_job, training_rng
from minimtl.study.manifest import (
    Stopwatch,
    finished_manifest,
    hierarchy_of,
    make_manifest,
    problems_of,
    read_manifest,
    read_manifest_of_any,
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
from minimtl.study.protocol import (
    PAPER,
    PROTOCOLS,
    RELEASED,
    Meta,
    ModelSettings,
    ProblemName,
    Protocol,
    Reading,
    Sampling,
    Words,
)
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
from minimtl.study.shards import WHOLE, Shard
from minimtl.study.tasks import Block, Pair, Task, related_pairs, unrelated_pairs
from minimtl.study.words import TOKENIZERS, FeatureWords, WordCounts, bag_divergence, bag_of

__all__ = [
    "AUTHORS_FEATURES",
    "COLUMNS",
    "ERRATA",
    "FEATURE_NAMES",
    "FEATURE_SETS",
    "MEAN_GAIN_PRINTED",
    "NEWSGROUPS",
    "PAPER",
    "PROTOCOLS",
    "RELEASED",
    "ROLES",
    "TABLE1",
    "TABLE2_PRINTED",
    "TABLE2_TRUE",
    "TABLE3A",
    "TABLE3B",
    "TIE",
    "TOKENIZERS",
    "WHOLE",
    "Block",
    "FeatureMaker",
    "FeatureRow",
    "FeatureWords",
    "Hierarchy",
    "Job",
    "JobResult",
    "LabelledPairs",
    "Meta",
    "ModelSettings",
    "Outcomes",
    "Pair",
    "PairCurves",
    "Problem",
    "ProblemName",
    "Protocol",
    "Reading",
    "Results",
    "Sample",
    "Sampling",
    "Scores",
    "Shard",
    "Stopwatch",
    "Study",
    "StudyData",
    "Task",
    "WordCounts",
    "Words",
    "bag_divergence",
    "bag_of",
    "collect_outcomes",
    "compute",
    "count_processors",
    "decode",
    "disjoint_pairs",
    "encode",
    "feature_maker",
    "finished_manifest",
    "hierarchy_of",
    "identity_of",
    "improved_share",
    "joint_job",
    "kinds_of",
    "label_gains",
    "labelled_pairs",
    "make_manifest",
    "make_problems",
    "mean_relative_gain",
    "problems_of",
    "read_manifest",
    "read_manifest_of_any",
    "related_pairs",
    "relative_gains",
    "resume_command",
    "sample_of",
    "seconds_of",
    "single_job",
    "task_data",
    "train_model",
    "train_models",
    "training_rng",
    "unrelated_pairs",
    "write_manifest",
]
