"""Stations of the network's training steps: forward, loss, backward, Adam, and moves that wait."""

from functools import cache
from itertools import product

import numpy as np

from minimtl.explain.firststeps import N_STEPS, deferred_move, pending_terms
from minimtl.explain.lesson import Lesson
from minimtl.explain.station import (
    Array,
    Choice,
    Comparison,
    Control,
    Numbers,
    Values,
    curves,
    heat,
    number,
    percent,
    table,
)
from minimtl.nn import Adam, softmax
from minimtl.report import Axis, Bars, Block, Chart, Drawing, Paragraph

# Float32 has 24 bits, 6e-8 of a number; a sum of some hundred products loses a little more.
SINGLE = 1e-5
# After 130 steps of float32, whose errors add up; the largest weights are near 0.3.
_AFTER_STEPS = 1e-4
RULE_ERROR = 2e-6  # as nn/pending.py has it, which cannot be imported without Numba
FIRST_OF_RULE = 96
_N_ROWS, _N_COLUMNS = 16, 60  # of a heat map
_GAPS = (1, 3, 8, 13, 30, 80, 250)
_LAST_STEPS = (1, 2, 5, 20, 96, 1000)
_N_BARS = 60
_RATES = (0.2, 0.5, 0.8)
_MASK_STEPS = 6


def _compare(lesson: Lesson, name: str, ours: Array, twin: Array) -> Comparison:
    ours_by, twin_by = lesson.steps.by
    return Comparison(name, ours, twin, ours_by, twin_by, SINGLE)


def _corner(title: str, matrix: Array) -> Block:
    return heat(f"a corner of {title}", matrix[:_N_ROWS, :_N_COLUMNS], "posts", "units")


def first_layer(lesson: Lesson) -> Values:
    """Z_1 of the first batch, and the products that its zeros save."""
    steps = lesson.steps
    X, width = steps.X[steps.batch(1).ravel()], steps.network.shape.hidden[0]
    dense, sparse = X.shape[0] * X.shape[1] * width, X.nnz * width
    numbers = {
        "rows": X.shape[0],
        "columns": X.shape[1],
        "entries": X.nnz,
        "units": width,
        "sparse": sparse,
        "dense": dense,
        "times": dense / sparse,
    }
    return Values(
        [_compare(lesson, "Z_1", steps.ours.Z[0], steps.twin.Z[0])],
        [_corner("Z_1", steps.twin.Z[0])],
        numbers,
    )


def dropout(lesson: Lesson) -> Values:
    """A_1, its mask and D_1; masks of other steps and rates."""
    steps = lesson.steps
    ours, twin = steps.ours, steps.twin
    masks = _compare(lesson, "R_1", ours.R[0], twin.R[0])._replace(tolerance=0.0)

    A = twin.A[0]
    mean = np.mean([A * steps.masks(step)[0] for step in range(1, N_STEPS + 1)])
    numbers = {"steps": N_STEPS, "dropped": mean, "plain": A.mean()}
    return Values(
        [
            _compare(lesson, "A_1", ours.A[0], twin.A[0]),
            masks,
            _compare(lesson, "D_1", ours.D[0], twin.D[0]),
        ],
        [_corner("D_1, where a white cell was dropped", twin.D[0])],
        numbers,
        _choose_mask(lesson),
    )


def _choose_mask(lesson: Lesson) -> Choice:
    """The mask of the first layer's rows of the main task, and the loss with and without it."""
    steps = lesson.steps
    network, n_rows = steps.copy(np.float64), steps.batch(1).shape[1]
    shown = {}
    for step in range(1, _MASK_STEPS + 1):
        without = steps.twin_values(network, [None] * len(network.weights), step).losses[0]
        for place, rate in enumerate(_RATES):
            masks = steps.masks(step, rate)
            stays = masks[0] > 0
            sentence = (
                f"Step {step}, rate {rate}: {percent(stays.mean())} of the units stay; the loss is "
                f"{steps.twin_values(network, masks, step).losses[0]:.5f}, and {without:.5f} "
                "without dropout."
            )
            mask = heat("the dropout mask", stays[:n_rows].astype(float), "posts", "units")
            shown[step - 1, place] = [Paragraph(sentence), mask]
    return Choice(
        (
            Control("mask of step", tuple(range(1, _MASK_STEPS + 1)), 0),
            Control("rate", _RATES, 1),
        ),
        shown,
    )


