"""Stations of the network's training steps: forward, loss, backward, Adam, and moves that wait."""

from functools import cache
from itertools import product

import numpy as np

from minimtl.explain.firststeps import N_STEPS, deferred_move, pending_terms
from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Array, ReaderChoice, Values, number, percent
from minimtl.nn import Adam, softmax
from minimtl.report import Axis, Bars, Block, Chart, Drawing, Paragraph

# Float32 has 24 bits, 6e-8 of a number; a sum of some hundred products loses a little more.
SINGLE = 1e-5
# After 130 steps of float32, whose errors add up; the largest weights are near 0.3.
_AFTER_STEPS = 1e-4
RULE_ERROR = 2e-6  # as nn/pending.py has it, which cannot be imported without Numba
FIRST_OF_RULE = 96
_CORNER = slice(16), slice(60)  # of a matrix that is shown
_GAPS = (1, 3, 8, 13, 30, 80, 250)
_LAST_STEPS = (1, 2, 5, 20, 96, 1000)
_N_BARS = 60
_RATES = (0.2, 0.5, 0.8)
_MASK_STEPS = (1, 2, 3, 4, 5, 6)


def first_layer(lesson: Lesson) -> Values:
    """Z_1 of the first batch, and the products that its zeros save."""
    here, steps = Values(), lesson.steps
    Z = steps.twin.Z[0]
    here.compare("Z_1", steps.ours.Z[0], Z, *steps.by, SINGLE)
    here.heat("a corner of Z_1", Z[_CORNER], "posts", "units")

    X, width = steps.X[steps.batch(1).ravel()], Z.shape[1]
    here.answer = {
        "rows": X.shape[0],
        "columns": X.shape[1],
        "entries": X.nnz,
        "units": width,
        "sparse": X.nnz * width,
        "dense": X.shape[0] * X.shape[1] * width,
        "times": X.shape[0] * X.shape[1] / X.nnz,
    }
    return here


def dropout(lesson: Lesson) -> Values:
    """A_1, its mask and D_1; masks of other steps and rates."""
    here, steps = Values(), lesson.steps
    ours, twin = steps.ours, steps.twin
    here.compare("A_1", ours.A[0], twin.A[0], *steps.by, SINGLE)
    here.compare("R_1", ours.R[0], twin.R[0], *steps.by)
    here.compare("D_1", ours.D[0], twin.D[0], *steps.by, SINGLE)
    title = "a corner of D_1, where a white cell was dropped"
    here.heat(title, twin.D[0][_CORNER], "posts", "units")

    A = twin.A[0]
    mean = np.mean([A * steps.masks(step)[0] for step in range(1, N_STEPS + 1)])
    here.answer = {"steps": N_STEPS, "dropped": mean, "plain": A.mean()}

    network, n_rows = steps.copy(np.float64), steps.batch(1).shape[1]
    shown: dict[tuple[int, ...], list[Block]] = {}
    for (i, step), (j, rate) in product(enumerate(_MASK_STEPS), enumerate(_RATES)):
        masks, no_masks = steps.masks(step, rate), [None] * len(network.weights)
        dropped, plain = (
            steps.twin_values(network, one, step).losses[0] for one in (masks, no_masks)
        )
        part, stays = Values(), masks[0] > 0
        part.heat("the dropout mask", stays[:n_rows].astype(float), "posts", "units")
        sentence = (
            f"Step {step}, rate {rate}: {percent(stays.mean())} of the units stay; the loss is "
            f"{dropped:.5f}, and {plain:.5f} without dropout."
        )
        shown[i, j] = [Paragraph(sentence), *part.pictures]
    here.choice = ReaderChoice({"mask of step": _MASK_STEPS, "rate": _RATES}, shown, first=(0, 1))
    return here


def second_layer(lesson: Lesson) -> Values:
    """Z_2 and D_2 of the first batch, and how many parameters each layer has."""
    here, steps = Values(), lesson.steps
    ours, twin, network = steps.ours, steps.twin, steps.network
    here.compare("Z_2", ours.Z[1], twin.Z[1], *steps.by, SINGLE)
    here.compare("D_2", ours.D[1], twin.D[1], *steps.by, SINGLE)
    here.heat("a corner of D_2", twin.D[1][_CORNER], "posts", "units")

    weights = [*network.weights, *network.head_weights]
    biases = [*network.biases, *network.head_biases]
    first, second, *heads = (W.size + b.size for W, b in zip(weights, biases, strict=True))
    total = first + second + sum(heads)
    share = 100 * first / total
    here.answer = {
        "first": first, "all": total, "share": share, "second": second, "head": heads[0]
    }  # fmt: skip
    return here


