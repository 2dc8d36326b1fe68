"""Whether the paper's claims reproduce, a sentence each, for the problems that can tell."""

import math
from collections.abc import Sequence

from minimtl.report.blocks import Block, Heading, Inline, Items, Marked
from minimtl.report.coefficients import PROBLEMS
from minimtl.report.csvfile import Row
from minimtl.report.finding import predicting_sets
from minimtl.report.prediction import MARGIN
from minimtl.report.scope import Scope
from minimtl.report.wording import by_problem, number, problem_of, signed, text
from minimtl.stats import spearman

SAME_ORDER = 0.5  # Spearman's ρ from which on the order of the features counts as reproduced
_COMPARED = {
    "table3a": ("inverse_rank", "published_inverse_rank"),
    "table3b": ("coefficient", "published"),
}


def claims(rows: dict[str, list[Row]], scopes: dict[str, Scope]) -> list[Block]:
    """The section; nothing where no problem can tell."""
    judged = [group for group in by_problem(rows["table2"]) if scopes[problem_of(group[0])].judges]
    sentences = [claim for group in judged for claim in (_predictable(group), _curves_best(group))]
    sentences += [
        _same_order(problem, f"Table {name[-2:]}", rows[name], *_COMPARED[name])
        for name, problem in PROBLEMS.items()
        if name in rows and scopes[problem].judges
    ]
    return [Heading(3, "The paper's claims"), Items(tuple(sentences))] if sentences else []


def _predictable(rows: Sequence[Row]) -> Inline:
    name = problem_of(rows[0])
    if all(math.isnan(number(row, "accuracy_groups_unseen")) for row in rows):
        return f"{name}: too few blocks of pairs to hold some out."
    predicting = predicting_sets(rows)
    found = Marked("reproduces", "good")
    reason = f"it holds with subclasses unseen in training, from {' and '.join(predicting)}."
    if not predicting:
        found = Marked("does not reproduce", "bad")
        reason = (
            "with subclasses unseen in training, no set of features clearly beats the majority and "
            "one half."
        )
    return f"{name}: the paper's claim that gains can be predicted ", found, f": {reason}"


def _curves_best(rows: Sequence[Row]) -> Inline:
    """The paper's claim that loss curves predict gains better than any other features."""
    accuracy = {str(row["features"]): number(row, "accuracy") for row in rows}
    curve, other = round(accuracy["only_curve"], 3), round(accuracy["no_curve"], 3)
    if math.isnan(curve) or math.isnan(other):
        return f"{problem_of(rows[0])}: too few pairs to compare curve features with the others."
    found: str | Marked = f"is not decided by a difference of {signed(curve - other)}"
    if round(abs(curve - other), 3) > MARGIN:
        better = curve > other
        found = Marked("reproduces", "good") if better else Marked("does not reproduce", "bad")
    return (
        f"{problem_of(rows[0])}: the paper's claim that curve features predict best ",
        found,
        f": alone they reach an accuracy of {text(curve)}, the others {text(other)}.",
    )


def _same_order(problem: str, table: str, rows: Sequence[Row], ours: str, theirs: str) -> Inline:
    """Spearman's correlation of our column with the published one, in a sentence.

    Of the features that the paper has.
    """
    known = [row for row in rows if row["published_label"]]
    first, second = ([number(row, column) for row in known] for column in (ours, theirs))
    unknown = any(math.isnan(value) for value in (*first, *second))
    if unknown or len(set(first)) == 1:  # one value for all is no order
        return f"{problem}: there are too few pairs to compare the order of the features."
    rho = round(spearman(first, second), 2)
    same = rho >= SAME_ORDER
    mark = Marked("reproduces", "good") if same else Marked("does not reproduce", "bad")
    return (
        f"{problem}: the order of the features in {table} ",
        mark,
        f": Spearman's ρ with the published column is {text(rho, 2)}; {SAME_ORDER} is asked for.",
    )