def second_layer(lesson: Lesson) -> Values:
    """Z_2 and D_2 of the first batch, and how many parameters each layer has."""
    steps = lesson.steps
    ours, twin, network = steps.ours, steps.twin, steps.network
    layers = zip(
        [*network.weights, *network.head_weights],
        [*network.biases, *network.head_biases],
        strict=True,
    )
    sizes = [W.size + b.size for W, b in layers]
    numbers = {
        "first": sizes[0],
        "all": sum(sizes),
        "share": 100 * sizes[0] / sum(sizes),
        "second": sizes[1],
        "head": sizes[-1],
    }
    return Values(
        [
            _compare(lesson, "Z_2", ours.Z[1], twin.Z[1]),
            _compare(lesson, "D_2", ours.D[1], twin.D[1]),
        ],
        [_corner("D_2", twin.D[1])],
        numbers,
    )


def loss(lesson: Lesson) -> Values:
    """Probabilities and losses of the first posts of both tasks."""
    steps, twin = lesson.steps, lesson.steps.twin
    labels = steps.labels[steps.batch(1)]
    halves = np.split(twin.D[-1], len(labels))
    network = steps.copy(np.float64)
    rows = []
    for task, role in enumerate(("main", "auxiliary")):
        P = softmax(halves[task] @ network.head_weights[task] + network.head_biases[task])
        for i, y in enumerate(labels[task][:3]):
            rows.append((role, i + 1, P[i, 0], P[i, 1], y, -np.log(P[i, y])))

    losses = twin.losses
    numbers = {"ln2": np.log(2), "main": losses[0], "aux": losses[1]}
    return Values(
        [_compare(lesson, "loss of each task", steps.ours.losses, losses)],
        [
            *table(
                f"the first posts of each task; J = {number(losses.sum(), 5)}",
                ("task", "post", "P of 0", "P of 1", "y", "−ln P of y"),
                rows,
            )
        ],
        numbers,
    )


def gradients(lesson: Lesson) -> Values:
    """The gradient of J, and one entry of it by differences."""
    steps = lesson.steps
    ours, twin, words = steps.ours.gradient, steps.twin.gradient, steps.words[0]
    largest = words[np.argsort(-np.abs(twin.first[words]).sum(axis=1))][:_N_ROWS]
    names = ", ".join(lesson.word(word) for word in largest)

    h = 1e-5
    place, unit = divmod(int(np.abs(twin.first[words]).argmax()), twin.first.shape[1])
    word = words[place]
    J = []
    for nudge in (h, -h):
        network = steps.copy(np.float64)
        network.first[word, unit] += nudge
        J.append(steps.twin_values(network, steps.masks(1)).losses.sum())
    numbers = {
        "h": h,
        "twice": 2 * h,
        "word": lesson.word(word),
        "unit": unit + 1,
        "slope": (J[0] - J[1]) / (2 * h),
        "gradient": twin.first[word, unit],
    }
    return Values(
        [
            _compare(lesson, "∂J/∂W_1", ours.first, twin.first),
            _compare(lesson, "∂J/∂ all others", ours.flat, twin.flat),
        ],
        [
            heat(
                f"∂J/∂W_1, the rows of {names}",
                twin.first[largest, :_N_COLUMNS],
                "words",
                "units",
            )
        ],
        numbers,
    )


