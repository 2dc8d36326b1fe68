"""The features of a pair of tasks: each is one record that names and computes it.

Most features describe one task. They enter a pair several times: of the main task, of the auxiliary
task, as their ratio main/aux, or as their relative difference (main − aux)/|aux|, both 0 where the
divisor is 0. Some are of the main task only, and some compare the two tasks.

There are two definitions of the paper's 30 features. `FEATURES` are those that the authors' code
computed and Table 3 names, in the order of the released arrays (`AUTHORS_FEATURES`). (These hold
class 0 before class 1 where names here say positive, negative; there class 1 is the topic that
comes later in the alphabet.) `TEXT_FEATURES` are those that the paper's sections 3.5 and 6
describe, read literally: 30 too, and others.

The words of a set of documents are a *bag*: the distinct words as ascending column numbers, and how
often each occurs. A task's documents have some thousands of the corpus's hundreds of thousands of
words, so a bag holds the words that occur, not a count for every word.

To add a feature, add its record to `FEATURES`; docs/architecture.md has the recipe.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import Literal, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.stats.curves import LogCurve, central_difference, fit_log_curves
from minimtl.stats.divergence import jensen_shannon_divergence
from minimtl.tasks.compute import Sample
from minimtl.tasks.protocol import FeatureChoice, Reading, Words
from minimtl.tasks.taskpairs import Pair, Task
from minimtl.text.counts import count_matrix
from minimtl.text.tokenize import nonword_split_tokens, tokenize, whitespace_tokens

Role = Literal["main", "aux", "ratio", "relative", "pair"]
ROLES: tuple[Role, ...] = ("main", "aux", "ratio")
MAIN: tuple[Role, ...] = ("main",)
PAIR: tuple[Role, ...] = ("pair",)
_BOTH: tuple[Role, ...] = ("main", "aux")
_AND_DIFFERENCE: tuple[Role, ...] = (*_BOTH, "relative")
_BY_TASK: tuple[Role, ...] = (*ROLES, "relative")
TOKENIZERS: dict[Words, Callable[[str], list[str]]] = {
    "words": tokenize,
    "whitespace": whitespace_tokens,
    "nonword_split": nonword_split_tokens,
}


class Bag(NamedTuple):
    """Distinct words as columns, int64 ascending, and their counts, int64, all positive."""

    words: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class WordCounts:
    """Counts of every word in every document of both partitions, over one vocabulary.

    Attributes
    ----------
    train, test : CSR int64 (n_documents, n_words)
    """

    train: csr_matrix
    test: csr_matrix

    @classmethod
    def of(
        cls, train_texts: Sequence[str], test_texts: Sequence[str], words: Words
    ) -> "WordCounts":
        """Count the documents' words, cut as ``words`` names it."""
        counts, _ = count_matrix(chain(train_texts, test_texts), TOKENIZERS[words])
        return cls(counts[: len(train_texts)], counts[len(train_texts) :])


@dataclass(frozen=True)
class FeatureWords:
    """The word counts that features need: words for divergences, and words to be counted."""

    for_jsd: WordCounts
    for_counts: WordCounts

    @classmethod
    def of(
        cls, train_texts: Sequence[str], test_texts: Sequence[str], reading: Reading
    ) -> "FeatureWords":
        """Both counts of a corpus, made once where the protocol cuts words in one way."""
        for_jsd = WordCounts.of(train_texts, test_texts, reading.words_jsd)
        if reading.words_counts == reading.words_jsd:
            return cls(for_jsd, for_jsd)
        return cls(for_jsd, WordCounts.of(train_texts, test_texts, reading.words_counts))


def bag_of(counts: csr_matrix, rows: np.ndarray) -> Bag:
    """The words of the documents ``rows`` (int) together."""
    chosen = counts[rows]
    # Sums of integers in float64 are exact below 2**53.
    totals = np.bincount(chosen.indices, weights=chosen.data, minlength=counts.shape[1])
    words = np.flatnonzero(totals > 0)
    return Bag(words, totals[words].astype(np.int64))


def merge(a: Bag, b: Bag) -> Bag:
    """The words of both bags together."""
    words, a_counts, b_counts = _side_by_side(a, b)
    ascending = np.argsort(words, kind="stable")
    return Bag(words[ascending], (a_counts + b_counts)[ascending])


def bag_divergence(a: Bag, b: Bag) -> float:
    """Jensen-Shannon divergence of two bags' word distributions, in nats.

    Raises
    ------
    ValueError
        If a bag is empty.
    """
    _, a_counts, b_counts = _side_by_side(a, b)
    return float(jensen_shannon_divergence(a_counts, b_counts))


def unseen_share(bag: Bag, known: Bag) -> float:
    """Share of the distinct words of a bag, which has some, that ``known`` lacks."""
    _, is_known = _places(bag, known)
    return float(1 - is_known.mean())


def _side_by_side(a: Bag, b: Bag) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The words of both, a's and then those that only b has, and the counts of each on them."""
    place, is_shared = _places(b, a)
    only_b = ~is_shared
    words = np.concatenate([a.words, b.words[only_b]])
    a_counts, b_counts = np.zeros((2, len(words)), dtype=np.int64)
    a_counts[: len(a.words)] = a.counts
    b_counts[place[is_shared]] = b.counts[is_shared]
    b_counts[len(a.words) :] = b.counts[only_b]
    return words, a_counts, b_counts


