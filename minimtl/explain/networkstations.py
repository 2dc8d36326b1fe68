"""Stations from the text of a post to the network's steps: words, layers, gradients, Adam."""

import re
from collections import Counter

import numpy as np

from minimtl.explain.firststeps import N_STEPS, deferred_move
from minimtl.explain.lesson import Lesson, Visit, number
from minimtl.nn.adam import Adam
from minimtl.nn.reference import softmax
from minimtl.report.chart import Axis
from minimtl.text.tokenize import tokenize

# Float32 has 24 bits, 6e-8 of a number; a sum of some hundred products loses a little more.
SINGLE = 1e-5
# After 130 steps of float32, whose errors add up; the largest weights are near 0.3.
_AFTER_STEPS = 1e-4
RULE_ERROR = 2e-6  # as nn/kernels/adamrows.py has it, which cannot be imported without Numba
FIRST_OF_RULE = 96
_CORNER = slice(16), slice(60)  # of a matrix that is shown
_SHOWN = 12  # words of a table
_GAPS = (1, 3, 8, 13, 30, 80, 250)


def text(here: Visit, lesson: Lesson) -> None:
    """The post, both tasks, and the classes of the main task's posts."""
    corpus, sample = lesson.study.corpus, lesson.samples[lesson.pair.main]
    positive = corpus.topic_names.index(lesson.pair.main.positive)
    looked_up = (corpus.train.topics[sample.train_rows] == positive).astype(int)
    name = "classes y of the main task's training posts"
    here.compare(name, sample.train_labels, looked_up, "drawn sample", "topics looked up")

    post = corpus.train.texts[lesson.post]
    topic = corpus.topic_names[corpus.train.topics[lesson.post]]
    shown = post if len(post) < 600 else post[:600] + " …"
    here.words(f"the post, of {topic}, in alphabetical order", shown)
    head = ("task", "positive (1)", "negative (0)", "training posts", "test posts")
    rows = [
        (role, *task, len(lesson.samples[task].train_rows), len(lesson.samples[task].test_rows))
        for role, task in zip(("main", "auxiliary"), lesson.pair, strict=True)
    ]
    here.table("the two tasks", head, rows)

    share = sample.test_labels.mean()
    here.numbers = {"n": len(sample.test_labels), "share": share, "right": max(share, 1 - share)}


def _words_by_pattern(text: str) -> list[str]:
    return re.findall(r"\b\w\w+\b", text.lower())


def tokens(here: Visit, lesson: Lesson) -> None:
    """The words of the post."""
    post = lesson.study.corpus.train.texts[lesson.post]
    words = tokenize(post)
    here.compare("W", words, _words_by_pattern(post), "tokenize", "regular expression")
    here.words(f"the first of {len(words)} words", "  ".join(words[:40]))

    n = sum(not character.isspace() for character in post)
    in_words = sum(map(len, words))
    here.numbers = {"n": n, "in_words": in_words, "dropped": 1 - in_words / n}


def counts(here: Visit, lesson: Lesson) -> None:
    """The counts of the post's words, and what all counts take."""
    matrix, vocabulary = lesson.words.counts, lesson.words.vocabulary
    row = matrix[lesson.post]
    by_hand = Counter(_words_by_pattern(lesson.study.corpus.train.texts[lesson.post]))
    twin = [by_hand[vocabulary[column]] for column in row.indices]
    here.compare("N of this post", row.data, twin, "count_matrix", "Counter")

    largest = np.argsort(-row.data, kind="stable")[:_SHOWN]
    rows = [(vocabulary[row.indices[i]], row.indices[i], row.data[i]) for i in largest]
    title = f"{row.nnz} entries are not zero; the largest are"
    here.table(title, ("word", "column", "count"), rows)

    n_docs, n_words = matrix.shape
    here.numbers = {
        "rows": n_docs,
        "columns": n_words,
        "share": matrix.nnz / (n_docs * n_words),
        "dense": n_docs * n_words * 8 / 1e9,
        "sparse": (matrix.data.nbytes + matrix.indices.nbytes) / 1e6,
    }


def tfidf(here: Visit, lesson: Lesson) -> None:
    """The post's row of X by the formula in float64, and as the study has it."""
    matrix, columns = lesson.words.counts, lesson.words.columns
    row = matrix[lesson.post][:, columns]
    df = np.bincount(matrix.indices, minlength=matrix.shape[1])[columns[row.indices]]
    idf = np.log((1 + matrix.shape[0]) / (1 + df)) + 1
    weights = row.data * idf
    twin = weights / np.sqrt(np.sum(weights**2))

    ours = lesson.study.data.train[lesson.post].toarray().ravel().astype(float)
    by = "TfidfVectorizer, float32"
    here.compare("x", ours[row.indices], twin, by, "the formula, float64", 1e-6)
    here.compare("length of x", [np.linalg.norm(ours)], [1.0], by, "1", 1e-6)

    names = [lesson.word(column) for column in row.indices]
    heaviest = np.argsort(-twin)[:_SHOWN]
    rows = [(names[i], row.data[i], idf[i], twin[i]) for i in heaviest]
    here.table("the words that weigh most", ("word", "count N", "idf", "x"), rows)

    top, common = int(np.argmax(twin)), int(np.argmin(idf))
    here.numbers = {
        "top": names[top],
        "top_n": row.data[top],
        "top_idf": idf[top],
        "top_x": twin[top],
        "common": names[common],
        "common_n": row.data[common],
        "common_idf": idf[common],
        "common_x": twin[common],
    }


