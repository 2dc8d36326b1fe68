"""The features of a pair of tasks: each is one record that names, explains and computes it.

Most features describe one task. They enter a pair three times: of the main task, of the auxiliary
task, and as their ratio main/aux (0 where the divisor is 0). Some are of the main task only, and
some compare the two tasks. The paper's 30 stand in the order of the released arrays, which
`published.AUTHORS_FEATURES` keeps. (The released arrays hold class 0 before class 1 where names
here say positive, negative; there class 1 is the topic that comes later in the alphabet.)

To add a feature, add its record to `FEATURES`; docs/architecture.md has the recipe.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from minimtl.stats import LogCurve, central_difference, fit_log_curves
from minimtl.study.protocol import Reading
from minimtl.study.sampling import Sample
from minimtl.study.tasks import Pair, Task
from minimtl.study.words import Bag, FeatureWords, bag_divergence, bag_of, merge, unseen_share

Role = Literal["main", "aux", "ratio", "pair"]
ROLES: tuple[Role, ...] = ("main", "aux", "ratio")


@dataclass(frozen=True)
class TaskRun:
    """One task in one run: its words and its learning curve.

    Attributes
    ----------
    positive, negative, test : words of the training documents of each class and of the test
        documents, for divergences.
    train_words, test_words : words of the training and the test documents, to be counted.
    losses : float64 (n_epochs,), training losses of the single-task model.
    curve : the log curve fitted to them.
    gradient_epochs : zero-based epochs of the four gradients.
    """

    positive: Bag
    negative: Bag
    test: Bag
    train_words: Bag
    test_words: Bag
    losses: np.ndarray
    curve: LogCurve
    gradient_epochs: tuple[int, ...]


class Feature(NamedTuple):
    """What a feature is called, what it means, for whom it is computed, and how.

    Attributes
    ----------
    name : of the column, without the role.
    meaning : for people, without the role.
    roles : ``ROLES`` for a feature of each task; ``("main",)`` for one of the main task only;
        ``("pair",)`` for one that compares the two tasks.
    compute : of a `TaskRun`; for a feature of the pair, of the main and the auxiliary one.
    of_curve : whether it is read off the learning curve, not the documents.
    """

    name: str
    meaning: str
    roles: tuple[Role, ...]
    compute: Callable[..., float]
    of_curve: bool = False


def _gradient(number: int, task: TaskRun) -> float:
    return float(central_difference(task.losses, task.gradient_epochs[number]))


FEATURES = (
    Feature(
        "jsd_between_classes",
        "Jensen-Shannon divergence between the words of a task's two classes",
        ROLES,
        lambda task: bag_divergence(task.positive, task.negative),
    ),
    Feature(
        "n_words_train",
        "distinct words of the training documents",
        ROLES,
        lambda task: len(task.train_words.words),
    ),
    Feature(
        "curve_a",
        "a of a·ln(c·i + 1) + b, fitted to the single-task training losses",
        ROLES,
        lambda task: task.curve.a,
        of_curve=True,
    ),
    Feature("curve_c", "c of the same curve", ROLES, lambda task: task.curve.c, of_curve=True),
    Feature(
        "gradient_10",
        "slope of the single-task training losses after 10 % of the epochs",
        ROLES,
        partial(_gradient, 0),
        of_curve=True,
    ),
    Feature("gradient_25", "the same after 25 %", ROLES, partial(_gradient, 1), of_curve=True),
    Feature("gradient_50", "the same after 50 %", ROLES, partial(_gradient, 2), of_curve=True),
    Feature("gradient_75", "the same after 75 %", ROLES, partial(_gradient, 3), of_curve=True),
    Feature(
        "n_words_test",
        "distinct words of the main task's test documents",
        ("main",),
        lambda task: len(task.test_words.words),
    ),
    Feature(
        "jsd_test_train_positive",
        "divergence of the main task's test documents from its positive training documents",
        ("main",),
        lambda task: bag_divergence(task.test, task.positive),
    ),
    Feature(
        "jsd_test_train_negative",
        "the same from its negative training documents",
        ("main",),
        lambda task: bag_divergence(task.test, task.negative),
    ),
    Feature(
        "jsd_main_aux_positive",
        "divergence between both tasks' positive training documents",
        ("pair",),
        lambda main, aux: bag_divergence(main.positive, aux.positive),
    ),
    Feature(
        "jsd_main_aux_negative",
        "the same between the negative ones",
        ("pair",),
        lambda main, aux: bag_divergence(main.negative, aux.negative),
    ),
    Feature(
        "oov_rate",
        "share of the main task's test words that its training documents lack",
        ("main",),
        lambda task: unseen_share(task.test_words, task.train_words),
    ),
)


class Column(NamedTuple):
    """One column of the feature table: a feature in a role."""

    feature: Feature
    role: Role

    @property
    def name(self) -> str:
        """As in features.csv."""
        return self.feature.name if self.role == "pair" else f"{self.feature.name}_{self.role}"


COLUMNS: tuple[Column, ...] = (
    *(Column(feature, role) for role in ROLES for feature in FEATURES if feature.roles == ROLES),
    *(Column(feature, feature.roles[0]) for feature in FEATURES if feature.roles != ROLES),
)
FEATURE_NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)


def _numbers(wanted: Callable[[Column], bool]) -> tuple[int, ...]:
    return tuple(number for number, column in enumerate(COLUMNS) if wanted(column))


FEATURE_SETS: dict[str, tuple[int, ...]] = {
    "all": _numbers(lambda column: True),
    "no_curve": _numbers(lambda column: not column.feature.of_curve),
    "only_curve": _numbers(lambda column: column.feature.of_curve),
    "only_ratio": _numbers(lambda column: column.role == "ratio"),
    "no_ratio": _numbers(lambda column: column.role != "ratio"),
}
"""Column numbers of each set of features that Table 2 compares."""


class TaskFeatures(NamedTuple):
    """A task in one run, and the values of all features that need no other task, by name."""

    run: TaskRun
    values: dict[str, float]


def task_features(
    sample: Sample, losses: np.ndarray, curve: LogCurve, words: FeatureWords, reading: Reading
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
    counted_alike = words.for_counts is words.for_jsd
    run = TaskRun(
        positive=positive,
        negative=negative,
        test=test,
        train_words=merge(positive, negative)
        if counted_alike
        else bag_of(words.for_counts.train, sample.train_rows),
        test_words=test if counted_alike else bag_of(words.for_counts.test, sample.test_rows),
        losses=losses,
        curve=curve,
        gradient_epochs=reading.gradient_epochs,
    )
    of_one = (feature for feature in FEATURES if feature.roles != ("pair",))
    return TaskFeatures(run, {feature.name: float(feature.compute(run)) for feature in of_one})


def pair_features(main: TaskFeatures, aux: TaskFeatures) -> np.ndarray:
    """The features of a pair, float64 (n_features,), named by ``FEATURE_NAMES``."""
    return np.array([_value(column, main, aux) for column in COLUMNS])


def _value(column: Column, main: TaskFeatures, aux: TaskFeatures) -> float:
    name = column.feature.name
    if column.role == "pair":
        return float(column.feature.compute(main.run, aux.run))
    if column.role == "ratio":
        return main.values[name] / aux.values[name] if aux.values[name] != 0 else 0.0
    return (main if column.role == "main" else aux).values[name]


def features_of_run(
    pairs: Iterable[Pair],
    samples: Mapping[Task, Sample],
    losses: Mapping[Task, np.ndarray],
    words: FeatureWords,
    reading: Reading,
) -> np.ndarray:
    """The features of all pairs in one run, float64 (n_pairs, n_features), in their order.

    Parameters
    ----------
    samples, losses : of every task that occurs in a pair, in this run; losses of its single-task
        model, float64 (n_epochs,), the same number of epochs for all.
    """
    curves = dict(zip(losses, fit_log_curves(np.stack(list(losses.values()))), strict=True))
    tasks = {
        task: task_features(samples[task], losses[task], curves[task], words, reading)
        for task in losses
    }
    return np.array([pair_features(tasks[pair.main], tasks[pair.aux]) for pair in pairs])