def _places(bag: Bag, other: Bag) -> tuple[np.ndarray, np.ndarray]:
    """The place of each word of ``bag`` in ``other``, had or not, and whether it is there."""
    place = np.searchsorted(other.words, bag.words)
    stands = np.zeros(len(place), dtype=bool)
    inside = place < len(other.words)
    stands[inside] = other.words[place[inside]] == bag.words[inside]
    return place, stands


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
    _values: dict[str, float] = field(default_factory=dict, repr=False)

    def value(self, feature: "Feature") -> float:
        """The value of a feature that needs no other task; computed once."""
        if feature.name not in self._values:
            self._values[feature.name] = float(feature.compute(self))
        return self._values[feature.name]


class Feature(NamedTuple):
    """A feature: for whom it is computed, and how; docs/outputs.md says what each means.

    Attributes
    ----------
    name : of the column, without the role.
    roles : several for a feature of each task, ``ROLES`` for instance; ``MAIN`` for one of the main
        task only; ``PAIR`` for one that compares the two tasks.
    compute : of a `TaskRun`; for a feature of the pair, of the main and the auxiliary one.
    of_curve : whether it is read off the learning curve, not the documents.
    """

    name: str
    roles: tuple[Role, ...]
    compute: Callable[..., float]
    of_curve: bool = False


def _gradient(number: int, task: TaskRun) -> float:
    return float(central_difference(task.losses, task.gradient_epochs[number]))


FEATURES = (
    Feature(
        "jsd_between_classes", ROLES, lambda task: bag_divergence(task.positive, task.negative)
    ),
    Feature("n_words_train", ROLES, lambda task: len(task.train_words.words)),
    # Of a·ln(c·i + 1) + b, fitted to the losses of the single-task model.
    Feature("curve_a", ROLES, lambda task: task.curve.a, of_curve=True),
    Feature("curve_c", ROLES, lambda task: task.curve.c, of_curve=True),
    # Slopes of these losses after so many per cent of the epochs.
    Feature("gradient_10", ROLES, partial(_gradient, 0), of_curve=True),
    Feature("gradient_25", ROLES, partial(_gradient, 1), of_curve=True),
    Feature("gradient_50", ROLES, partial(_gradient, 2), of_curve=True),
    Feature("gradient_75", ROLES, partial(_gradient, 3), of_curve=True),
    Feature("n_words_test", MAIN, lambda task: len(task.test_words.words)),
    Feature("jsd_test_train_positive", MAIN, lambda task: bag_divergence(task.test, task.positive)),
    Feature("jsd_test_train_negative", MAIN, lambda task: bag_divergence(task.test, task.negative)),
    Feature(
        "jsd_main_aux_positive", PAIR, lambda main, aux: bag_divergence(main.positive, aux.positive)
    ),
    Feature(
        "jsd_main_aux_negative", PAIR, lambda main, aux: bag_divergence(main.negative, aux.negative)
    ),
    # The share of the main task's test words that its training documents lack.
    Feature("oov_rate", MAIN, lambda task: unseen_share(task.test_words, task.train_words)),
)

_CODE = {feature.name: feature for feature in FEATURES}
TEXT_FEATURES = (
    _CODE["jsd_between_classes"]._replace(roles=_BOTH),
    Feature(
        "jsd_test_train",
        ROLES,
        lambda task: bag_divergence(task.test, merge(task.positive, task.negative)),
    ),
    Feature(
        "type_token_ratio",
        _AND_DIFFERENCE,
        lambda task: len(task.train_words.words) / task.train_words.counts.sum(),
    ),
    _CODE["oov_rate"]._replace(roles=_AND_DIFFERENCE),
    *(_CODE[name]._replace(roles=_BOTH) for name in ("curve_a", "curve_c")),
    *(_CODE[f"gradient_{p}"]._replace(roles=_AND_DIFFERENCE) for p in (10, 25, 50, 75)),
    Feature(
        "jsd_main_aux",
        PAIR,
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
COLUMNS = DEFINITIONS["code"].columns
FEATURE_NAMES = DEFINITIONS["code"].names
FEATURE_SETS = DEFINITIONS["code"].sets


def task_run(
    sample: Sample, losses: np.ndarray, curve: LogCurve, words: FeatureWords, reading: Reading
) -> TaskRun:
    """One task in one run, from its documents, its losses and their log curve."""
    positive = bag_of(words.for_jsd.train, sample.train_rows[sample.train_labels == 1])
    negative = bag_of(words.for_jsd.train, sample.train_rows[sample.train_labels == 0])
    test = bag_of(words.for_jsd.test, sample.test_rows)
    if words.for_counts is words.for_jsd:
        train_words, test_words = merge(positive, negative), test
    else:
        train_words = bag_of(words.for_counts.train, sample.train_rows)
        test_words = bag_of(words.for_counts.test, sample.test_rows)
    epochs = reading.gradient_epochs
    return TaskRun(positive, negative, test, train_words, test_words, losses, curve, epochs)


def _value(column: FeatureColumn, main: TaskRun, aux: TaskRun) -> float:
    feature = column.feature
    if column.role == "pair":
        return float(feature.compute(main, aux))
    if column.role == "ratio":
        return _quotient(main.value(feature), aux.value(feature))
    if column.role == "relative":
        return _quotient(main.value(feature) - aux.value(feature), abs(aux.value(feature)))
    return (main if column.role == "main" else aux).value(feature)


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
    def of(task: Task) -> TaskRun:
        return task_run(sample_of(task), losses[task], curves[task], words, reading)

    columns = DEFINITIONS[reading.features].columns
    rows = ((of(pair.main), of(pair.aux)) for pair in pairs)
    return np.array([[_value(column, *row) for column in columns] for row in rows])
