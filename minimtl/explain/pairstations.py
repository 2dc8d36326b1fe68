"""Stations of a pair's features: the learning curve, its logarithm, counts and divergences."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import jensenshannon

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Array, Comparison, Values, curves, number, table
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
    task, data = lesson.pair.main, lesson.study.data
    losses = lesson.losses[task]
    again = train_model(
        data.protocol.settings,
        task_data([lesson.samples[task]], data),
        [2],
        _EPOCHS_AGAIN,
        training_rng(Job((task,), 0), data.identity),
        "numpy",
    )
    ours_by = "kernel, float32" if data.backend == "numba" else "NumPy"
    comparison = Comparison(
        f"y of the first {_EPOCHS_AGAIN} epochs",
        losses[:_EPOCHS_AGAIN],
        again.losses[0],
        f"the study's model, {ours_by}",
        "NumPy twin, trained again",
        1e-5,
    )

    epochs = np.arange(1, len(losses) + 1)
    half = np.flatnonzero(losses <= losses[0] / 2)
    when = f"epoch {half[0] + 1}" if len(half) else f"no epoch of these {len(losses)}"
    return Values(
        [comparison],
        [
            curves(
                "training loss of the main task and of the auxiliary task, each learnt alone",
                "epoch",
                "loss",
                [
                    ("main", epochs, losses),
                    ("auxiliary", epochs, lesson.losses[lesson.pair.aux]),
                ],
            )
        ],
        {
            "first": losses[0],
            "ln2": np.log(2),
            "when": when,
            "epochs": len(losses),
            "last": losses[-1],
        },
    )


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
    losses, epochs = lesson.losses[lesson.pair.main], lesson.protocol.reading.gradient_epochs
    i = np.arange(len(losses))
    best = fit_log_curve(losses)
    slopes = central_difference(losses, np.array(epochs))
    by_hand = np.array(_slopes_by_hand(losses, epochs))

    other = best.a * np.log(10 * best.c * i + 10) + best.b - best.a * np.log(10)
    numbers = {"c": best.c, "tenfold": 10 * best.c, "apart": np.abs(other - best(i)).max()}
    return Values(
        [
            Comparison(
                "the fitted curve",
                best(i),
                _fitted_by_search(losses),
                "fit_log_curve",
                "lstsq and a search for c",
                _FIT,
            ),
            Comparison("four slopes", slopes, by_hand, "central_difference", "by hand", 1e-12),
        ],
        [
            curves(
                f"a = {number(best.a)}, b = {number(best.b)}, c = {number(best.c)}",
                "epoch",
                "loss",
                [("loss", i + 1, losses), ("fitted", i + 1, best(i))],
            ),
            *table(
                "slopes",
                ("epoch", "slope"),
                [(epoch + 1, slope) for epoch, slope in zip(epochs, slopes, strict=True)],
            ),
        ],
        numbers,
    )


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
    """By SciPy, which returns its root."""
    every = sorted(a.keys() | b.keys())
    root = jensenshannon([a[word] for word in every], [b[word] for word in every])
    return float(root) ** 2


def _features_by_hand(lesson: Lesson) -> Array:
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


def features(lesson: Lesson) -> Values:
    """The 30 features of the pair, from the study and from the texts."""
    problem = lesson.problem
    values = problem.features[0][problem.pairs.index(lesson.pair)]
    ours = values[[FEATURE_NAMES.index(name) for name in AUTHORS_FEATURES]]
    twin = _features_by_hand(lesson)
    scale = np.maximum(np.abs(twin), 1e-300)

    n = sum(column.feature.roles == ROLES for column in COLUMNS) // 3
    rows = [(COLUMNS[j].feature.name, *values[j : 3 * n : n]) for j in range(n)]
    rows += [(COLUMNS[j].name, values[j], "", "") for j in range(3 * n, len(COLUMNS))]

    roles = Counter(column.role for column in COLUMNS)
    per_role = ", ".join(f"{roles[role]} {role}" for role in (*ROLES, "pair"))
    of_curve = sum(column.feature.of_curve for column in COLUMNS)
    numbers = {"roles": per_role, "main": roles["main"], "curve": of_curve, "all": len(COLUMNS)}
    return Values(
        [
            Comparison(
                "30 features, each over its own size",
                ours / scale,
                twin / scale,
                "study, from its store",
                "plain Python",
                1e-9,
            )
        ],
        table(
            "the features of this pair in run 1", ("feature", "main", "auxiliary", "ratio"), rows
        ),
        numbers,
    )


def divergence(lesson: Lesson) -> Values:
    """The divergence of the main task's classes, and each word's part of it."""
    by_hand = _ByHand(lesson, lesson.pair.main)
    a, b = by_hand.positive, by_hand.negative
    words = sorted(a | b)
    counts = [np.array([x[word] for word in words]) for x in (a, b)]
    ours = np.array([jensen_shannon_divergence(*counts)])

    p, q = (x / x.sum() for x in counts)
    m = (p + q) / 2
    parts = sum(x * np.log(np.where(x > 0, x / m, 1.0)) for x in (p, q)) / 2
    largest = np.argsort(-parts)[:_SHOWN]

    name = "jensen_shannon_divergence"
    numbers = {
        "ln2": np.log(2),
        "value": ours[0],
        "share": ours[0] / np.log(2),
        "both": len(a.keys() & b.keys()),
        "words": len(words),
    }
    return Values(
        [
            Comparison(
                "JSD of the two classes",
                ours,
                np.array([_divergence(a, b)]),
                name,
                "SciPy, squared",
                1e-10,
            ),
            Comparison(
                "the same, summed over the words",
                ours,
                np.array([parts.sum()]),
                name,
                "the formula",
                1e-10,
            ),
        ],  # fmt: skip
        table(
            "the words that tell the classes apart most",
            ("word", "p", "q", "part of the JSD"),
            [(words[i], number(p[i], 3), number(q[i], 3), number(parts[i], 3)) for i in largest],
        ),
        numbers,
    )