def loss(lesson: Lesson) -> Values:
    """Probabilities and losses of the first posts of both tasks."""
    here, steps, losses = Values(), lesson.steps, lesson.steps.twin.losses
    here.compare("loss of each task", steps.ours.losses, losses, *steps.by, SINGLE)

    labels, network = steps.labels[steps.batch(1)], steps.copy(np.float64)
    rows: list[tuple[str | float, ...]] = []
    for task, D in enumerate(np.split(steps.twin.D[-1], len(labels))):
        P = softmax(D @ network.head_weights[task] + network.head_biases[task])
        for i, y in enumerate(labels[task][:3]):
            role = ("main", "auxiliary")[task]
            rows.append((role, i + 1, P[i, 0], P[i, 1], y, -np.log(P[i, y])))
    head = ("task", "post", "P of 0", "P of 1", "y", "−ln P of y")
    here.table(f"the first posts of each task; J = {number(losses.sum(), 5)}", head, rows)
    here.answer = {"ln2": np.log(2), "main": losses[0], "aux": losses[1]}
    return here


def gradients(lesson: Lesson) -> Values:
    """The gradient of J, and one entry of it by differences."""
    here, steps = Values(), lesson.steps
    ours, twin, words = steps.ours.gradient, steps.twin.gradient, steps.words[0]
    here.compare("∂J/∂W_1", ours.first, twin.first, *steps.by, SINGLE)
    here.compare("∂J/∂ all others", ours.flat, twin.flat, *steps.by, SINGLE)

    n_rows, columns = _CORNER
    largest = words[np.argsort(-np.abs(twin.first[words]).sum(axis=1))][n_rows]
    names = ", ".join(lesson.word(word) for word in largest)
    here.heat(f"∂J/∂W_1, the rows of {names}", twin.first[largest, columns], "words", "units")

    h = 1e-5
    place, unit = divmod(int(np.abs(twin.first[words]).argmax()), twin.first.shape[1])
    word = words[place]
    J = []
    for nudge in (h, -h):
        network = steps.copy(np.float64)
        network.first[word, unit] += nudge
        J.append(steps.twin_values(network, steps.masks(1)).losses.sum())
    here.answer = {
        "h": h,
        "twice": 2 * h,
        "word": lesson.word(word),
        "unit": unit + 1,
        "slope": (J[0] - J[1]) / (2 * h),
        "gradient": twin.first[word, unit],
    }
    return here


