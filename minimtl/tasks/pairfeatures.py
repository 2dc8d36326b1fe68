"""The features of a pair of tasks: each is one record that names, explains and computes it.

Most features describe one task. They enter a pair several times: of the main task, of the auxiliary
task, as their ratio main/aux, or as their relative difference (main − aux)/|aux|, both 0 where the
divisor is 0. Some are of the main task only, and some compare the two tasks.

There are two definitions of the paper's 30 features. `FEATURES` are those that the authors' code
computed and Table 3 names, in the order of the released arrays (`AUTHORS_FEATURES`). (These hold
class 0 before class 1 where names here say positive, negative; there class 1 is the topic that
comes later in the alphabet.) `TEXT_FEATURES` are those that the paper's sections 3.5 and 6
describe, read literally: 30 too, and others.

To add a feature, add its record to `FEATURES`; docs/architecture.md has the recipe.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Literal, NamedTuple

import numpy as np

from minimtl.stats import LogCurve, central_difference, fit_log_curves
from minimtl.tasks.bags import Bag, FeatureWords, bag_divergence, bag_of, merge, unseen_share
from minimtl.tasks.protocol import FeatureChoice, Reading
from minimtl.tasks.sampling import Sample
from minimtl.tasks.taskpairs import Pair, Task

Role = Literal["main", "aux", "ratio", "relative", "pair"]
ROLES: tuple[Role, ...] = ("main", "aux", "ratio")
_BOTH: tuple[Role, ...] = ("main", "aux")
_AND_DIFFERENCE: tuple[Role, ...] = (*_BOTH, "relative")
_BY_TASK: tuple[Role, ...] = (*ROLES, "relative")


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
    """A feature: its name, its meaning, for whom it is computed, and how.

    Attributes
    ----------
    name : of the column, without the role.
    meaning : for people, without the role.
    roles : several for a feature of each task, ``ROLES`` for instance; ``("main",)`` for one of
        the main task only; ``("pair",)`` for one that compares the two tasks.
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


_CODE = {feature.name: feature for feature in FEATURES}
TEXT_FEATURES = (
    _CODE["jsd_between_classes"]._replace(roles=_BOTH),
    Feature(
        "jsd_test_train",
        "divergence of a task's test documents from its training documents",
        ROLES,
        lambda task: bag_divergence(task.test, merge(task.positive, task.negative)),
    ),
    Feature(
        "type_token_ratio",
        "distinct words of a task's training documents by all their words",
        _AND_DIFFERENCE,
        lambda task: len(task.train_words.words) / task.train_words.counts.sum(),
    ),
    _CODE["oov_rate"]._replace(
        meaning="share of a task's test words that its training documents lack",
        roles=_AND_DIFFERENCE,
    ),
    *(_CODE[name]._replace(roles=_BOTH) for name in ("curve_a", "curve_c")),
    *(_CODE[f"gradient_{p}"]._replace(roles=_AND_DIFFERENCE) for p in (10, 25, 50, 75)),
    Feature(
        "jsd_main_aux",
        "divergence between all training documents of the two tasks",
        ("pair",),
        lambda main, aux: bag_divergence(
            merge(main.positive, main.negative), merge(aux.positive, aux.negative)
        ),
    ),
    *(_CODE[f"jsd_main_aux_{of_class}"] for of_class in ("positive", "negative")),
)


class FeatureColumn(NamedTuple):
    """One column of the feature table: a feature in a role."""

    feature: Feature
    role: Role

    @property
    def name(self) -> str:
        """As in features.csv."""
        return self.feature.name if self.role == "pair" else f"{self.feature.name}_{self.role}"


@dataclass(frozen=True)
class Definitions:
    """One definition of the features: their records, and the table that they make."""

    features: tuple[Feature, ...]

    @cached_property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """Features of each task role by role, then those that a pair has once."""
        of_tasks = [feature for feature in self.features if len(feature.roles) > 1]
        others = [feature for feature in self.features if len(feature.roles) == 1]
        return (
            *(FeatureColumn(f, role) for role in _BY_TASK for f in of_tasks if role in f.roles),
            *(FeatureColumn(f, f.roles[0]) for f in others),
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def sets(self) -> dict[str, tuple[int, ...]]:
        """Column numbers of each set of features that Table 2 compares."""
        return {
            "all": self._numbers(lambda column: True),
            "no_curve": self._numbers(lambda column: not column.feature.of_curve),
            "only_curve": self._numbers(lambda column: column.feature.of_curve),
            "only_ratio": self._numbers(lambda column: column.role in ("ratio", "relative")),
            "no_ratio": self._numbers(lambda column: column.role not in ("ratio", "relative")),
        }

    def _numbers(self, wanted: Callable[[FeatureColumn], bool]) -> tuple[int, ...]:
        return tuple(number for number, column in enumerate(self.columns) if wanted(column))


DEFINITIONS: dict[FeatureChoice, Definitions] = {
    "code": Definitions(FEATURES),
    "text": Definitions(TEXT_FEATURES),
}
COLUMNS: tuple[FeatureColumn, ...] = DEFINITIONS["code"].columns
FEATURE_NAMES: tuple[str, ...] = DEFINITIONS["code"].names
FEATURE_SETS: dict[str, tuple[int, ...]] = DEFINITIONS["code"].sets


class TaskFeatures(NamedTuple):
    """A task in one run, and the values of all features that need no other task, by name."""

    run: TaskRun
    values: dict[str, float]


def task_features(
    sample: Sample, losses: np.ndarray, curve: LogCurve, words: FeatureWords, reading: Reading
) -> TaskFeatures:
    """The features of one task in one run, from its documents, its losses and their log curve."""
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
    features = DEFINITIONS[reading.features].features
    of_one = (feature for feature in features if feature.roles != ("pair",))
    return TaskFeatures(run, {feature.name: float(feature.compute(run)) for feature in of_one})


def _value(column: FeatureColumn, main: TaskFeatures, aux: TaskFeatures) -> float:
    name = column.feature.name
    if column.role == "pair":
        return float(column.feature.compute(main.run, aux.run))
    if column.role == "ratio":
        return _quotient(main.values[name], aux.values[name])
    if column.role == "relative":
        return _quotient(main.values[name] - aux.values[name], abs(aux.values[name]))
    return (main if column.role == "main" else aux).values[name]


def _quotient(dividend: float, divisor: float) -> float:
    return dividend / divisor if divisor != 0 else 0.0


# The words of a task take up to 1 MB. Pairs of a task stand together, so that few tasks are
# computed more than once.
_TASKS_KEPT = 200


def features_of_run(
    pairs: Iterable[Pair],
    sample_of: Callable[[Task], Sample],
    losses: Mapping[Task, np.ndarray],
    words: FeatureWords,
    reading: Reading,
) -> np.ndarray:
    """The features of all pairs in one run, float64 (n_pairs, n_features), in their order.

    Parameters
    ----------
    sample_of : gives the documents of a task in this run; asked again for a task that comes up
        after many others.
    losses : of the single-task model of every task that occurs in a pair, in this run, float64
        (n_epochs,), the same number of epochs for all.
    """
    curves = dict(zip(losses, fit_log_curves(np.stack(list(losses.values()))), strict=True))

    @lru_cache(maxsize=_TASKS_KEPT)
    def of(task: Task) -> TaskFeatures:
        return task_features(sample_of(task), losses[task], curves[task], words, reading)

    columns = DEFINITIONS[reading.features].columns
    rows = ((of(pair.main), of(pair.aux)) for pair in pairs)
    return np.array([[_value(column, *row) for column in columns] for row in rows])