def adam(lesson: Lesson) -> Values:
    """Weights after some steps of Adam, and the moves of the first one."""
    steps = lesson.steps
    rule, g = steps.settings.adam, steps.twin.gradient.flat
    by_formula = -rule.learning_rate * g / (np.abs(g) + rule.eps)
    move = np.zeros_like(g)
    rule.update(move, g, np.zeros_like(g), np.zeros_like(g), step=1)

    chosen = np.argsort(-np.abs(g))[[0, len(g) // 100, len(g) // 10, len(g) // 2]]
    m, root_v = (1 - rule.beta1) * g, np.sqrt((1 - rule.beta2) * g**2)

    sizes, moves = np.abs(g[g != 0]), np.abs(by_formula[g != 0])
    low, high = np.quantile(moves, [0.25, 0.75])
    numbers = {"least": sizes.min(), "most": sizes.max(), "low": low, "high": high}
    after = _compare(
        lesson,
        f"all weights but W_1, after {N_STEPS} steps",
        steps.ours_after.flat,
        steps.dense.network.flat,
    )
    return Values(
        [
            after._replace(tolerance=_AFTER_STEPS),
            Comparison(
                "the first moves", move, by_formula, "Adam.update", "−lr·g/(|g| + ε)", 1e-12
            ),
        ],
        [
            *table(
                "four weights in the first step",
                ("gradient g", "m", "√v", "move"),
                [(g[i], m[i], root_v[i], number(move[i], 6)) for i in chosen],
            )
        ],
        numbers,
    )


@cache
def _largest_error(adam: Adam, s: int, K: int, n_points: int) -> float:
    """The largest relative error of a rule of `n_points` over all r."""
    r = adam.eps * np.logspace(-4, 8, 241)
    exact = deferred_move(adam, s, K, np.ones_like(r), r)
    rule = deferred_move(adam, s, K, np.ones_like(r), r, n_points)
    return float(np.abs(rule / exact - 1).max())


def deferred(lesson: Lesson) -> Values:
    """Rows of words that wait, moved at once and step by step."""
    steps = lesson.steps
    rule, waiting = steps.settings.adam, steps.dense.waiting
    after = np.array([word.after for word in waiting])
    at_once = np.array(
        [word.before + deferred_move(rule, word.s, word.K, word.m, word.r) for word in waiting]
    )
    late = [word for word in waiting if word.s >= FIRST_OF_RULE]
    by_rule, by_terms = (
        np.array([deferred_move(rule, word.s, word.K, word.m, word.r, n) for word in late])
        for n in (2, 0)
    )
    comparisons = [
        Comparison(
            f"rows of W_1 after {N_STEPS} steps",
            steps.ours_after.first[[word.column for word in waiting]],
            after,
            steps.by[0],
            "dense Adam, float64",
            _AFTER_STEPS,
        ),
        Comparison(
            "the same rows, their moves made at once",
            at_once,
            after,
            "the sum, NumPy",
            "dense Adam, float64",
            1e-12,
        ),
        Comparison(
            f"moves pending since step {FIRST_OF_RULE} or later",
            by_rule,
            by_terms,
            "two-point rule",
            "all terms",
            RULE_ERROR,
        ),
    ]

    rows = [
        (
            lesson.word(word.column),
            word.s,
            word.K,
            number(word.before[word.unit], 6),
            number(moved[word.unit] - word.before[word.unit], 6),
            number(word.after[word.unit] - word.before[word.unit], 6),
        )
        for word, moved in zip(waiting, at_once, strict=True)
    ]
    s = waiting[-1].s
    errors = {n: [_largest_error(rule, s, K, n) for K in _GAPS] for n in (1, 2, 3)}
    lines = [
        (f"{n} point{'s'[: n - 1]}", _GAPS, np.log10(np.maximum(errors[n], 1e-16))) for n in errors
    ]
    return Values(
        comparisons,
        [
            *table(
                "six words that wait, one weight of each",
                ("word", "s", "K", "weight before", "moved at once", "moved by dense Adam"),
                rows,
            ),
            curves(
                f"largest relative error over all r, last gradient at step {s}",
                "gap K",
                "power of ten",
                lines,
                log_x=True,
            ),
        ],
        _moves_saved(lesson),
        _choose_gap(lesson),
    )


def _moves_saved(lesson: Lesson) -> Numbers:
    words = lesson.steps.words
    n_deferred = sum(map(len, words))
    met: set[int] = set()
    n_dense = 0
    for batch in words:
        met.update(batch.tolist())
        n_dense += len(met)
    return {
        "steps": N_STEPS,
        "met": len(met),
        "dense": n_dense,
        "deferred": n_deferred,
        "share": 100 * n_deferred / n_dense,
    }


def _choose_gap(lesson: Lesson) -> Choice:
    """The pending moves of a word, added up in four ways."""
    rule, every = lesson.steps.settings.adam, lesson.steps.dense.waiting
    waiting = [every[0], every[len(every) // 2], every[-1]]
    names = [lesson.word(word.column) for word in waiting]
    shown = {}
    for (i, word), (j, s) in product(enumerate(waiting), enumerate(_LAST_STEPS)):
        m, r = word.m[word.unit], word.r[word.unit]
        w, z = pending_terms(rule, s, _N_BARS - 1)
        sizes = np.abs(m * w * z / (r + rule.eps * z))
        for k, K in enumerate(_GAPS):
            moves = [float(deferred_move(rule, s, K, m, r, n)) for n in range(4)]
            rows: list[tuple[str, ...]] = [("all terms", str(K + 1), number(moves[0], 7), "–", "–")]
            for n, name in enumerate(("one point", "two points", "three points"), start=1):
                error, largest = abs(moves[n] / moves[0] - 1), _largest_error(rule, s, K, n)
                rows.append((name, str(n), number(moves[n], 7), f"{error:.1e}", f"{largest:.1e}"))
            title = f"“{names[i]}”, m = {number(m, 8)}, r = {number(r, 8)}, step {s}, K = {K}"
            head = ("how", "divisions", "move", "relative error", "largest, any r")
            shown[i, j, k] = [*table(title, head, rows), _bars(sizes[: K + 1])]
    return Choice(
        (
            Control("word", names, 2),
            Control("last gradient at step", _LAST_STEPS, 0),
            Control("gap K", _GAPS, 3),
        ),
        shown,
    )


def _bars(sizes: Array) -> Block:
    chart = Chart(
        title="the single moves, the first on the left",
        series=(Bars(edges=range(len(sizes) + 1), heights=sizes.tolist()),),
        x=Axis(low=0, high=_N_BARS),
        height=100,
    )
    return Drawing(chart, f"the size of each move, k = 0 on the left; at most the first {_N_BARS}")
