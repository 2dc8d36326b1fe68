"""The one sentence that a study comes to, read off its tables and nothing else.

A set of features counts as telling which pairs gain only where all of this holds with whole main
tasks held out and scaling inside the folds: its accuracy is above the majority class and above
the main task's identity, both with their corrected resampled 95 % intervals, and its permutation
p-value is at most 0.05 divided by the number of sets tried (Bonferroni).
"""

import math
from collections.abc import Sequence

from minimtl.report.words import SCORE_NAMES, SET_NAMES
from minimtl.study.csvfile import Row
from minimtl.study.protocol import Protocol

SIGNIFICANCE = 0.05


def finding(table1: Sequence[Row], table2: Sequence[Row], protocol: Protocol) -> str:
    """When multi-task learning helped, and whether that could be told beforehand."""
    clauses = [
        f"on {str(row['problem']).upper()} it {_effect(row, protocol)}, and "
        f"{_prediction([other for other in table2 if other['problem'] == row['problem']])}"
        for row in table1
    ]
    return f"When does multi-task learning help? Here, {'; '.join(clauses)}."


def tells(row: Row, n_sets: int) -> bool:
    """Whether this row's set of features tells which pairs gain, as the module's text has it."""
    return (
        number(row, "majority_lift_low_by_task") > 0
        and number(row, "identity_lift_low_by_task") > 0
        and number(row, "p_value_by_task") <= SIGNIFICANCE / n_sets
    )


def number(row: Row, column: str) -> float:
    """The value of a numeric column."""
    return float(row[column])


def _effect(row: Row, protocol: Protocol) -> str:
    low, high = number(row, "gain_low"), number(row, "gain_high")
    if low > 0:
        change = "raised"
    elif high < 0:
        change = "lowered"
    else:
        change = "did not clearly change"
    interval = "" if math.isnan(low) else f", 95 % interval of the gain {low:+.4f} to {high:+.4f}"
    return (
        f"{change} the mean {SCORE_NAMES[protocol.score]} ({number(row, 'single'):.3f} alone, "
        f"{number(row, 'multi'):.3f} joint{interval}) and helped "
        f"{100 * number(row, 'improved'):.0f} % of {row['n_pairs']} pairs"
    )


def _prediction(rows: Sequence[Row]) -> str:
    known = [row for row in rows if not math.isnan(number(row, "accuracy_by_task"))]
    if not known:
        return "there are too few main tasks to say whether gains can be predicted"
    telling = [row for row in known if tells(row, len(rows))]
    best = max(telling or known, key=lambda row: number(row, "majority_lift_by_task"))
    against = (
        f"{number(best, 'accuracy_by_task'):.3f} against "
        f"{number(best, 'majority_accuracy_by_task'):.3f} on main tasks not seen before"
    )
    if not telling:
        return (
            "none of the sets of features tells which pairs gain better than betting on the "
            f"majority (accuracy of the best, {SET_NAMES[str(best['features'])]}, {against})"
        )
    names = " and ".join(SET_NAMES[str(row["features"])] for row in telling)
    return f"which pairs gain can be told better than by the majority from {names} ({against})"
