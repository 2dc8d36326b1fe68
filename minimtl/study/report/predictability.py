"""Table 2 as sections of the report: the protocol's folds, held-out pairs, label noise."""

import math
from collections.abc import Sequence

from minimtl.gains import HELD_OUT, CalibrationBin, Prediction
from minimtl.report import (
    HELD_OUT_NAMES,
    NOTHING,
    SET_NAMES,
    Block,
    Errata,
    Grid,
    Heading,
    Items,
    Paragraph,
    Reliability,
    compared,
    share_with_interval,
    signed,
    text,
    with_interval,
)
from minimtl.study.report.problemresult import ProblemResult
from minimtl.study.report.scope import filled
from minimtl.study.report.studyfinding import NEW_PROBLEM
from minimtl.tasks import ERRATA, TABLE2_PRINTED, TABLE2_TRUE

SIZE_NAMES = SET_NAMES | {"crossed": "gains of the same tasks and topics"}
MARGIN = 0.02  # how near a meta-score must come to the published one to count as reproduced
FOLDS = "in_fold"


def predictability(results: Sequence[ProblemResult]) -> list[Block]:
    """All numbers about whether gains can be predicted."""
    return [
        *_published_folds(results),
        *_folds_in_detail(results),
        *_held_out(results),
        *_sizes(results),
        *_noise(results),
        *_calibration(results),
    ]


def _published_folds(results: Sequence[ProblemResult]) -> list[Block]:
    lines = []
    for result in results:
        problem, predicted = result.problem, result.predictions(FOLDS)
        for name in result.sets:
            published = TABLE2_TRUE[problem].get(name, math.nan)
            row = predicted.get(name)
            accuracy = row.scores.accuracy if row else math.nan
            lines.append(
                (
                    result.name,
                    SET_NAMES[name],
                    *compared(accuracy, published, MARGIN, (3, 2), result.scope.judges),
                    text(TABLE2_PRINTED[problem].get(name, math.nan), 2),
                    *_beside(result, row),
                )
            )
    header = (
        *("problem", "features", "accuracy", "published", "difference", "reproduces"),
        *("printed under this label", "majority", "main task's name", "F1", "macro-F1"),
    )
    note = (
        "The protocol's own folds are random, so that a main task is both learned from and scored "
        "on. “Majority” and “main task's name” are the accuracies of two baselines: always "
        "answering with the commoner label, and knowing which main task it is and nothing else."
    )
    scopes = [result.scope for result in results]
    grid = filled(Grid(header, tuple(lines), n_labels=2), scopes)
    title = Heading(2, "Table 2: can gains be predicted?")
    if not any(scope.compares for scope in scopes):
        return [title, grid, Paragraph(note + _one_label(results))]
    note += (
        " “Published” is the paper's accuracy with these features, which it prints under another "
        "label where “printed under this label” differs."
    )
    if any(scope.judges for scope in scopes):
        note += f" Ours reproduces it within {MARGIN}."
    return [title, grid, Paragraph(note + _one_label(results)), Errata(ERRATA["table2"])]


def _beside(result: ProblemResult, row: Prediction | None) -> tuple[str, ...]:
    """The accuracies of two baselines, and both F1; dashes where nothing could be predicted."""
    name = result.analysis.of(FOLDS, "main_name")
    if row is None or name is None:
        return (NOTHING,) * 4
    return (
        text(result.majority(FOLDS).scores.accuracy),
        text(name.scores.accuracy),
        text(row.scores.f1),
        text(row.scores.macro_f1),
    )


def _one_label(results: Sequence[ProblemResult]) -> str:
    """Why a problem has no scores in the table above; nothing if all have."""
    alone = [result.name for result in results if not result.has_two_labels]
    if not alone:
        return ""
    return f" All pairs of {' and '.join(alone)} have one label, so that no score means anything."


