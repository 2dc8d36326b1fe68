"""Stations of the meta-analysis: logistic regression, folds, the number in Table 2, documents."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import expit

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Array, ReaderChoice, Values, number
from minimtl.gains import Design, Scores, analyse, score_pairs, table_of
from minimtl.jobs import ProcessPool, rng_for
from minimtl.report import Axis, Block, Marked, Paragraph
from minimtl.stats import corrected_resampled_interval, fit_logistic_regression, scale_features
from minimtl.tasks import (
    FEATURE_SETS,
    Job,
    StudyData,
    Task,
    compute,
    decode,
    joint_job,
    read_score,
    single_job,
)

N_RUNS = 3
_MOST_STEPS = 12
_LAST_DIGITS = 1e-8
_MOST_FOLDS = 10
# Letters of `_choose_fold`, and how they stand out.
_LOOKS: dict[str, Literal["orange", "strong", "blue", "code", "small"]] = {
    "m": "orange",
    "a": "strong",
    "x": "blue",
    "t": "code",
    "·": "small",
}


class NewtonPath(NamedTuple):
    """Newton's iterates θ (n_steps + 1, p), f at each, and the largest entry of |g| at each."""

    theta: Array
    value: Array
    slope: Array


def newton_by_hand(X: Array, z: Array, C: float, penalty: float) -> NewtonPath:
    """Newton's method on f of the page of mathematics, written as it stands there."""
    n_params = X.shape[1]
    Lambda = np.eye(n_params)
    Lambda[-1, -1] = penalty
    theta, path = np.zeros(n_params), []

    def f(theta: Array) -> float:
        return float(C * np.logaddexp(0, -z * (X @ theta)).sum() + theta @ Lambda @ theta / 2)

    for _ in range(_MOST_STEPS):
        u = z * (X @ theta)
        g = -C * (z * expit(-u)) @ X + Lambda @ theta
        path.append((theta, f(theta), float(np.abs(g).max())))
        H = C * (X * (expit(u) * expit(-u))[:, np.newaxis]).T @ X + Lambda
        delta, length = np.linalg.solve(H, -g), 1.0
        while f(theta + length * delta) > f(theta) and length > 1e-9:
            length /= 2
        theta = theta + length * delta

    theta_path, value, slope = zip(*path, strict=True)
    return NewtonPath(np.array(theta_path), np.array(value), np.array(slope))


def newton(lesson: Lesson) -> Values:
    """The meta-model of all pairs, and the steps to it."""
    here, settings, y = Values(), lesson.protocol.meta, lesson.labelled.y
    C, penalized = settings.meta_c, settings.penalize_intercept
    X = scale_features(lesson.labelled.X, settings.scaling)
    best = fit_logistic_regression(X, y, C=C, penalize_intercept=penalized)
    ours = np.append(best.coef[0], best.intercept[0])
    with_ones = np.column_stack([X, np.ones(len(X))])
    path = newton_by_hand(with_ones, np.where(y == 1, 1.0, -1.0), C, float(penalized))
    by = "fit_logistic_regression", "Newton's method by hand"
    here.compare("θ at the minimum", ours, path.theta[-1], *by, _LAST_DIGITS)

    small = np.flatnonzero(path.slope < 1e-10)  # nothing but rounding
    n_steps = int(small[0]) if len(small) else len(path.slope) - 1
    errors = np.abs(path.theta - ours).max(axis=1)
    head = ("step", "f(θ)", "largest |g|", "largest error of θ")
    rows = [
        (k, number(path.value[k], 10), f"{path.slope[k]:.1e}", f"{errors[k]:.1e}")
        for k in range(n_steps + 1)
    ]
    here.table(f"Newton's steps on {len(X)} pairs", head, rows)
    here.answer = {"steps": n_steps, "slope": path.slope[0]}
    return here


def leaks(lesson: Lesson, design: Design, role: str) -> Array:
    """Which test pairs have something of theirs in their fold's training part, (n_fits, n_pairs).

    `role`: ``"main"``, their main task as a main task; ``"aux"``, their main task as an auxiliary
    one; ``"topic"``, one of their four topics. False for pairs that are not tested in a fold.
    """
    pairs = lesson.problem.pairs
    if role == "topic":
        topics = [frozenset((*pair.main, *pair.aux)) for pair in pairs]
        shares = np.array([[bool(a & b) for b in topics] for a in topics])
    else:
        others = [getattr(pair, role) for pair in pairs]
        shares = np.array([[set(pair.main) == set(other) for other in others] for pair in pairs])
    seen: Array = (design.train.astype(np.int64) @ shares.T.astype(np.int64)) > 0
    return seen & design.test


