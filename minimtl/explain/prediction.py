"""Stations of the meta-analysis: logistic regression, folds, and the number in Table 2."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from minimtl.explain.lesson import Lesson
from minimtl.explain.station import (
    Array,
    Comparison,
    Heat,
    Lines,
    Rows,
    Station,
    Values,
    number,
    percent,
)
from minimtl.gains import Design, Scores, analyse, score_pairs, table_of
from minimtl.jobs import rng_for
from minimtl.stats import corrected_resampled_interval, fit_logistic_regression, scale_features
from minimtl.tasks import FEATURE_SETS, LabelledPairs, Outcomes

_MOST_STEPS = 12
_LAST_DIGITS = 1e-8


class NewtonPath(NamedTuple):
    """Newton's iterates θ (n_steps + 1, p), f at each, and the largest entry of |g| at each."""

    theta: Array
    value: Array
    slope: Array


def _pairs_and_settings(lesson: Lesson) -> tuple[Array, Array, float, float]:
    """Features scaled over all pairs with a 1 appended, signs z, C, and the intercept's penalty."""
    settings, labelled = lesson.protocol.meta, lesson.labelled
    X = scale_features(labelled.X, settings.scaling)
    z = np.where(labelled.y == 1, 1.0, -1.0)
    X = np.column_stack([X, np.ones(len(X))])
    return X, z, settings.meta_c, float(settings.penalize_intercept)


def newton_by_hand(X: Array, z: Array, C: float, penalty: float) -> NewtonPath:
    """Newton's method on f of docs/mathematics.md, section 7, written as it stands there."""
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


def newton_values(lesson: Lesson) -> Values:
    """Now each pair of tasks is one row of 30 numbers, with a label: 1 if joint training helped the
    main task, 0 if not. We want a rule from features to label, and take the simplest one: a
    weighted sum of the features, through the sigmoid, is the probability of a gain. This is
    logistic regression. It is a network without a hidden layer.

    It has few weights, so we can do better than small steps along the gradient. Newton's method
    also uses the second derivatives, the matrix H. It fits a parabola at the place where we stand
    and goes to the parabola's lowest point. Near the minimum each step squares the error: twice as
    many digits are right after every step.
    """
    X, z, C, penalty = _pairs_and_settings(lesson)
    path = newton_by_hand(X, z, C, penalty)
    fit = fit_logistic_regression(
        X[:, :-1], lesson.labelled.y, C=C, penalize_intercept=bool(penalty)
    )
    ours = np.append(fit.coef[0], fit.intercept[0])
    errors = np.abs(path.theta - ours).max(axis=1)
    return Values(
        (
            Comparison(
                "θ at the minimum",
                ours,
                path.theta[-1],
                "fit_logistic_regression",
                "Newton's method by hand",
                _LAST_DIGITS,
            ),
        ),
        (
            Rows(
                f"Newton's steps on {len(X)} pairs",
                ("step", "f(θ)", "largest |g|", "largest error of θ"),
                tuple(
                    (str(k), number(path.value[k], 10), f"{path.slope[k]:.1e}", f"{errors[k]:.1e}")
                    for k in range(_steps_to_end(path) + 1)
                ),
            ),
        ),
    )


def _steps_to_end(path: NewtonPath) -> int:
    """How many steps it takes until |g| is nothing but rounding."""
    small = np.flatnonzero(path.slope < 1e-10)
    return int(small[0]) if len(small) else len(path.slope) - 1


def _strongest(lesson: Lesson) -> str:
    X, z, C, penalty = _pairs_and_settings(lesson)
    path = newton_by_hand(X, z, C, penalty)
    n_steps = _steps_to_end(path)
    return (
        f"It takes {n_steps} steps until no entry of the gradient is above 1e−10; it began at "
        f"{number(path.slope[0])}. Steps along the gradient would need many more where H has "
        "large and small eigenvalues, as it has when features resemble each other. Newton's "
        "steps do not mind."
    )


def _positions(lesson: Lesson, design: Design) -> Array:
    """1 where a pair is tested, −0.25 where it trains, by fold of the first repetition."""
    n = min(design.n_folds, 12)
    return design.test[:n] - 0.25 * design.train[:n]


