"""Table 2 as sections of the report: the protocol's folds, others, held-out pairs, label noise."""

import math
from collections.abc import Callable, Sequence

from minimtl.report import (
    FOLD_NAMES,
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
    Row,
    by_problem,
    compared,
    has_two_labels,
    number,
    problem_of,
    share_with_interval,
    text,
    with_interval,
)
from minimtl.study.report.scope import Scope, filled
from minimtl.tasks import ERRATA

SIZE_NAMES = SET_NAMES | {"crossed": "gains of the same tasks and topics"}
MARGIN = 0.02  # how near a meta-score must come to the published one to count as reproduced


def predictions(
    table2: Sequence[Row],
    calibration: Sequence[Row],
    alone: Sequence[Row],
    sizes: Sequence[Row],
    scopes: dict[str, Scope],
) -> list[Block]:
    """All numbers about whether gains can be predicted."""
    return [
        *_protocol_folds(table2, scopes),
        *_repeated_folds(table2),
        *_held_out(table2, alone),
        *_sizes(sizes),
        *_noise(table2),
        *_calibration(calibration),
    ]


def _protocol_folds(rows: Sequence[Row], scopes: dict[str, Scope]) -> list[Block]:
    lines = []
    for row in rows:
        scored = {column: number(row, column) for column in ("accuracy", "f1", "macro_f1")}
        if not has_two_labels(row):
            scored = dict.fromkeys(scored, math.nan)
        published = number(row, "published_true")
        judged = scopes[problem_of(row)].judges
        lines.append(
            (
                problem_of(row),
                SET_NAMES[str(row["features"])],
                *compared(scored["accuracy"], published, MARGIN, (3, 2), judged),
                text(number(row, "published"), 2),
                text(number(row, "majority_accuracy")),
                text(number(row, "identity_accuracy")),
                text(scored["f1"]),
                text(scored["macro_f1"]),
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
    grid = filled(Grid(header, tuple(lines), n_labels=2), scopes.values())
    title = Heading(2, "Table 2: can gains be predicted?")
    if not any(scope.compares for scope in scopes.values()):
        return [title, grid, Paragraph(note + _one_label(rows))]
    note += (
        " “Published” is the paper's accuracy with these features, which it prints under another "
        "label where “printed under this label” differs."
    )
    if any(scope.judges for scope in scopes.values()):
        note += f" Ours reproduces it within {MARGIN}."
    return [title, grid, Paragraph(note + _one_label(rows)), Errata(ERRATA["table2"])]


def _one_label(rows: Sequence[Row]) -> str:
    """Why a problem has no scores in the table above; nothing if all have."""
    alone = [
        problem_of(of_problem[0])
        for of_problem in by_problem(rows)
        if all(number(row, "majority_accuracy") == 1 for row in of_problem)
    ]
    if not alone:
        return ""
    return f" All pairs of {' and '.join(alone)} have one label, so that no score means anything."


def _repeated_folds(rows: Sequence[Row]) -> list[Block]:
    header = (
        *("problem", "features", "folds", "accuracy", "majority", "main task's name"),
        *("above majority", "Brier", "Brier of base rate", "log loss"),
    )
    lines = _by_design(rows, FOLD_NAMES, _of_folds)
    note = (
        "Features are scaled by the training part alone; intervals are corrected resampled 95 % "
        "intervals. Random folds have every main task on both sides. Folds of whole main tasks "
        "leave a task that is held out in training as an auxiliary task, and its topics in others."
    )
    return [
        Heading(3, "Other folds that leak"),
        Grid(header, lines, n_labels=3),
        Paragraph(note),
    ]


def _by_design(
    rows: Sequence[Row], names: dict[str, str], cells: Callable[[Row, str], tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """A line for each row and named design, its cells made from the design's columns."""
    return tuple(
        (problem_of(row), SET_NAMES[str(row["features"])], name, *cells(row, f"_{design}"))
        for row in rows
        for design, name in names.items()
    )


def _of_folds(row: Row, suffix: str) -> tuple[str, ...]:
    """The cells of one set of features and design; dashes where all pairs have one label."""
    if not has_two_labels(row, suffix):
        return (NOTHING,) * 7
    return (
        share_with_interval(row, f"accuracy{{}}{suffix}"),
        text(number(row, f"majority_accuracy{suffix}")),
        text(number(row, f"identity_accuracy{suffix}")),
        with_interval(row, f"majority_lift{{}}{suffix}", 3),
        text(number(row, f"brier{suffix}")),
        text(number(row, f"majority_brier{suffix}")),
        text(number(row, f"log_loss{suffix}")),
    )


def _held_out(rows: Sequence[Row], alone: Sequence[Row]) -> list[Block]:
    """Scores of pairs that have ever less in common with those learned from."""
    header = (
        *("problem", "features", "unseen in training", "accuracy", "majority", "p", "p (Holm)"),
        *("Brier", "Brier of base rate", "log loss", "log loss of base rate"),
    )
    lines = _by_design(rows, HELD_OUT_NAMES, _of_unseen)
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
        *_best_alone(rows, alone),
    ]


def _of_unseen(row: Row, suffix: str) -> tuple[str, ...]:
    """The cells of one set of features and design; dashes where all pairs have one label."""
    if not has_two_labels(row, suffix):
        return (NOTHING,) * 8
    columns = (
        *("accuracy", "majority_accuracy", "p_value", "p_holm"),
        *("brier", "majority_brier", "log_loss", "majority_log_loss"),
    )
    return tuple(text(number(row, f"{column}{suffix}")) for column in columns)


def _best_alone(rows: Sequence[Row], alone: Sequence[Row]) -> list[Block]:
    """For each problem the single feature with the best Brier score; nothing where none has one."""
    sentences = []
    for of_problem in by_problem(alone):
        known = [row for row in of_problem if not math.isnan(number(row, "brier"))]
        (all_features,) = (
            row
            for row in rows
            if row["features"] == "all" and row["problem"] == of_problem[0]["problem"]
        )
        if known and has_two_labels(all_features, "_groups_unseen"):
            best = min(known, key=lambda row: number(row, "brier"))
            sentences.append(
                f"{problem_of(best)}: of single features, {best['feature']} has the best Brier "
                f"score with the subclasses unseen, {text(number(best, 'brier'))}, chosen "
                f"as the least of {len(known)}; all features together have "
                f"{text(number(all_features, 'brier_groups_unseen'))}."
            )
    return [Items(tuple(sentences))] if sentences else []


def _sizes(rows: Sequence[Row]) -> list[Block]:
    """How well the size of the gain is predicted, by features and by the crossed model."""
    lines = tuple(
        (
            problem_of(row),
            SIZE_NAMES[str(row["predictor"])],
            HELD_OUT_NAMES[str(row["design"])],
            with_interval(row, "r_squared{}", 3),
            *(text(number(row, name)) for name in ("rank_correlation", "accuracy", "brier")),
        )
        for row in rows
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


def _noise(rows: Sequence[Row]) -> list[Block]:
    sentences = []
    for of_problem in by_problem(rows):
        row = of_problem[0]  # label noise is the same in all rows of a problem
        if math.isnan(number(row, "ceiling_accuracy")):
            sentences.append(
                f"{problem_of(row)}: one run cannot tell how much of a gain is chance; two would."
            )
            continue
        sentences.append(
            f"{problem_of(row)}: the gains of two runs correlate at "
            f"{text(number(row, 'run_correlation'), 2)}; a label's reliability is "
            f"{text(number(row, 'label_reliability'), 2)}, so that no predictor that "
            f"has not seen these runs can be more accurate than "
            f"{text(number(row, 'ceiling_accuracy'), 2)} on average. It does not bind the models "
            f"above, whose features come from the runs that the labels are of: what is chance in a "
            f"run is in both. With features and labels from different runs and subclasses unseen, "
            f"{_best_disjoint(of_problem)}."
        )
    return [Heading(3, "How much there is to predict"), Items(tuple(sentences))]


def _best_disjoint(rows: Sequence[Row]) -> str:
    """The set of features that is most accurate where features and labels share no run."""
    known = [row for row in rows if not math.isnan(number(row, "accuracy_disjoint"))]
    if not known:
        return "nothing can be predicted for want of blocks of pairs"
    best = max(known, key=lambda row: number(row, "accuracy_disjoint"))
    accuracy, majority, brier = (
        text(number(best, f"{column}_disjoint"))
        for column in ("accuracy", "majority_accuracy", "brier")
    )
    return (
        f"{SET_NAMES[str(best['features'])]} are the most accurate of {len(known)} sets: "
        f"{accuracy} against {majority} by the majority, Brier score {brier}"
    )


def _calibration(rows: Sequence[Row]) -> list[Block]:
    if not rows:
        return []
    lines = tuple(
        (
            problem_of(row),
            f"{number(row, 'low'):.1f} to {number(row, 'high'):.1f}",
            text(number(row, "predicted")),
            text(number(row, "observed")),
            str(row["n"]),
        )
        for row in rows
    )
    panels = tuple((problem_of(bins[0]), _points(bins)) for bins in by_problem(rows))
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


def _points(bins: Sequence[Row]) -> tuple[tuple[float, float, float], ...]:
    total = sum(number(row, "n") for row in bins)
    return tuple(
        (number(row, "predicted"), number(row, "observed"), number(row, "n") / total)
        for row in bins
    )
