"""What a study comes to, in one sentence and in the numbers behind it, read off its tables alone.

Whether multi-task learning raised the mean score is two questions: of these tasks, by the interval
over runs, and of new tasks, by the one that has tasks and topics drawn anew.

A set of features counts as predicting which pairs gain only where all of this holds with whole
main tasks held out and scaling inside the folds: its accuracy is above the majority class, above
the main task's identity and above one half, each with its corrected resampled 95 % interval, and
its permutation p-value is at most 0.05 divided by the number of sets tried (Bonferroni).

One half is asked for because the majority alone would be too low a bar: where about half of the
pairs gain, the label that is commoner in training is the scarcer one in the tasks held out, and a
majority learned from the others scores below a tossed coin.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from minimtl.report.csvfile import Row
from minimtl.report.scope import Scope
from minimtl.report.wording import (
    SCORE_NAMES,
    SET_NAMES,
    has_two_labels,
    interval,
    number,
    problem_of,
    share_with_interval,
    signed,
    text,
)
from minimtl.study import Protocol

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
    return [SET_NAMES[str(row["features"])] for row in rows if predicts(row, len(rows))]


def predicts(row: Row, n_sets: int) -> bool:
    """Whether this row's set of features predicts which pairs gain, as the module's text has it."""
    return (
        number(row, "majority_lift_low_by_task") > 0
        and number(row, "identity_lift_low_by_task") > 0
        and number(row, "accuracy_low_by_task") > CHANCE
        and number(row, "p_value_by_task") <= SIGNIFICANCE / n_sets
    )


def _rows_of(problem: Row, table2: Sequence[Row]) -> list[Row]:
    """Those of Table 2 about this row's problem that have a score with main tasks held out."""
    rows = [row for row in table2 if row["problem"] == problem["problem"]]
    return [row for row in rows if not math.isnan(number(row, "accuracy_by_task"))]


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
    return _Change("did not clearly change", "would not clearly change")


def _prediction(rows: Sequence[Row]) -> str:
    if not rows:
        return "there are too few main tasks to say whether gains can be predicted"
    predicting = predicting_sets(rows)
    if not predicting:
        return "no set of features predicts which pairs gain"
    return f"which pairs gain can be predicted from {' or '.join(predicting)}"


def _scores(row: Row, protocol: Protocol) -> str:
    return (
        f"the mean {SCORE_NAMES[protocol.reading.score]} is {text(number(row, 'single'))} "
        f"single-task and {text(number(row, 'multi'))} multi-task, a gain of "
        f"{_gain(row)}; {100 * number(row, 'improved'):.0f} % of "
        f"{row['n_pairs']} pairs improved."
    )


def _best(rows: Sequence[Row]) -> str:
    """The best set of features on main tasks held out, beside what it would have to beat."""
    if not rows:
        return "There are too few main tasks to hold some out and predict their gains."
    if not any(has_two_labels(row, "_by_task") for row in rows):
        return "All pairs have the same label, so that there is nothing to predict."
    predicting = [row for row in rows if predicts(row, len(rows))]
    best = max(predicting or rows, key=lambda row: number(row, "accuracy_by_task"))
    return (
        f"On main tasks held out, the best predictions of who gains come from "
        f"{SET_NAMES[str(best['features'])]}: accuracy "
        f"{share_with_interval(best, 'accuracy{}_by_task')} against "
        f"{text(number(best, 'majority_accuracy_by_task'))} by the majority and {CHANCE} by "
        f"chance, permutation p = {text(number(best, 'p_value_by_task'), 3)}."
    )