def fold_values(lesson: Lesson) -> Values:
    """A rule that was fitted to some pairs will suit those pairs. To know whether it predicts, we
    must ask it about pairs it has not seen. So we shuffle the pairs, cut them into five parts, and
    fit five times, each time without one part, on which we then score. These are folds. We do it a
    hundred times over, since one shuffle may be lucky.

    But has it really not seen them? Pairs share tasks. With random folds, a test pair's main task
    is mostly among the training pairs too, with the same features of its own and often a similar
    gain. The rule can then recognise the task instead of understanding the pair. We call that a
    leak, and the stricter designs below leave ever more out.
    """
    settings, random = lesson.protocol.meta, lesson.designs["in_fold"]
    n_repeats = len(random.test) // max(random.n_folds, 1)
    tested = random.test.sum(axis=0)
    return Values(
        (
            Comparison(
                "times that each pair is tested",
                tested,
                np.full(len(tested), n_repeats),
                "repeated_k_fold",
                "once in each repetition",
                0.0,
            ),
            Comparison(
                "pairs both tested and trained on",
                (random.test & random.train).sum(axis=1),
                np.zeros(len(random.test)),
                "repeated_k_fold",
                "none",
                0.0,
            ),
        ),
        (
            Heat(
                f"{random.n_folds} of {len(random.test)} random folds; test pairs are dark",
                _positions(lesson, random),
                "folds",
                "pairs",
            ),
            Rows(
                f"accuracy of the same rule, C = {number(settings.meta_c)}, all features",
                ("folds", "test pairs whose main task is in training", "accuracy", "Brier score"),
                tuple(
                    (
                        design.name,
                        percent(leaking_share(lesson.problem, design, "main")),
                        number(score.accuracy, 3),
                        number(score.brier, 3),
                    )
                    for design, score in scored_designs(lesson)
                ),
            ),
        ),
    )


class DesignScore(NamedTuple):
    """Accuracy and Brier score of the meta-model, averaged over the folds of a design."""

    accuracy: float
    brier: float
    by_fold: Array


def scored_designs(lesson: Lesson) -> list[tuple[Design, DesignScore]]:
    """Each design that has folds, with the score of the meta-model that sees all features."""
    scored = []
    for design in lesson.designs.values():
        if not design.n_fits:
            continue
        folds = score_pairs(lesson.labelled, FEATURE_SETS["all"], design, lesson.protocol.meta)
        mean = DesignScore(float(folds.accuracy.mean()), float(folds.brier.mean()), folds.accuracy)
        scored.append((design, mean))
    return scored


def leaks(outcomes: Outcomes, design: Design, role: str) -> Array:
    """Which test pairs have something of theirs in their fold's training part, (n_fits, n_pairs).

    `role`: ``"main"``, their main task as a main task; ``"aux"``, their main task as an auxiliary
    one; ``"topic"``, one of their four topics. False for pairs that are not tested in a fold.
    """
    mains = [pair.main for pair in outcomes.pairs]
    auxes = [pair.aux for pair in outcomes.pairs]
    if role == "topic":
        topics = [frozenset((*pair.main, *pair.aux)) for pair in outcomes.pairs]
        shares = np.array([[bool(a & b) for b in topics] for a in topics])
    else:
        others = mains if role == "main" else auxes
        shares = np.array([[set(a) == set(b) for b in others] for a in mains])
    seen: Array = (design.train.astype(np.int64) @ shares.T.astype(np.int64)) > 0
    return seen & design.test


def leaking_share(outcomes: Outcomes, design: Design, role: str) -> float:
    """The share of tested pairs that `leaks`."""
    return float(leaks(outcomes, design, role).sum() / design.test.sum())


def _recognised(lesson: Lesson) -> str:
    design = lesson.designs["in_fold"]
    scores = _beside_baselines(lesson)
    every, majority, name = (scores[name] for name in ("all", "majority", "main_name"))
    return (
        f"{percent(leaking_share(lesson.problem, design, 'main'))} of the test pairs have their "
        "main task in training. A rule that sees nothing but the main task's name has an "
        f"accuracy of {number(name.accuracy, 3)} on these folds; the one with all "
        f"features has {number(every.accuracy, 3)}, and always answering the majority "
        f"{number(majority.accuracy, 3)}."
    )


def _beside_baselines(lesson: Lesson) -> dict[str, Scores]:
    """Scores on the random folds by predictor: all features, and what knows no feature."""
    rng = rng_for("meta-analysis", lesson.study.seed, lesson.problem.problem)
    table = replace(table_of(lesson.problem, lesson.protocol), sets={})
    analysis = analyse(table, rng, ("in_fold",), alone=(), fewest=2, tested=())
    return {row.features: row.scores for row in analysis.predictions}


def confusion(labelled: LabelledPairs, probability: Array, test: Array) -> tuple[int, int, int]:
    """True positives, false positives and false negatives among the tested pairs of a fold."""
    said, true = probability[test] > 0.5, labelled.y[test] == 1
    return int((said & true).sum()), int((said & ~true).sum()), int((~said & true).sum())


