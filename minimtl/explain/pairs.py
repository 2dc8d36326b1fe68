"""Stations of the features of a pair, and of the divergence, which most of them are."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from scipy.spatial.distance import jensenshannon

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Comparison, Rows, Station, Values, number, percent
from minimtl.stats import fit_log_curve, jensen_shannon_divergence
from minimtl.tasks import AUTHORS_FEATURES, COLUMNS, FEATURE_NAMES, ROLES, TOKENIZERS, Task, Words

_SHOWN = 8


def _counted(texts: Iterable[str], words: Words) -> Counter[str]:
    total: Counter[str] = Counter()
    for text in texts:
        total.update(TOKENIZERS[words](text))
    return total


def _divergence(a: Counter[str], b: Counter[str]) -> float:
    """By SciPy, which returns its root."""
    every = sorted(a.keys() | b.keys())
    root = jensenshannon([a[word] for word in every], [b[word] for word in every])
    return float(root) ** 2


class _ByHand:
    """Words and curve of a task in run 0, in plain Python."""

    def __init__(self, lesson: Lesson, task: Task) -> None:
        corpus, sample, reading = lesson.study.corpus, lesson.samples[task], lesson.protocol.reading
        texts = [corpus.train.texts[row] for row in sample.train_rows]
        labelled = list(zip(texts, sample.train_labels, strict=True))
        test = [corpus.test.texts[row] for row in sample.test_rows]
        jsd, counts = reading.words_jsd, reading.words_counts
        self.positive = _counted((text for text, y in labelled if y == 1), jsd)
        self.negative = _counted((text for text, y in labelled if y == 0), jsd)
        self.test = _counted(test, jsd)
        self.train_words, self.test_words = (
            set(_counted(texts, counts)),
            set(_counted(test, counts)),
        )
        losses = lesson.losses[task]
        fit = fit_log_curve(losses)
        self.values = [
            _divergence(self.positive, self.negative),
            len(self.train_words),
            fit.a,
            fit.c,
            *((losses[e + 1] - losses[e - 1]) / 2 for e in reading.gradient_epochs),
        ]


def _features_by_hand(lesson: Lesson) -> np.ndarray:
    main, aux = (_ByHand(lesson, task) for task in lesson.pair)
    ratios = [a / b if b != 0 else 0.0 for a, b in zip(main.values, aux.values, strict=True)]
    unseen = len(main.test_words - main.train_words) / len(main.test_words)
    return np.array(
        [
            *main.values,
            *aux.values,
            *ratios,
            len(main.test_words),
            _divergence(main.test, main.positive),
            _divergence(main.test, main.negative),
            _divergence(main.positive, aux.positive),
            _divergence(main.negative, aux.negative),
            unseen,
        ]
    )


def feature_values(lesson: Lesson) -> Values:
    """So far we had one network. Now comes the study's own question: can we say beforehand whether
    an auxiliary task will help? For every pair of tasks we compute 30 numbers without training the
    pair together. Eight describe the main task, eight the auxiliary task, eight are their ratios,
    and six more are about their documents. They are called features.

    Here are all 30 of this pair, once as the study computed them and once in plain Python from the
    texts. What the network learnt enters by the curve only.
    """
    problem = lesson.problem
    values = problem.features[0][problem.pairs.index(lesson.pair)]
    ours = values[[FEATURE_NAMES.index(name) for name in AUTHORS_FEATURES]]
    twin = _features_by_hand(lesson)
    scale = np.maximum(np.abs(twin), 1e-300)
    n = sum(column.feature.roles == ROLES for column in COLUMNS) // 3
    return Values(
        (
            Comparison(
                "30 features, each over its own size",
                ours / scale,
                twin / scale,
                "study, from its store",
                "plain Python",
                1e-9,
            ),
        ),
        (
            Rows(
                "the features of this pair in run 1",
                ("feature", "main", "auxiliary", "ratio"),
                tuple(
                    (COLUMNS[j].feature.name, *(number(value) for value in values[j : 3 * n : n]))
                    for j in range(n)
                )
                + tuple(
                    (COLUMNS[j].name, number(values[j]), "", "") for j in range(3 * n, len(COLUMNS))
                ),
            ),
        ),
    )


def _of_both(lesson: Lesson) -> str:
    roles = Counter(column.role for column in COLUMNS)
    per_role = ", ".join(f"{roles[role]} {role}" for role in (*ROLES, "pair"))
    curve = sum(column.feature.of_curve for column in COLUMNS)
    return (
        f"By role the columns are: {per_role}. So {roles['main']} say nothing of the auxiliary "
        f"task: they are the same for every pair with this main task. {number(curve)} of the "
        f"{len(COLUMNS)} are read off the learning curves."
    )


def _two_classes(lesson: Lesson) -> tuple[Counter[str], Counter[str]]:
    by_hand = _ByHand(lesson, lesson.pair.main)
    return by_hand.positive, by_hand.negative


def _shares(a: Counter[str], b: Counter[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    every = sorted(a.keys() | b.keys())
    p, q = (np.array([counts[word] for word in every], float) for counts in (a, b))
    return every, p / p.sum(), q / q.sum()


def _parts(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Each word's part of the divergence."""
    m = (p + q) / 2
    logs = [np.log(np.where(x > 0, x / m, 1.0)) for x in (p, q)]
    return (p * logs[0] + q * logs[1]) / 2


