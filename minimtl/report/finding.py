"""What a study comes to, in one sentence and in the numbers behind it, read off its tables alone.

A set of features counts as telling which pairs gain only where all of this holds with whole main
tasks held out and scaling inside the folds: its accuracy is above the majority class, above the
main task's identity and above one half, each with its corrected resampled 95 % interval, and its
permutation p-value is at most 0.05 divided by the number of sets tried (Bonferroni).

One half is asked for because the majority alone would be too low a bar: where about half of the
pairs gain, the label that is commoner in training is the scarcer one in the tasks held out, and a
majority learned from the others scores below a tossed coin.
"""

import math
from collections.abc import Sequence

from minimtl.report.csvfile import Row
from minimtl.report.wording import (
    SCORE_NAMES,
    SET_NAMES,
    number,
    problem_of,
    share_with_interval,
    signed,
    text,
)
from minimtl.study import Protocol

SIGNIFICANCE = 0.05
CHANCE = 0.5  # accuracy of a tossed coin


def finding(table1: Sequence[Row], table2: Sequence[Row], protocol: Protocol) -> str:
    """When multi-task learning helped, and whether that could be told beforehand."""
    problems: dict[str, list[str]] = {}  # what is said, and of which problems
    for row in table1:
        verdict = f"{_effect(row, protocol)}, and {_prediction(_rows_of(row, table2))}"
        problems.setdefault(verdict, []).append(f"on {problem_of(row)}")
    clauses = [f"{' and '.join(names)} pairs it {verdict}" for verdict, names in problems.items()]
    return f"When does multi-task learning help? Here, {'; '.join(clauses)}."


def evidence(table1: Sequence[Row], table2: Sequence[Row], protocol: Protocol) -> list[str]:
    """The numbers that the finding rests on, some sentences for each problem."""
    return [
        f"{problem_of(row)}: {_scores(row, protocol)} {_best(_rows_of(row, table2))}"
        for row in table1
    ]


def tells(row: Row, n_sets: int) -> bool:
    """Whether this row's set of features tells which pairs gain, as the module's text has it."""
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


def _effect(row: Row, protocol: Protocol) -> str:
    change = "did not clearly change"
    if number(row, "gain_low") > 0:
        change = "raised"
    elif number(row, "gain_high") < 0:
        change = "lowered"
    return f"{change} the mean {SCORE_NAMES[protocol.reading.score]}"


def _prediction(rows: Sequence[Row]) -> str:
    if not rows:
        return "there are too few main tasks to say whether gains can be predicted"
    telling = [SET_NAMES[str(row["features"])] for row in rows if tells(row, len(rows))]
    if not telling:
        return "no set of features tells beforehand which pairs gain"
    return f"which pairs gain can be told beforehand from {' or '.join(telling)}"


def _scores(row: Row, protocol: Protocol) -> str:
    score = SCORE_NAMES[protocol.reading.score]
    low, high = (signed(number(row, f"gain_{end}"), 4) for end in ("low", "high"))
    interval = "" if math.isnan(number(row, "gain_low")) else f" (95 % interval {low} to {high})"
    return (
        f"the mean {score} is {text(number(row, 'single'))} alone and "
        f"{text(number(row, 'multi'))} joint, a gain of {signed(number(row, 'gain'), 4)}"
        f"{interval}; joint training is ahead in {100 * number(row, 'improved'):.0f} % of "
        f"{row['n_pairs']} pairs."
    )


def _best(rows: Sequence[Row]) -> str:
    """The best set of features on main tasks held out, beside what it would have to beat."""
    if not rows:
        return "Nothing can be said of main tasks not seen before."
    telling = [row for row in rows if tells(row, len(rows))]
    best = max(telling or rows, key=lambda row: number(row, "accuracy_by_task"))
    return (
        f"On main tasks not seen before, who gains is told best from "
        f"{SET_NAMES[str(best['features'])]}: accuracy "
        f"{share_with_interval(best, 'accuracy{}_by_task')} against "
        f"{text(number(best, 'majority_accuracy_by_task'))} by the majority and {CHANCE} by "
        f"chance, permutation p = {text(number(best, 'p_value_by_task'), 3)}."
    )
