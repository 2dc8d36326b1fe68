"""Stations of a pair's features: the learning curve, its logarithm, counts and divergences."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import jensenshannon

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Array, Values, number
from minimtl.report import Axis
from minimtl.stats import (
    C_MAX,
    C_MIN,
    central_difference,
    fit_log_curve,
    jensen_shannon_divergence,
)
from minimtl.tasks import (
    AUTHORS_FEATURES,
    COLUMNS,
    FEATURE_NAMES,
    ROLES,
    TOKENIZERS,
    Job,
    Task,
    task_data,
    train_model,
    training_rng,
)

_EPOCHS_AGAIN = 3
# The fit is flat at its minimum: comparing values of RSS finds c to half of the digits.
_FIT = 1e-5
_SHOWN = 8


def curve(lesson: Lesson) -> Values:
    """The losses of the pair's single-task models, the first ones trained again by the twin."""
    here, task, data = Values(), lesson.pair.main, lesson.study.data
    losses, settings = lesson.losses[task], data.protocol.settings
    documents = task_data([lesson.samples[task]], data)
    rng = training_rng(Job((task,), 0), data.identity)
    again = train_model(settings, documents, [2], _EPOCHS_AGAIN, rng, "numpy").losses[0]
    by = f"the study's model, {'kernel, float32' if data.backend == 'numba' else 'NumPy'}"
    name = f"y of the first {_EPOCHS_AGAIN} epochs"
    here.compare(name, losses[:_EPOCHS_AGAIN], again, by, "NumPy twin, trained again", 1e-5)

    epochs = np.arange(1, len(losses) + 1)
    title = "training loss of the main task and of the auxiliary task, each learnt alone"
    lines = [("main", epochs, losses), ("auxiliary", epochs, lesson.losses[lesson.pair.aux])]
    here.curves(title, Axis(label="epoch"), "loss", lines)

    half = np.flatnonzero(losses <= losses[0] / 2)
    here.answer = {
        "first": losses[0],
        "ln2": np.log(2),
        "when": f"epoch {half[0] + 1}" if len(half) else f"no epoch of these {len(losses)}",
        "epochs": len(losses),
        "last": losses[-1],
    }
    return here


