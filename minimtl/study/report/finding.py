"""What a study comes to, in one sentence and in the numbers behind it, read off its tables alone.

Whether multi-task learning raised the mean score is two questions: of these tasks, by the interval
over runs, and of new tasks, by the one that has tasks and topics drawn anew.

A set of features counts as predicting which pairs gain only where all of this holds for pairs whose
subclasses are not in training, which is what a new problem meets: its accuracy is above the
majority class and above one half, its Brier score below that of the base rate and of always
answering one half, and its p-value, by the crossed model of the gains and by Holm's procedure over
all p-values of the study, is at most 0.05.

One half is asked for because the majority alone would be too low a bar: where about half of the
pairs gain, the label that is commoner in training is the scarcer one in the pairs held out, and a
majority learned from the others scores below a tossed coin.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from minimtl.report import (
    SCORE_NAMES,
    SET_NAMES,
    Row,
    has_two_labels,
    interval,
    number,
    problem_of,
    signed,
    text,
)
from minimtl.study.report.scope import Scope
from minimtl.tasks import Protocol

SIGNIFICANCE = 0.05
CHANCE = 0.5  # accuracy of a tossed coin


class _Change(NamedTuple):
    """A verdict on tasks that were trained, and the same on others."""

    did: str
    would: str


def finding(
    table1: Sequence[Row], table2: Sequence[Row], scopes: dict[str, Scope], protocol: Protocol
) -> str:
    """Whether multi-task learning helped and whether that can be predicted, where that is known."""
    problems: dict[str, list[str]] = {}  # what was found, and of which problems
    for row in table1:
        problem, score = problem_of(row), SCORE_NAMES[protocol.reading.score]
        if scopes[problem].concludes:
            found = (
                f"{_change(row, '_tasks').did} the mean {score} of these tasks and "
                f"{_change(row, '').would} that of new tasks, and "
                f"{_prediction(_rows_of(row, table2))}"
            )
        else:
            found = (
                f"came with a mean {score} gain of {_gain(row)} in "
                f"{scopes[problem].extent}, too few for a verdict"
            )
        problems.setdefault(found, []).append(f"on {problem}")
    clauses = [
        f"{' and '.join(names)} pairs multi-task learning {found}"
        for found, names in problems.items()
    ]
    return f"When does multi-task learning help? Here, {'; '.join(clauses)}."


def evidence(
    table1: Sequence[Row], table2: Sequence[Row], scopes: dict[str, Scope], protocol: Protocol
) -> list[str]:
    """The numbers that the finding rests on, some sentences for each problem."""
    sentences = []
    for row in table1:
        best = f" {_best(_rows_of(row, table2))}" if scopes[problem_of(row)].concludes else ""
        sentences.append(f"{problem_of(row)}: {_scores(row, protocol)}{best}")
    return sentences


def predicting_sets(rows: Sequence[Row]) -> list[str]:
    """The sets of features, among a problem's rows of Table 2, that predict which pairs gain."""
    return [SET_NAMES[str(row["features"])] for row in rows if predicts(row)]


def predicts(row: Row) -> bool:
    """Whether this row's set of features predicts which pairs gain, as the module's text has it."""
    accuracy, brier = (number(row, f"{score}_groups_unseen") for score in ("accuracy", "brier"))
    return (
        accuracy > max(number(row, "majority_accuracy_groups_unseen"), CHANCE)
        and brier < min(number(row, "majority_brier_groups_unseen"), CHANCE**2)
        and number(row, "p_holm_groups_unseen") <= SIGNIFICANCE
    )


def _rows_of(problem: Row, table2: Sequence[Row]) -> list[Row]:
    """Those of Table 2 about this row's problem that have a score with subclasses unseen."""
    rows = [row for row in table2 if row["problem"] == problem["problem"]]
    return [row for row in rows if not math.isnan(number(row, "accuracy_groups_unseen"))]


def _gain(row: Row) -> str:
    """The mean gain and both of its intervals, as far as they exist."""
    known = [
        f"{interval(row, ending, 4)} for {whose} tasks"
        for ending, whose in (("_tasks", "these"), ("", "new"))
        if not math.isnan(number(row, f"low{ending}"))
    ]
    mean = signed(number(row, "gain"), 4)
    return f"{mean} (95 % interval {', '.join(known)})" if known else mean


def _change(row: Row, ending: str) -> _Change:
    """What the interval in the columns with this ending says."""
    if number(row, f"low{ending}") > 0:
        return _Change("raised", "would raise")
    if number(row, f"high{ending}") < 0:
        return _Change("lowered", "would lower")
    return _Change("did not clearly change", "may raise or lower")


def _prediction(rows: Sequence[Row]) -> str:
    if not rows:
        return "there are too few blocks of pairs to say whether gains can be predicted"
    predicting = predicting_sets(rows)
    if not predicting:
        return "no set of features predicts which pairs of a new problem gain"
    return f"which pairs of a new problem gain can be predicted from {' or '.join(predicting)}"


def _scores(row: Row, protocol: Protocol) -> str:
    return (
        f"the mean {SCORE_NAMES[protocol.reading.score]} is {text(number(row, 'single'))} "
        f"single-task and {text(number(row, 'multi'))} multi-task, a gain of "
        f"{_gain(row)}; {100 * number(row, 'improved'):.0f} % of "
        f"{row['n_pairs']} pairs improved."
    )


def _best(rows: Sequence[Row]) -> str:
    """The best set of features where subclasses are unseen, beside what it would have to beat."""
    if not rows:
        return "There are too few blocks of pairs to hold some out and predict their gains."
    if not any(has_two_labels(row, "_groups_unseen") for row in rows):
        return "All pairs have the same label, so that there is nothing to predict."
    predicting = [row for row in rows if predicts(row)]
    best = max(predicting or rows, key=lambda row: number(row, "accuracy_groups_unseen"))
    accuracy, majority, brier, p = (
        text(number(best, f"{column}_groups_unseen"))
        for column in ("accuracy", "majority_accuracy", "brier", "p_holm")
    )
    return (
        f"With subclasses unseen in training, the most accurate predictions of who gains come from "
        f"{SET_NAMES[str(best['features'])]}: accuracy {accuracy} against {majority} by the "
        f"majority and {CHANCE} by chance, Brier score {brier} against {CHANCE**2:.3f} of always "
        f"answering one half, p = {p} by Holm's procedure."
    )