def adam(lesson: Lesson) -> Values:
    """Weights after some steps of Adam, and the moves of the first one."""
    here, steps = Values(), lesson.steps
    rule, g = steps.settings.adam, steps.twin.gradient.flat
    name = f"all weights but W_1, after {N_STEPS} steps"
    dense = steps.dense.network.flat
    here.compare(name, steps.ours_after.flat, dense, *steps.by, _AFTER_STEPS)
    by_formula = -rule.learning_rate * g / (np.abs(g) + rule.eps)
    moves = np.zeros_like(g)
    rule.update(moves, g, np.zeros_like(g), np.zeros_like(g), step=1)
    here.compare("the first moves", moves, by_formula, "Adam.update", "−lr·g/(|g| + ε)", 1e-12)

    m, root_v = (1 - rule.beta1) * g, np.sqrt((1 - rule.beta2) * g**2)
    chosen = np.argsort(-np.abs(g))[[0, len(g) // 100, len(g) // 10, len(g) // 2]]
    rows = [(g[i], m[i], root_v[i], number(moves[i], 6)) for i in chosen]
    here.table("four weights in the first step", ("gradient g", "m", "√v", "move"), rows)

    sizes = np.abs(g[g != 0])
    low, high = np.quantile(np.abs(by_formula[g != 0]), [0.25, 0.75])
    here.answer = {"least": sizes.min(), "most": sizes.max(), "low": low, "high": high}
    return here


@cache
def _largest_error(adam: Adam, s: int, K: int, n_points: int) -> float:
    """The largest relative error of a rule of `n_points` over all r."""
    r = adam.eps * np.logspace(-4, 8, 241)
    exact = deferred_move(adam, s, K, np.ones_like(r), r)
    rule = deferred_move(adam, s, K, np.ones_like(r), r, n_points)
    return float(np.abs(rule / exact - 1).max())


def deferred(lesson: Lesson) -> Values:
    """Rows of words that wait, moved at once and step by step."""
    here, steps = Values(), lesson.steps
    rule, waiting = steps.settings.adam, steps.dense.waiting
    kernel, dense = steps.ours_after.first[[w.column for w in waiting]], "dense Adam, float64"
    after = [w.after for w in waiting]
    here.compare(
        f"rows of W_1 after {N_STEPS} steps", kernel, after, steps.by[0], dense, _AFTER_STEPS
    )
    at_once = [w.before + deferred_move(rule, w.s, w.K, w.m, w.r) for w in waiting]
    name = "the same rows, their moves made at once"
    here.compare(name, at_once, after, "the sum, NumPy", dense, 1e-12)
    late = [w for w in waiting if w.s >= FIRST_OF_RULE]
    by_rule, by_terms = (
        [deferred_move(rule, w.s, w.K, w.m, w.r, n_points) for w in late] for n_points in (2, 0)
    )
    name = f"moves pending since step {FIRST_OF_RULE} or later"
    here.compare(name, by_rule, by_terms, "two-point rule", "all terms", RULE_ERROR)

    rows = []
    for w, moved in zip(waiting, at_once, strict=True):
        before = w.before[w.unit]
        weights = (before, moved[w.unit] - before, w.after[w.unit] - before)
        rows.append((lesson.word(w.column), w.s, w.K, *(number(x, 6) for x in weights)))
    head = ("word", "s", "K", "weight before", "moved at once", "moved by dense Adam")
    here.table("six words that wait, one weight of each", head, rows)
    s, lines = waiting[-1].s, []
    for n, name in enumerate(("1 point", "2 points", "3 points"), start=1):
        errors = [max(_largest_error(rule, s, K, n), 1e-16) for K in _GAPS]
        lines.append((name, _GAPS, np.log10(errors)))
    title = f"largest relative error over all r, last gradient at step {s}"
    here.curves(title, Axis(label="gap K", is_log=True), "power of ten", lines)

    met: set[int] = set()
    n_dense = 0
    for words in steps.words:
        met.update(words.tolist())
        n_dense += len(met)
    n_deferred = sum(map(len, steps.words))
    here.answer = {
        "steps": N_STEPS,
        "met": len(met),
        "dense": n_dense,
        "deferred": n_deferred,
        "share": 100 * n_deferred / n_dense,
    }
    here.choice = _choose_gap(lesson)
    return here


def _choose_gap(lesson: Lesson) -> ReaderChoice:
    """The pending moves of a word, added up in four ways."""
    rule, every = lesson.steps.settings.adam, lesson.steps.dense.waiting
    waiting = [every[0], every[len(every) // 2], every[-1]]
    names = [lesson.word(word.column) for word in waiting]
    head = ("how", "divisions", "move", "relative error", "largest, any r")
    shown: dict[tuple[int, ...], list[Block]] = {}
    for (i, word), (j, s) in product(enumerate(waiting), enumerate(_LAST_STEPS)):
        m, r = word.m[word.unit], word.r[word.unit]
        w, z = pending_terms(rule, s, _N_BARS - 1)
        sizes = np.abs(m * w * z / (r + rule.eps * z))
        for k, K in enumerate(_GAPS):
            part, exact = Values(), float(deferred_move(rule, s, K, m, r))
            rows: list[tuple[str | float, ...]] = [("all terms", K + 1, number(exact, 7), "–", "–")]
            for n, name in enumerate(("one point", "two points", "three points"), start=1):
                move = float(deferred_move(rule, s, K, m, r, n))
                errors = abs(move / exact - 1), _largest_error(rule, s, K, n)
                rows.append((name, n, number(move, 7), *(f"{error:.1e}" for error in errors)))
            title = f"“{names[i]}”, m = {number(m, 8)}, r = {number(r, 8)}, step {s}, K = {K}"
            part.table(title, head, rows)
            shown[i, j, k] = [*part.pictures, _bars(sizes[: K + 1])]
    controls = {"word": names, "last gradient at step": _LAST_STEPS, "gap K": _GAPS}
    return ReaderChoice(controls, shown, first=(2, 0, 3))


def _bars(sizes: Array) -> Block:
    chart = Chart(
        title="the single moves, the first on the left",
        series=(Bars(edges=range(len(sizes) + 1), heights=sizes.tolist()),),
        x=Axis(low=0, high=_N_BARS),
        y=Axis(ticks=()),
        height=100,
    )
    return Drawing(chart, f"the size of each move, k = 0 on the left; at most the first {_N_BARS}")