def _fitted_by_search(losses: Array) -> Array:
    """The curve again: NumPy's least squares for each c, and SciPy's search for the best one."""
    i = np.arange(len(losses))

    def curve(log_c: float) -> Array:
        columns = np.column_stack([np.log(np.exp(log_c) * i + 1), np.ones(len(i))])
        best: Array = columns @ np.linalg.lstsq(columns, losses, rcond=None)[0]
        return best

    def apart(log_c: float) -> float:
        return float(np.sum((curve(log_c) - losses) ** 2))

    grid = np.linspace(np.log(C_MIN), np.log(C_MAX), 200)
    near = int(np.argmin([apart(log_c) for log_c in grid]))
    bounds = grid[max(near - 1, 0)], grid[min(near + 1, len(grid) - 1)]
    found = minimize_scalar(apart, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    return curve(found.x)


def _slopes_by_hand(losses: Array, epochs: Iterable[int]) -> list[float]:
    return [(losses[epoch + 1] - losses[epoch - 1]) / 2 for epoch in epochs]


def fit(lesson: Lesson) -> Values:
    """The logarithm that is fitted to the main task's losses, and their slopes."""
    here, losses = Values(), lesson.losses[lesson.pair.main]
    epochs = lesson.protocol.reading.gradient_epochs
    i = np.arange(len(losses))
    best = fit_log_curve(losses)
    twin, twin_by = _fitted_by_search(losses), "lstsq and a search for c"
    here.compare("the fitted curve", best(i), twin, "fit_log_curve", twin_by, _FIT)
    slopes, by_hand = central_difference(losses, np.array(epochs)), _slopes_by_hand(losses, epochs)
    here.compare("four slopes", slopes, by_hand, "central_difference", "by hand", 1e-12)

    title = f"a = {number(best.a)}, b = {number(best.b)}, c = {number(best.c)}"
    lines = [("loss", i + 1, losses), ("fitted", i + 1, best(i))]
    here.curves(title, Axis(label="epoch"), "loss", lines)
    rows = [(epoch + 1, slope) for epoch, slope in zip(epochs, slopes, strict=True)]
    here.table("slopes", ("epoch", "slope"), rows)

    other = best.a * np.log(10 * best.c * i + 10) + best.b - best.a * np.log(10)
    apart = np.abs(other - best(i)).max()
    here.answer = {"c": best.c, "tenfold": 10 * best.c, "apart": apart}
    return here


class _ByHand:
    """Words and features of a task in run 0, in plain Python."""

    def __init__(self, lesson: Lesson, task: Task) -> None:
        corpus, sample, reading = lesson.study.corpus, lesson.samples[task], lesson.protocol.reading
        texts = [corpus.train.texts[row] for row in sample.train_rows]
        test = [corpus.test.texts[row] for row in sample.test_rows]
        words, counted = TOKENIZERS[reading.words_jsd], TOKENIZERS[reading.words_counts]

        labelled = list(zip(texts, sample.train_labels, strict=True))
        self.positive, self.negative = (
            Counter(word for text, y in labelled if y == label for word in words(text))
            for label in (1, 0)
        )
        self.test = Counter(word for text in test for word in words(text))
        self.train_words = {word for text in texts for word in counted(text)}
        self.test_words = {word for text in test for word in counted(text)}

        losses = lesson.losses[task]
        best = fit_log_curve(losses)
        self.values = [
            _divergence(self.positive, self.negative),
            len(self.train_words),
            best.a,
            best.c,
            *_slopes_by_hand(losses, reading.gradient_epochs),
        ]


def _divergence(a: Counter[str], b: Counter[str]) -> float:
    """The divergence by SciPy, which returns its root."""
    words = sorted(a.keys() | b.keys())
    root = jensenshannon([a[word] for word in words], [b[word] for word in words])
    return float(root) ** 2


def features(lesson: Lesson) -> Values:
    """The 30 features of the pair, from the study and from the texts."""
    here, problem = Values(), lesson.problem
    values = problem.features[0][problem.pairs.index(lesson.pair)]
    main, aux = (_ByHand(lesson, task) for task in lesson.pair)
    by_hand = np.array(
        [
            *main.values,
            *aux.values,
            *(a / b if b != 0 else 0.0 for a, b in zip(main.values, aux.values, strict=True)),
            len(main.test_words),
            _divergence(main.test, main.positive),
            _divergence(main.test, main.negative),
            _divergence(main.positive, aux.positive),
            _divergence(main.negative, aux.negative),
            len(main.test_words - main.train_words) / len(main.test_words),
        ]
    )
    scale = np.maximum(np.abs(by_hand), 1e-300)
    ours = values[[FEATURE_NAMES.index(name) for name in AUTHORS_FEATURES]] / scale
    name = "30 features, each over its own size"
    here.compare(name, ours, by_hand / scale, "study, from its store", "plain Python", 1e-9)

    n = sum(column.feature.roles == ROLES for column in COLUMNS) // 3
    rows = [(COLUMNS[j].feature.name, *values[j : 3 * n : n]) for j in range(n)]
    rows += [(COLUMNS[j].name, values[j], "", "") for j in range(3 * n, len(COLUMNS))]
    head = ("feature", "main", "auxiliary", "ratio")
    here.table("the features of this pair in run 1", head, rows)

    roles = Counter(column.role for column in COLUMNS)
    here.answer = {
        "roles": ", ".join(f"{roles[role]} {role}" for role in (*ROLES, "pair")),
        "main": roles["main"],
        "curve": sum(column.feature.of_curve for column in COLUMNS),
        "all": len(COLUMNS),
    }
    return here


def divergence(lesson: Lesson) -> Values:
    """The divergence of the main task's classes, and each word's part of it."""
    here, by_hand = Values(), _ByHand(lesson, lesson.pair.main)
    a, b = by_hand.positive, by_hand.negative
    words = sorted(a.keys() | b.keys())
    counts = [np.array([x[word] for word in words]) for x in (a, b)]
    p, q = (x / x.sum() for x in counts)
    m = (p + q) / 2
    logs = [np.log(np.where(x > 0, x / m, 1.0)) for x in (p, q)]
    parts = (p * logs[0] + q * logs[1]) / 2

    value, by = float(jensen_shannon_divergence(counts[0], counts[1])), "jensen_shannon_divergence"
    here.compare(
        "JSD of the two classes", [value], [_divergence(a, b)], by, "SciPy, squared", 1e-10
    )
    name = "the same, summed over the words"
    here.compare(name, [value], [parts.sum()], by, "the formula", 1e-10)

    largest = np.argsort(-parts)[:_SHOWN]
    rows = [(words[i], *(number(x[i], 3) for x in (p, q, parts))) for i in largest]
    head = ("word", "p", "q", "part of the JSD")
    here.table("the words that tell the classes apart most", head, rows)
    here.answer = {
        "ln2": np.log(2),
        "value": value,
        "share": value / np.log(2),
        "both": len(a.keys() & b.keys()),
        "words": len(words),
    }
    return here