def f1_by_hand(lesson: Lesson, columns: tuple[int, ...]) -> tuple[Array, tuple[int, int, int]]:
    """F1 of every random fold from counts, one fit after the other; and the first fold's counts."""
    settings, labelled, design = lesson.protocol.meta, lesson.labelled, lesson.designs["in_fold"]
    X = scale_features(labelled.X[:, list(columns)], settings.scaling)
    f1, first = [], (0, 0, 0)
    for fold, (train, test) in enumerate(zip(design.train, design.test, strict=True)):
        share = labelled.y[train].mean()
        probability = np.full(len(X), share)
        if 0 < share < 1:
            fit = fit_logistic_regression(
                X[train],
                labelled.y[train],
                C=settings.meta_c,
                penalize_intercept=settings.penalize_intercept,
            )
            probability = expit(X @ fit.coef[0] + fit.intercept[0])
        tp, fp, fn = confusion(labelled, probability, test)
        f1.append(2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0)
        first = first if fold else (tp, fp, fn)
    return np.array(f1), first


def table2_values(lesson: Lesson) -> Values:
    """We have arrived. In every fold we count three things among the test pairs: gains that were
    predicted, gains that were predicted where there was none, and gains that were missed. F1
    combines them in one number between 0 and 1. The mean over all folds is one number of Table 2.

    There are five rows, for five sets of features. Each is computed here twice: all folds at once,
    as the study does, with one batch of Newton steps; and one fold after the other, by counting.
    Every number above this line went into it: the texts by divergences and counts, the network by
    its curves, and the gains by the labels.
    """
    settings, design = lesson.protocol.meta, lesson.designs["in_fold"]
    comparisons, rows = [], []
    for name, columns in FEATURE_SETS.items():
        ours = score_pairs(lesson.labelled, columns, design, settings).f1
        twin, (tp, fp, fn) = f1_by_hand(lesson, columns)
        comparisons.append(
            Comparison(
                f"F1 of every fold, {name}", ours, twin, "all fits at once", "fold by fold", 1e-12
            )
        )
        rows.append(
            (
                name,
                str(len(columns)),
                f"{tp}, {fp}, {fn}",
                number(twin[0], 3),
                number(len(ours)),
                number(float(ours.mean()), 3),
            )
        )
    name = lesson.problem.problem.upper()
    f1 = np.sort(score_pairs(lesson.labelled, FEATURE_SETS["all"], design, settings).f1)
    shares = np.arange(1, len(f1) + 1) / len(f1)
    return Values(
        tuple(comparisons),
        (
            Rows(
                f"Table 2 of this study, {name}, {len(lesson.labelled.y)} pairs",
                ("features", "columns", "TP, FP, FN of fold 1", "its F1", "folds", "mean F1"),
                tuple(rows),
            ),
            Lines(
                "share of folds with at most this F1, all features",
                "F1",
                "share",
                (("folds", f1, shares),),
            ),
        ),
    )


def _majority(lesson: Lesson) -> str:
    design, settings = lesson.designs["in_fold"], lesson.protocol.meta
    scores = _beside_baselines(lesson)
    every, majority = scores["all"], scores["majority"]
    of_folds = score_pairs(lesson.labelled, FEATURE_SETS["all"], design, settings).f1
    ratio = float((design.test.sum(axis=1) / design.train.sum(axis=1)).mean())
    low, high = corrected_resampled_interval(of_folds, ratio)
    share = float(lesson.labelled.y.mean())
    return (
        f"Joint training helped in {percent(share)} of these pairs. Always answering with the "
        "more frequent label of the training part has a mean F1 of "
        f"{number(majority.f1, 3)}, the meta-model with all features "
        f"{number(every.f1, 3)}. "
        "The 95 % interval of the latter, corrected for folds that share pairs, is "
        f"{number(low, 3)} to {number(high, 3)}."
    )


STATIONS: tuple[Station[Lesson], ...] = (
    Station(
        "newton",
        "Logistic regression by Newton's steps",
        ((7, "f(θ)"), (7, "g = "), (7, "H = "), (7, "H δ"), (7, "θ ←")),
        ("explain/prediction.py::newton_by_hand",),
        newton_values,
        "How many steps does it take from nothing to the last digit?",
        _strongest,
        also=("stats/logistic_fit.py::minimise", "stats/logistic_loss.py::BinaryLoss"),
    ),
    Station(
        "folds",
        "Folds, and what leaks through them",
        ((10, "n_test"), (10, "n_train"), (10, "x̄ ±")),
        ("stats/splits.py::k_fold", "gains/designs.py::unseen_design"),
        fold_values,
        "How much of the score could come from recognising the main task?",
        _recognised,
        also=("stats/splits.py::grouped_k_fold", "gains/designs.py::make_designs"),
    ),
    Station(
        "table2",
        "The number in Table 2",
        ((9, "F1 ="), (9, "F̄1")),
        ("explain/prediction.py::f1_by_hand", "explain/prediction.py::confusion"),
        table2_values,
        "What does a rule score that has no features at all?",
        _majority,
        also=("gains/scoring.py::score_pairs", "gains/metamodel.py::fit_rows"),
    ),
)
