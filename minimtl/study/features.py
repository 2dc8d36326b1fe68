"""The 30 features of a pair of tasks, in the order of the released arrays.

(The released arrays hold class 0 before class 1 where names below say positive, negative; there
class 1 is the topic that comes later in the alphabet.)

Eight of each task, for the main task, the auxiliary task, and their ratio main/aux (0 where the
divisor is 0); then six of the pair:

jsd_between_classes     JSD between the task's positive and negative training documents, in nats
n_words_train           distinct words of the training documents
curve_a, curve_c        of a·ln(c·i + 1) + b fitted to the single-task training losses
gradient_10 … _75       central difference of the losses at that percentage of the window
n_words_test_main       distinct words of the test documents
jsd_test_train_*_main   JSD between all test documents and the training documents of one class
jsd_main_aux_*          JSD between both tasks' training documents of one class
oov_rate_main           share of the test documents' distinct words that training lacks
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from minimtl.stats import LogCurve, central_difference, fit_log_curves
from minimtl.study.protocol import Protocol
from minimtl.study.sampling import Sample
from minimtl.study.tasks import Pair, Task
from minimtl.study.words import Bag, FeatureWords, bag_divergence, bag_of, merge, unseen_share

_TASK_FEATURES = (
    "jsd_between_classes",
    "n_words_train",
    "curve_a",
    "curve_c",
    "gradient_10",
    "gradient_25",
    "gradient_50",
    "gradient_75",
)
_PAIR_FEATURES = (
    "n_words_test_main",
    "jsd_test_train_positive_main",
    "jsd_test_train_negative_main",
    "jsd_main_aux_positive",
    "jsd_main_aux_negative",
    "oov_rate_main",
)

FEATURE_NAMES: tuple[str, ...] = (
    *(f"{name}_{role}" for role in ("main", "aux", "ratio") for name in _TASK_FEATURES),
    *_PAIR_FEATURES,
)


def _columns(wanted: Iterable[bool]) -> tuple[int, ...]:
    return tuple(column for column, is_wanted in enumerate(wanted) if is_wanted)


_IS_CURVE = [name.startswith(("curve_", "gradient_")) for name in FEATURE_NAMES]
_IS_RATIO = [name.endswith("_ratio") for name in FEATURE_NAMES]

FEATURE_SETS: dict[str, tuple[int, ...]] = {
    "all": _columns(True for _ in FEATURE_NAMES),
    "no_curve": _columns(not is_curve for is_curve in _IS_CURVE),
    "only_curve": _columns(_IS_CURVE),
    "only_ratio": _columns(_IS_RATIO),
    "no_ratio": _columns(not is_ratio for is_ratio in _IS_RATIO),
}
"""Column numbers of each set of features that Table 2 compares."""


@dataclass(frozen=True)
class TaskFeatures:
    """What one task gives to every pair it is in, for one run.

    Attributes
    ----------
    values : float64 (8,), the features that each task of a pair has.
    n_words_test, jsd_test_train_positive, jsd_test_train_negative, oov_rate : used of a main task.
    positive, negative : words of the training documents of each class, for divergences.
    """

    values: np.ndarray
    n_words_test: int
    jsd_test_train_positive: float
    jsd_test_train_negative: float
    oov_rate: float
    positive: Bag
    negative: Bag


def task_features(
    sample: Sample, losses: np.ndarray, curve: LogCurve, words: FeatureWords, protocol: Protocol
) -> TaskFeatures:
    """The features of one task in one run.

    Parameters
    ----------
    sample : the documents of the task's single-task run.
    losses : float64 (n_epochs,), that run's training losses.
    curve : the log curve fitted to them.
    """
    positive = bag_of(words.for_jsd.train, sample.train_rows[sample.train_labels == 1])
    negative = bag_of(words.for_jsd.train, sample.train_rows[sample.train_labels == 0])
    test = bag_of(words.for_jsd.test, sample.test_rows)
    if words.for_counts is words.for_jsd:
        counted_train, counted_test = merge(positive, negative), test
    else:
        counted_train = bag_of(words.for_counts.train, sample.train_rows)
        counted_test = bag_of(words.for_counts.test, sample.test_rows)
    gradients = [central_difference(losses, epoch) for epoch in protocol.gradient_epochs]
    between = bag_divergence(positive, negative)
    return TaskFeatures(
        values=np.array([between, len(counted_train.words), curve.a, curve.c, *gradients]),
        n_words_test=len(counted_test.words),
        jsd_test_train_positive=bag_divergence(test, positive),
        jsd_test_train_negative=bag_divergence(test, negative),
        oov_rate=unseen_share(counted_test, counted_train),
        positive=positive,
        negative=negative,
    )


def pair_features(main: TaskFeatures, aux: TaskFeatures) -> np.ndarray:
    """The features of a pair, float64 (30,), named by ``FEATURE_NAMES``."""
    ratio = np.zeros_like(main.values)
    np.divide(main.values, aux.values, out=ratio, where=aux.values != 0)
    of_the_pair = [
        main.n_words_test,
        main.jsd_test_train_positive,
        main.jsd_test_train_negative,
        bag_divergence(main.positive, aux.positive),
        bag_divergence(main.negative, aux.negative),
        main.oov_rate,
    ]
    return np.concatenate([main.values, aux.values, ratio, of_the_pair])


def features_of_run(
    pairs: Iterable[Pair],
    samples: Mapping[Task, Sample],
    losses: Mapping[Task, np.ndarray],
    words: FeatureWords,
    protocol: Protocol,
) -> np.ndarray:
    """The features of all pairs in one run, float64 (n_pairs, 30), a row each in their order.

    Parameters
    ----------
    samples, losses : of every task that occurs in a pair, in this run; losses of its single-task
        model, float64 (n_epochs,), the same number of epochs for all.
    """
    curves = dict(zip(losses, fit_log_curves(np.stack(list(losses.values()))), strict=True))
    tasks = {
        task: task_features(samples[task], losses[task], curves[task], words, protocol)
        for task in losses
    }
    return np.array([pair_features(tasks[pair.main], tasks[pair.aux]) for pair in pairs])