def divergence_values(lesson: Lesson) -> Values:
    """How different are two sets of documents? Count the words of each set and divide by the total:
    two distributions, p and q. Take their mean m. The Jensen-Shannon divergence is the mean of
    two numbers: how surprising p is to somebody who expects m, and how surprising q is.

    It also answers a question. Somebody tosses a coin, draws a word from p or from q accordingly,
    and tells you the word. The divergence is how much you have learnt about the coin, on average.
    """
    a, b = _two_classes(lesson)
    words, p, q = _shares(a, b)
    counts = [np.array([x[word] for word in words]) for x in (a, b)]
    ours = np.array([jensen_shannon_divergence(counts[0], counts[1])])
    parts = _parts(p, q)
    order = np.argsort(-parts)[:_SHOWN]
    return Values(
        (
            Comparison(
                "JSD of the two classes",
                ours,
                np.array([_divergence(a, b)]),
                "jensen_shannon_divergence",
                "SciPy, squared",
                1e-10,
            ),
            Comparison(
                "the same, summed over the words",
                ours,
                np.array([parts.sum()]),
                "jensen_shannon_divergence",
                "the formula",
                1e-10,
            ),
        ),
        (
            Rows(
                "the words that tell the classes apart most",
                ("word", "p", "q", "part of the JSD"),
                tuple(
                    (words[i], number(p[i], 3), number(q[i], 3), number(parts[i], 3)) for i in order
                ),
            ),
        ),
    )


def _how_large(lesson: Lesson) -> str:
    a, b = _two_classes(lesson)
    counts = [[x[word] for word in sorted(a | b)] for x in (a, b)]
    value = float(jensen_shannon_divergence(counts[0], counts[1]))
    return (
        f"At most ln 2 = {number(np.log(2))}, where no word is in both sets: one word then gives "
        f"the coin away. Here it is {number(value)}, {percent(value / np.log(2))} of that. "
        f"{number(len(a.keys() & b.keys()))} of {number(len(a.keys() | b.keys()))} words are in "
        "both."
    )


STATIONS: tuple[Station[Lesson], ...] = (
    Station(
        "features",
        "The 30 features of a pair",
        ((4, "f_ratio"),),
        ("tasks/features.py::pair_features", "tasks/features.py::_value"),
        feature_values,
        "How many of the 30 say nothing of the auxiliary task?",
        _of_both,
        also=("tasks/features.py::task_features",),
    ),
    Station(
        "divergence",
        "The divergence of two sets of documents",
        ((5, "JSD(p, q)"), (5, "H(p)")),
        ("stats/divergence.py::_divergence",),
        divergence_values,
        "How large can it be, and how large is it between the main task's classes?",
        _how_large,
        also=("tasks/words.py::bag_divergence", "tasks/words.py::bag_of"),
    ),
)
