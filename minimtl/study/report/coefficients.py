"""Tables 3a and 3b as sections of the report: what the coefficients say, and how firmly."""

import math
from collections.abc import Sequence

from minimtl.report import (
    Block,
    Errata,
    Grid,
    Heading,
    Inline,
    Marked,
    Paragraph,
    Row,
    compared,
    number,
    signed,
    text,
    verdict,
    with_interval,
)
from minimtl.study.report.scope import Scope, filled
from minimtl.tasks import AUTHORS_FEATURES, ERRATA

RANK_MARGIN = 3  # how near an inverse rank must come to the published one to count as reproduced
MOST_VIF = 1000
_CHANCE = (2 * RANK_MARGIN + 1) / len(AUTHORS_FEATURES)  # share of ranks that are as near
# The paper prints ranks of RELATED and coefficients of UNRELATED.
PROBLEMS = {"table3a": "RELATED", "table3b": "UNRELATED"}
_HEADERS = {
    "table3a": (
        *("feature", "printed label", "inverse rank", "published", "difference", "reproduces"),
        *("printed", "coefficient", "sign kept", "VIF"),
    ),
    "table3b": (
        *("feature", "printed label", "coefficient", "published", "difference", "reproduces"),
        *("inverse rank", "sign kept", "VIF"),
    ),
}
_NOTES = {
    "table3a": (
        "“Published” is 30 − the printed rank, which turns the printed column the right way up; "
        f"ours reproduces it within {RANK_MARGIN}, where chance alone would put some "
        f"{100 * _CHANCE:.0f} % of the features. "
    ),
    "table3b": (
        "A coefficient reproduces if the 95 % interval of ours holds the published one and leaves "
        "out 0; it does not if the published one lies outside; a dash is neither. "
    ),
}


def coefficients(
    name: str, tables: dict[str, Sequence[Row]], scopes: dict[str, Scope]
) -> list[Block]:
    """The section of table ``name``, "table3a" or "table3b"."""
    problem, line_of = PROBLEMS[name], _line_3a if name == "table3a" else _line_3b
    scope = scopes[problem]
    lines = tuple(line_of(row, scope.judges) for row in tables[name])
    grid = filled(Grid(_HEADERS[name], lines, n_labels=2), [scope])
    title = Heading(2, f"Table {name[-2:]}: which features, {problem}")
    firmness = _firmness_note(tables, scope, len(lines))
    note = Paragraph((_NOTES[name] if scope.compares else "") + firmness)
    if scope.compares:
        return [title, grid, note, Errata(ERRATA[name])]
    return [title, grid, note]


def _firmness_note(tables: dict[str, Sequence[Row]], scope: Scope, n_features: int) -> str:
    condition = next(
        number(row, "condition_number")
        for row in tables["table2"]
        if row["problem"] == scope.problem
    )
    if math.isinf(condition):
        together = (
            f"With {scope.n_pairs} pairs the {n_features} features determine one another, "
            "and the VIF has no bound"
        )
    else:
        together = (
            f"The condition number of all features is {text(condition, 0)}; above 30 is severe"
        )
    return (
        "“Sign kept” is the share of samples of main tasks in which the coefficient has the same "
        "sign. The VIF is by how much a feature's correlation with the others multiplies the "
        f"variance of its coefficient; above 10, a single coefficient says little. {together}."
    )


def _line_3a(row: Row, judged: bool) -> tuple[Inline, ...]:
    ours, theirs = number(row, "inverse_rank"), number(row, "published_inverse_rank")
    return (
        *_names(row),
        *compared(ours, theirs, RANK_MARGIN, (1, 0), judged),
        text(number(row, "published"), 0),
        with_interval(row, "coefficient{}", 2),
        *_firmness(row),
    )


def _line_3b(row: Row, judged: bool) -> tuple[Inline, ...]:
    ours, theirs = round(number(row, "coefficient"), 2), number(row, "published")
    low, high = (round(number(row, f"coefficient_{end}"), 2) for end in ("low", "high"))
    return (
        *_names(row),
        with_interval(row, "coefficient{}", 2),
        signed(theirs, 2),
        signed(ours - theirs if judged else math.nan, 2),
        verdict(_agrees(theirs, low, high) if judged else None),
        text(number(row, "inverse_rank"), 1),
        *_firmness(row),
    )


def _agrees(published: float, low: float, high: float) -> bool | None:
    """Whether our interval agrees with a coefficient; None where it could be of either sign."""
    if published < low or published > high:
        return False
    return True if low > 0 or high < 0 else None


def _names(row: Row) -> tuple[Inline, ...]:
    return Marked(str(row["feature"]), "code"), str(row["published_label"])


def _firmness(row: Row) -> tuple[Inline, ...]:
    vif = number(row, "vif")
    shown = f"over {MOST_VIF:,}" if vif > MOST_VIF else text(vif, 1)
    return text(number(row, "sign_stability"), 2), shown
