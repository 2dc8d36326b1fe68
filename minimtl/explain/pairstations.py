"""Stations of a pair's features and of the meta-analysis: from a learning curve to Table 2."""

from collections import Counter

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.special import expit

from minimtl.explain.firststeps import Array
from minimtl.explain.lesson import Lesson, Visit, number
from minimtl.gains.designs import Design
from minimtl.gains.metamodel import score_pairs
from minimtl.report.chart import Axis
from minimtl.stats.curves import central_difference, fit_log_curve
from minimtl.stats.divergence import jensen_shannon_divergence
from minimtl.stats.intervals import corrected_mean
from minimtl.stats.logistic_fit import fit_logistic_regression, scale_features
from minimtl.tasks.pairfeatures import COLUMNS, FEATURE_NAMES, FEATURE_SETS, ROLES, TOKENIZERS

_SHOWN = 8
_MOST_STEPS = 12
_LAST_DIGITS = 1e-8


def curve(here: Visit, lesson: Lesson) -> None:
    """The main task's losses when learnt alone, the logarithm fitted to them, and their slopes."""
    losses = lesson.losses[lesson.pair.main]
    epochs = lesson.protocol.reading.gradient_epochs
    i = np.arange(len(losses))
    best = fit_log_curve(losses)
    columns = np.column_stack([np.log(best.c * i + 1), np.ones(len(i))])
    a_and_b = np.linalg.lstsq(columns, losses, rcond=None)[0]
    name = f"a and b, given c = {number(best.c)}"
    here.compare(name, [best.a, best.b], a_and_b, "fit_log_curve", "lstsq", 1e-10)
    slopes = central_difference(losses, np.array(epochs))
    by_hand = [(losses[epoch + 1] - losses[epoch - 1]) / 2 for epoch in epochs]
    here.compare("four slopes", slopes, by_hand, "central_difference", "by hand", 1e-12)

    title = f"a = {number(best.a)}, b = {number(best.b)}, c = {number(best.c)}"
    auxiliary = lesson.losses[lesson.pair.aux]
    lines = [("loss", i + 1, losses), ("fitted", i + 1, best(i)), ("auxiliary", i + 1, auxiliary)]
    here.curves(title, Axis(label="epoch"), "loss", lines)
    rows = [(epoch + 1, slope) for epoch, slope in zip(epochs, slopes, strict=True)]
    here.table("slopes", ("epoch", "slope"), rows)

    other = best.a * np.log(10 * best.c * i + 10) + best.b - best.a * np.log(10)
    apart = np.abs(other - best(i)).max()
    here.numbers = {"c": best.c, "tenfold": 10 * best.c, "apart": apart}


def features(here: Visit, lesson: Lesson) -> None:
    """The 30 features of the pair, from the study."""
    problem = lesson.problem
    values = problem.features[0][problem.pairs.index(lesson.pair)]
    n = sum(column.feature.roles == ROLES for column in COLUMNS) // 3
    main, aux, ratio = np.split(values[: 3 * n], 3)
    by_hand = np.divide(main, aux, out=np.zeros(n), where=aux != 0)
    here.compare("the ratios", ratio, by_hand, "study, from its store", "main by auxiliary", 1e-12)

    rows = [(COLUMNS[j].feature.name, *values[j : 3 * n : n]) for j in range(n)]
    rows += [(COLUMNS[j].name, values[j], "", "") for j in range(3 * n, len(COLUMNS))]
    head = ("feature", "main", "auxiliary", "ratio")
    here.table("the features of this pair in run 1", head, rows)

    roles = Counter(column.role for column in COLUMNS)
    here.numbers = {
        "roles": ", ".join(f"{roles[role]} {role}" for role in (*ROLES, "pair")),
        "main": roles["main"],
        "curve": sum(column.feature.of_curve for column in COLUMNS),
        "all": len(COLUMNS),
    }