def first_layer(here: Visit, lesson: Lesson) -> None:
    """Z_1 of the first batch, and the products that its zeros save."""
    steps = lesson.steps
    Z = steps.twin.Z[0]
    here.compare("Z_1", steps.ours.Z[0], Z, *steps.by, SINGLE)

    X, width = steps.X[steps.batch(1).ravel()], Z.shape[1]
    here.numbers = {
        "rows": X.shape[0],
        "columns": X.shape[1],
        "entries": X.nnz,
        "units": width,
        "sparse": X.nnz * width,
        "dense": X.shape[0] * X.shape[1] * width,
        "times": X.shape[0] * X.shape[1] / X.nnz,
    }


def dropout(here: Visit, lesson: Lesson) -> None:
    """A_1, its mask and D_1, and the second layer, which does the same again."""
    steps = lesson.steps
    ours, twin = steps.ours, steps.twin
    here.compare("A_1", ours.A[0], twin.A[0], *steps.by, SINGLE)
    here.compare("R_1", ours.R[0], twin.R[0], *steps.by)
    here.compare("D_1", ours.D[0], twin.D[0], *steps.by, SINGLE)
    here.compare("Z_2", ours.Z[1], twin.Z[1], *steps.by, SINGLE)
    here.compare("D_2", ours.D[1], twin.D[1], *steps.by, SINGLE)
    title = "a corner of D_1, where a white cell was dropped"
    here.heat(title, twin.D[0][_CORNER], "posts", "units")

    A = twin.A[0]
    mean = np.mean([A * steps.masks(step)[0] for step in range(1, N_STEPS + 1)])
    here.numbers = {"steps": N_STEPS, "dropped": mean, "plain": A.mean()}


def loss(here: Visit, lesson: Lesson) -> None:
    """Probabilities and losses of the first posts of both tasks."""
    steps, losses = lesson.steps, lesson.steps.twin.losses
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
    here.numbers = {"ln2": np.log(2), "main": losses[0], "aux": losses[1]}


def gradients(here: Visit, lesson: Lesson) -> None:
    """The gradient of J, and one entry of it by differences."""
    steps = lesson.steps
    ours, twin, words = steps.ours.gradient, steps.twin.gradient, steps.words[0]
    here.compare("∂J/∂W_1", ours.first, twin.first, *steps.by, SINGLE)
    here.compare("∂J/∂ all others", ours.flat, twin.flat, *steps.by, SINGLE)

    h = 1e-5
    place, unit = divmod(int(np.abs(twin.first[words]).argmax()), twin.first.shape[1])
    word = words[place]
    J = []
    for nudge in (h, -h):
        network = steps.copy(np.float64)
        network.first[word, unit] += nudge
        J.append(steps.twin_values(network).losses.sum())
    here.numbers = {
        "h": h,
        "twice": 2 * h,
        "word": lesson.word(word),
        "unit": unit + 1,
        "slope": (J[0] - J[1]) / (2 * h),
        "gradient": twin.first[word, unit],
    }


def adam(here: Visit, lesson: Lesson) -> None:
    """Weights after some steps of Adam, and the moves of the first one."""
    steps = lesson.steps
    rule, g = steps.settings.adam, steps.twin.gradient.flat
    name = f"all weights but W_1, after {N_STEPS} steps"
    here.compare(name, steps.ours_after.flat, steps.dense[0].flat, *steps.by, _AFTER_STEPS)
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
    here.numbers = {"least": sizes.min(), "most": sizes.max(), "low": low, "high": high}


def _largest_error(adam: Adam, s: int, K: int, n_points: int) -> float:
    """The largest relative error of a rule of `n_points` over all r."""
    r = adam.eps * np.logspace(-4, 8, 241)
    exact = deferred_move(adam, s, K, np.ones_like(r), r)
    rule = deferred_move(adam, s, K, np.ones_like(r), r, n_points)
    return float(np.abs(rule / exact - 1).max())


def deferred(here: Visit, lesson: Lesson) -> None:
    """Rows of words that wait, moved at once and step by step."""
    steps = lesson.steps
    rule, waiting = steps.settings.adam, steps.dense[1]
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
    here.numbers = {
        "steps": N_STEPS,
        "met": len(met),
        "dense": n_dense,
        "deferred": n_deferred,
        "share": 100 * n_deferred / n_dense,
    }