def _folds_in_detail(results: Sequence[ProblemResult]) -> list[Block]:
    header = (
        *("problem", "features", "accuracy", "majority", "main task's name", "above majority"),
        *("Brier", "Brier of base rate", "log loss"),
    )
    lines = tuple(
        (result.name, SET_NAMES[name], *_of_folds(result, name))
        for result in results
        for name in result.sets
    )
    note = (
        "The same folds: each accuracy with its 95 % interval, were the tasks drawn anew, and "
        "scores of the probability. Random folds have every main task on both sides."
    )
    return [
        Heading(3, "Folds that leak"),
        Grid(header, lines, n_labels=2),
        Paragraph(note),
    ]


def _of_folds(result: ProblemResult, features: str) -> tuple[str, ...]:
    """The cells of one set of features; dashes where nothing could be predicted."""
    row, name = (result.analysis.of(FOLDS, predictor) for predictor in (features, "main_name"))
    if row is None or name is None:
        return (NOTHING,) * 7
    majority = result.majority(FOLDS).scores
    return (
        share_with_interval(row.scores.accuracy, row.low, row.high),
        text(majority.accuracy),
        text(name.scores.accuracy),
        signed(row.scores.accuracy - majority.accuracy),
        text(row.scores.brier),
        text(majority.brier),
        text(row.scores.log_loss),
    )


def _held_out(results: Sequence[ProblemResult]) -> list[Block]:
    """Scores of pairs that have ever less in common with those learned from."""
    header = (
        *("problem", "features", "unseen in training", "accuracy", "majority", "p", "p (Holm)"),
        *("Brier", "Brier of base rate", "log loss", "log loss of base rate"),
    )
    lines = tuple(
        (result.name, SET_NAMES[name], HELD_OUT_NAMES[design], *_of_unseen(result, design, name))
        for result in results
        for name in result.sets
        for design in HELD_OUT
    )
    note = (
        "Each pair is tested once, on a model that learned from no pair with the same main task in "
        "either role, but from its topics in other tasks; or from none of its block, and so with "
        "neither task, but from its topics in other blocks; or from none with a topic of its two "
        "subclasses. The last is what a new problem meets; of RELATED, the last two are the same, "
        "as no two blocks share a subclass. p is the share of "
        "labels drawn from the crossed model of the gains, in which features have no say, that are "
        "predicted as accurately; Holm's procedure allows for all p-values of the table. Always "
        f"answering one half has a Brier score of 0.250 and a log loss of {math.log(2):.3f}. A "
        "majority learned from other pairs can be wrong about those left out: compare accuracies "
        "with 0.5 as well."
    )
    return [
        Heading(3, "Pairs with ever less in common with those learned from"),
        Grid(header, lines, n_labels=3),
        Paragraph(note),
        *_best_alone(results),
    ]


def _of_unseen(result: ProblemResult, design: str, features: str) -> tuple[str, ...]:
    """The cells of one set of features and design; dashes where nothing could be predicted."""
    row = result.analysis.of(design, features)
    if row is None:
        return (NOTHING,) * 8
    scores, majority = row.scores, result.majority(design).scores
    return (
        text(scores.accuracy),
        text(majority.accuracy),
        text(row.p),
        text(row.p_holm),
        text(scores.brier),
        text(majority.brier),
        text(scores.log_loss),
        text(majority.log_loss),
    )


def _best_alone(results: Sequence[ProblemResult]) -> list[Block]:
    """For each problem the single feature with the best Brier score; nothing where none has one."""
    sentences = []
    for result in results:
        every = result.analysis.of(NEW_PROBLEM, "all")
        known = [
            row
            for row in result.analysis.predictions
            if (row.design, row.kind) == (NEW_PROBLEM, "feature")
        ]
        if every is not None and known:
            best = min(known, key=lambda row: row.scores.brier)
            sentences.append(
                f"{result.name}: of single features, {best.features} has the best Brier "
                f"score with the subclasses unseen, {text(best.scores.brier)}, chosen "
                f"as the least of {len(known)}; all features together have "
                f"{text(every.scores.brier)}."
            )
    return [Items(tuple(sentences))] if sentences else []