def divergence(here: Visit, lesson: Lesson) -> None:
    """The divergence of the main task's classes, and each word's part of it."""
    sample, corpus = lesson.samples[lesson.pair.main], lesson.study.corpus
    cut = TOKENIZERS[lesson.protocol.reading.words_jsd]
    labelled = list(zip(sample.train_rows, sample.train_labels, strict=True))
    a, b = (
        Counter(word for row, y in labelled if y == label for word in cut(corpus.train.texts[row]))
        for label in (1, 0)
    )
    words = sorted(a.keys() | b.keys())
    counts = [np.array([x[word] for word in words]) for x in (a, b)]
    p, q = (x / x.sum() for x in counts)
    m = (p + q) / 2
    logs = [np.log(np.where(x > 0, x / m, 1.0)) for x in (p, q)]
    parts = (p * logs[0] + q * logs[1]) / 2

    value, by = float(jensen_shannon_divergence(counts[0], counts[1])), "jensen_shannon_divergence"
    scipys = jensenshannon(counts[0], counts[1]) ** 2  # which returns the root
    here.compare("JSD of the two classes", [value], [scipys], by, "SciPy, squared", 1e-10)
    of_pair = lesson.problem.features[0][lesson.problem.pairs.index(lesson.pair)]
    ours = [of_pair[FEATURE_NAMES.index("jsd_between_classes_main")]]
    here.compare("the feature of this pair", ours, [scipys], "study, from its store", "SciPy", 1e-9)
    name = "the same, summed over the words"
    here.compare(name, [value], [parts.sum()], by, "the formula", 1e-10)

    largest = np.argsort(-parts)[:_SHOWN]
    rows = [(words[i], *(number(x[i], 3) for x in (p, q, parts))) for i in largest]
    head = ("word", "p", "q", "part of the JSD")
    here.table("the words that tell the classes apart most", head, rows)
    here.numbers = {
        "ln2": np.log(2),
        "value": value,
        "share": value / np.log(2),
        "both": len(a.keys() & b.keys()),
        "words": len(words),
    }


def newton_by_hand(X: Array, z: Array, C: float, penalty: float) -> tuple[Array, Array, Array]:
    """Newton's method on f of the page of mathematics, written as it stands there.

    The iterates θ (n_steps, p), f at each, and the largest entry of |g| at each.
    """
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

    iterates, value, slope = zip(*path, strict=True)
    return np.array(iterates), np.array(value), np.array(slope)


def newton(here: Visit, lesson: Lesson) -> None:
    """The meta-model of all pairs, and the steps to it."""
    settings, y = lesson.protocol.meta, lesson.labelled.y
    C, penalized = settings.meta_c, settings.penalize_intercept
    X = scale_features(lesson.labelled.X, settings.scaling)
    best = fit_logistic_regression(X, y, C=C, penalize_intercept=penalized)
    ours = np.append(best.coef[0], best.intercept[0])
    with_ones = np.column_stack([X, np.ones(len(X))])
    theta, value, slope = newton_by_hand(
        with_ones, np.where(y == 1, 1.0, -1.0), C, float(penalized)
    )
    by = "fit_logistic_regression", "Newton's method by hand"
    here.compare("θ at the minimum", ours, theta[-1], *by, _LAST_DIGITS)

    is_small = slope < 1e-10  # nothing but rounding
    n_steps = int(np.argmax(is_small)) if is_small.any() else len(slope) - 1
    errors = np.abs(theta - ours).max(axis=1)
    head = ("step", "f(θ)", "largest |g|", "largest error of θ")
    rows = [
        (k, number(f, 10), f"{g:.1e}", f"{error:.1e}")
        for k, (f, g, error) in enumerate(zip(value, slope, errors, strict=True))
        if k <= n_steps
    ]
    here.table(f"Newton's steps on {len(X)} pairs", head, rows)
    here.numbers = {"steps": n_steps, "slope": slope[0]}


def leaks(lesson: Lesson, design: Design, role: str) -> Array:
    """The test pairs with something of theirs in their fold's training part, (n_fits, n_pairs).

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


def folds(here: Visit, lesson: Lesson) -> None:
    """Random folds and stricter ones, what leaks through each, and the meta-model's scores."""
    settings, random = lesson.protocol.meta, lesson.designs["in_fold"]
    tested = random.test.sum(axis=0)
    once = np.full(len(tested), len(random.test) // max(random.n_folds, 1))
    name = "times that each pair is tested"
    here.compare(name, tested, once, "repeated_k_fold", "once in each repetition")

    n_shown = min(random.n_folds, 12)
    cells = random.test[:n_shown] - 0.25 * random.train[:n_shown]
    title = f"{random.n_folds} of {len(random.test)} random folds; test pairs are dark"
    here.heat(title, cells, "folds", "pairs")
    rows = []
    for design in lesson.designs.values():
        if not design.n_fits:
            continue
        scores = score_pairs(lesson.labelled, FEATURE_SETS["all"], design, settings)
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

    here.numbers = {
        "leak": leaks(lesson, random, "main").sum() / random.test.sum(),
        "name": lesson.baselines["main_name"].accuracy,
        "accuracy": lesson.baselines["all"].accuracy,
        "majority": lesson.baselines["majority"].accuracy,
    }


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


def table2(here: Visit, lesson: Lesson) -> None:
    """F1 of the five sets of features, all folds at once and one fold after the other."""
    settings, labelled = lesson.protocol.meta, lesson.labelled
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

    n_test, n_train = design.test.sum(axis=1), design.train.sum(axis=1)
    estimate = corrected_mean(f1["all"], float((n_test / n_train).mean()))
    here.numbers = {
        "share": labelled.y.mean(),
        "majority": lesson.baselines["majority"].f1,
        "f1": f1["all"].mean(),
        "low": estimate.low,
        "high": estimate.high,
    }