def folds(lesson: Lesson) -> Values:
    """Random folds and stricter ones, what leaks through each, and the meta-model's scores."""
    here, settings, every = Values(), lesson.protocol.meta, FEATURE_SETS["all"]
    random = lesson.designs["in_fold"]
    tested, both = random.test.sum(axis=0), (random.test & random.train).sum(axis=1)
    repetitions = np.full(len(tested), len(random.test) // max(random.n_folds, 1))
    by = "repeated_k_fold"
    here.compare(
        "times that each pair is tested", tested, repetitions, by, "once in each repetition"
    )
    here.compare("pairs both tested and trained on", both, np.zeros(len(both)), by, "none")

    n_shown = min(random.n_folds, 12)
    cells = random.test[:n_shown] - 0.25 * random.train[:n_shown]
    title = f"{random.n_folds} of {len(random.test)} random folds; test pairs are dark"
    here.heat(title, cells, "folds", "pairs")
    designs = [design for design in lesson.designs.values() if design.n_fits]
    rows, by_fold = [], []
    for design in designs:
        scores = score_pairs(lesson.labelled, every, design, settings)
        by_fold.append(scores.accuracy)
        shares = [
            f"{100 * leaks(lesson, design, role).sum() / design.test.sum():.0f} %"
            for role in ("main", "aux", "topic")
        ]
        means = f"{scores.accuracy.mean():.3f}", f"{scores.brier.mean():.3f}"
        rows.append((design.name, *shares, *means))
    title = (
        f"the same rule, C = {number(settings.meta_c)}, all features: the share of test pairs "
        "that have something in training, and scores over all folds"
    )
    head = ("folds", "main task as main", "as auxiliary", "a topic", "accuracy", "Brier score")
    here.table(title, head, rows)

    beside = beside_baselines(lesson)
    here.answer = {
        "leak": leaks(lesson, random, "main").sum() / random.test.sum(),
        "name": beside["main_name"].accuracy,
        "accuracy": beside["all"].accuracy,
        "majority": beside["majority"].accuracy,
    }
    here.choice = _choose_fold(lesson, designs, by_fold)
    return here


def beside_baselines(lesson: Lesson) -> dict[str, Scores]:
    """Scores on the random folds by predictor: all features, and what knows no feature."""
    # As `Lesson.designs` draws its folds.
    rng = rng_for("meta-analysis", lesson.study.seed, lesson.problem.problem)
    table = replace(table_of(lesson.problem, lesson.protocol), sets={})
    analysis = analyse(table, rng, ("in_fold",), alone=(), fewest=2, tested=())
    return {row.features: row.scores for row in analysis.predictions}


def _choose_fold(lesson: Lesson, designs: list[Design], by_fold: list[Array]) -> ReaderChoice:
    """What every pair does in the first folds of each design."""
    n_folds = min(_MOST_FOLDS, *(design.n_fits for design in designs))
    shown: dict[tuple[int, ...], list[Block]] = {}
    for i, design in enumerate(designs):
        state = np.where(design.test, "x", np.where(design.train, "t", "·"))
        state = np.where(leaks(lesson, design, "aux"), "a", state)
        state = np.where(leaks(lesson, design, "main"), "m", state)
        for fold, letters in enumerate(state[:n_folds]):
            sentence = (
                f"{design.name}, fold {fold + 1}: {(letters == 't').sum()} pairs train, "
                f"{design.test[fold].sum()} are tested, {(letters == 'm').sum()} of these with "
                "their main task in training as a main task; accuracy "
                f"{by_fold[i][fold]:.2f} in this fold, {by_fold[i].mean():.3f} over all."
            )
            pairs = tuple(Marked(f"{letter} ", _LOOKS[letter]) for letter in letters)
            shown[i, fold] = [Paragraph(sentence), Paragraph(pairs)]
    controls = {"folds": [design.name for design in designs], "fold": range(1, n_folds + 1)}
    return ReaderChoice(controls, shown)


def confusion(y: Array, probability: Array) -> tuple[int, int, int]:
    """True positives, false positives and false negatives among some pairs."""
    said, true = probability > 0.5, y == 1
    return int((said & true).sum()), int((said & ~true).sum()), int((~said & true).sum())


def f1_by_hand(lesson: Lesson, columns: tuple[int, ...]) -> tuple[Array, tuple[int, int, int]]:
    """F1 of every random fold from counts, one fit after the other; and the first fold's counts."""
    settings, labelled, design = lesson.protocol.meta, lesson.labelled, lesson.designs["in_fold"]
    X, y = scale_features(labelled.X[:, list(columns)], settings.scaling), labelled.y
    f1, counted = [], []
    for train, test in zip(design.train, design.test, strict=True):
        share = y[train].mean()
        probability = np.full(len(X), share)
        if 0 < share < 1:
            fit = fit_logistic_regression(
                X[train],
                y[train],
                C=settings.meta_c,
                penalize_intercept=settings.penalize_intercept,
            )
            probability = expit(X @ fit.coef[0] + fit.intercept[0])
        tp, fp, fn = confusion(y[test], probability[test])
        f1.append(2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0)
        counted.append((tp, fp, fn))
    return np.array(f1), counted[0]


def table2(lesson: Lesson) -> Values:
    """F1 of the five sets of features, all folds at once and one fold after the other."""
    here, settings, labelled = Values(), lesson.protocol.meta, lesson.labelled
    design, rows, f1 = lesson.designs["in_fold"], [], {}
    for name, columns in FEATURE_SETS.items():
        ours = f1[name] = score_pairs(labelled, columns, design, settings).f1
        twin, counted = f1_by_hand(lesson, columns)
        by = "all fits at once", "fold by fold"
        here.compare(f"F1 of every fold, {name}", ours, twin, *by, 1e-12)
        of_first = ", ".join(map(str, counted)), number(twin[0], 3)
        rows.append((name, len(columns), *of_first, len(ours), number(ours.mean(), 3)))
    head = ("features", "columns", "TP, FP, FN of fold 1", "its F1", "folds", "mean F1")
    problem, n_pairs = lesson.problem.problem.upper(), len(labelled.y)
    here.table(f"Table 2 of this study, {problem}, {n_pairs} pairs", head, rows)
    shares = np.arange(1, len(f1["all"]) + 1) / len(f1["all"])
    lines = [("folds", np.sort(f1["all"]), shares)]
    here.curves(
        "share of folds with at most this F1, all features", Axis(label="F1"), "share", lines
    )

    n_test, n_train = design.test.sum(axis=1), design.train.sum(axis=1)
    low, high = corrected_resampled_interval(f1["all"], float((n_test / n_train).mean()))
    here.answer = {
        "share": labelled.y.mean(),
        "majority": beside_baselines(lesson)["majority"].f1,
        "f1": f1["all"].mean(),
        "low": low,
        "high": high,
    }
    return here


class GainsBySize(NamedTuple):
    """Scores of a pair's main task by number of training posts a class.

    Attributes
    ----------
    posts : (n_sizes,), increasing.
    single, multi : scores of each run, (n_sizes, N_RUNS).
    """

    posts: Array
    single: Array
    multi: Array


def measure(lesson: Lesson, n_workers: int, announce: Callable[[str], None]) -> GainsBySize:
    """The lesson's pair, `N_RUNS` runs at each of four sizes up to the protocol's, trained now."""
    most = lesson.protocol.sampling.n_train // 2
    posts = [max(most // 8, 2), max(most // 4, 4), max(most // 2, 8), most]
    n_epochs = lesson.protocol.reading.read_at + 1
    main = lesson.pair.main
    jobs, data = [], []
    for size in posts:
        protocol = lesson.protocol.replace(
            train_per_class=size, train_per_task=None, epochs_single=n_epochs,
            epochs_joint=n_epochs, gradient_window=n_epochs,
        )  # fmt: skip
        for run in range(N_RUNS):
            jobs += [single_job(main, run), joint_job(lesson.pair, run, protocol)]
            data += [replace(lesson.study.data, protocol=protocol)] * 2

    announce(f"Training {len(jobs)} models of the pair, on {posts[0]} to {most} posts a class.")
    last_score = partial(_last_score, main)
    if n_workers == 1:
        scores = list(map(last_score, jobs, data))
    else:
        with ProcessPool(n_workers) as pool:
            scores = list(pool.map(last_score, jobs, data))
    by_size = np.reshape(scores, (len(posts), N_RUNS, 2))
    return GainsBySize(np.array(posts), by_size[..., 0], by_size[..., 1])


def _last_score(main: Task, job: Job, data: StudyData) -> float:
    """The main task's score at the end of a job's training."""
    result = decode(compute(job, data))
    return read_score(result, data.protocol.reading, job.tasks.index(main))


def documents(measured: GainsBySize) -> list[Block]:
    """Scores and gains against training posts, in a picture and in a table."""
    here, posts = Values(), measured.posts
    single, multi = measured.single.mean(axis=1), measured.multi.mean(axis=1)
    lines = [("alone", posts, single), ("jointly", posts, multi)]
    x = Axis(label="training posts a class", is_log=True)
    here.curves("score of the main task, alone and jointly", x, "score", lines)

    rows = []
    for i, gains in enumerate(measured.multi - measured.single):
        means = f"{single[i]:.3f}", f"{multi[i]:.3f}", f"{gains.mean():+.3f}"
        rows.append((posts[i], *means, ", ".join(f"{gain:+.3f}" for gain in gains)))
    head = ("posts a class", "alone", "jointly", "mean gain", "gain of each run")
    here.table("gain, each run", head, rows)
    return here.pictures