def _sizes(results: Sequence[ProblemResult]) -> list[Block]:
    """How well the size of the gain is predicted, by features and by the crossed model."""
    lines = tuple(
        (
            result.name,
            SIZE_NAMES[scores.predictor],
            HELD_OUT_NAMES[scores.design],
            with_interval(scores.r_squared, scores.r_squared_low, scores.r_squared_high, 3),
            *map(text, (scores.rank_correlation, scores.accuracy, scores.brier)),
        )
        for result in results
        for scores in result.meta.sizes
    )
    header = (
        *("problem", "from", "unseen in training", "R²"),
        *("rank correlation", "accuracy of the sign", "Brier"),
    )
    note = (
        "R² is against the mean gain of the training pairs: 0 is no better than that, and a "
        "negative R² worse. Its interval is for new tasks. “Gains of the same tasks and topics” "
        "sees no feature: it is what the crossed model of the gains of the training pairs expects, "
        "the mean where nothing is shared with them."
    )
    return [Heading(3, "The size of the gain"), Grid(header, lines, n_labels=3), Paragraph(note)]


def _noise(results: Sequence[ProblemResult]) -> list[Block]:
    sentences = []
    for result in results:
        noise = result.analysis.noise
        if math.isnan(noise.ceiling_accuracy):
            sentences.append(
                f"{result.name}: one run cannot tell how much of a gain is chance; two would."
            )
            continue
        sentences.append(
            f"{result.name}: the gains of two runs correlate at "
            f"{text(noise.run_correlation, 2)}; a label's reliability is "
            f"{text(noise.label_reliability, 2)}, so that no predictor that "
            f"has not seen these runs can be more accurate than "
            f"{text(noise.ceiling_accuracy, 2)} on average. It does not bind the models "
            f"above, whose features come from the runs that the labels are of: what is chance in a "
            f"run is in both. With features and labels from different runs and subclasses unseen, "
            f"{_best_disjoint(result)}."
        )
    return [Heading(3, "How much there is to predict"), Items(tuple(sentences))]


def _best_disjoint(result: ProblemResult) -> str:
    """The set of features that is most accurate where features and labels share no run."""
    predicted = result.predictions("disjoint")
    if not predicted:
        return "nothing can be predicted for want of blocks of pairs"
    best = max(predicted.values(), key=lambda row: row.scores.accuracy)
    return (
        f"{SET_NAMES[best.features]} are the most accurate of {len(predicted)} sets: "
        f"{text(best.scores.accuracy)} against "
        f"{text(result.majority('disjoint').scores.accuracy)} by the majority, Brier score "
        f"{text(best.scores.brier)}"
    )


def _calibration(results: Sequence[ProblemResult]) -> list[Block]:
    known = [result for result in results if result.meta.calibration]
    if not known:
        return []
    lines = tuple(
        (
            result.name,
            f"{one.low:.1f} to {one.high:.1f}",
            text(one.predicted),
            text(one.observed),
            str(one.n),
        )
        for result in known
        for one in result.meta.calibration
    )
    panels = tuple((result.name, _points(result.meta.calibration)) for result in known)
    header = ("problem", "predicted between", "mean prediction", "share that gained", "predictions")
    note = (
        "Predictions from all features, subclasses unseen in training. Each circle is the "
        "predictions of one tenth of the scale: across, their mean; up, the share of those pairs "
        "that gained; its area, how many they are. On the diagonal, predictions can be taken at "
        "their word."
    )
    return [
        Heading(3, "Reliability diagram"),
        Reliability(panels, Grid(header, lines, n_labels=2)),
        Paragraph(note),
    ]


def _points(bins: Sequence[CalibrationBin]) -> tuple[tuple[float, float, float], ...]:
    total = sum(one.n for one in bins)
    return tuple((one.predicted, one.observed, one.n / total) for one in bins)
