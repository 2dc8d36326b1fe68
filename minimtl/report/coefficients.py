"""Tables 3a and 3b as sections of the report: what the coefficients say, and how firmly."""

import math
from collections.abc import Sequence

from minimtl.report.blocks import Block, Errata, Grid, Heading, Inline, Marked, Paragraph
from minimtl.report.csvfile import Row
from minimtl.report.wording import number, signed, text, verdict, with_interval
from minimtl.stats import spearman
from minimtl.study import ERRATA, FEATURE_NAMES

RANK_MARGIN = 3  # how near an inverse rank must come to the published one to count as reproduced
CHANCE = (2 * RANK_MARGIN + 1) / len(FEATURE_NAMES)  # share of ranks that are as near
_HEADER_3A: tuple[str, ...] = (
    *("feature", "printed label", "inverse rank", "published", "difference", "reproduces"),
    *("printed", "coefficient", "sign kept", "VIF"),
)
_HEADER_3B: tuple[str, ...] = (
    *("feature", "printed label", "coefficient", "published", "difference", "reproduces"),
    *("inverse rank", "sign kept", "VIF"),
)
_NOTE_3A = (
    "“Published” is 30 − the printed rank, which turns the printed column the right way up; ours "
    f"reproduces it within {RANK_MARGIN}, where chance alone would put some "
    f"{100 * CHANCE:.0f} % of the features."
)
_NOTE_3B = (
    "A coefficient reproduces if the 95 % interval of ours holds the published one and leaves out "
    "0; it does not if the published one lies outside; a dash is neither."
)


def predictors(name: str, tables: dict[str, list[Row]]) -> list[Block]:
    """The section of table ``name``, "table3a" or "table3b"."""
    rows = tables[name]
    if name == "table3a":
        problem, header, note = "related", _HEADER_3A, _NOTE_3A
        lines, columns = map(_line_3a, rows), ("inverse_rank", "published_inverse_rank")
    else:
        problem, header, note = "unrelated", _HEADER_3B, _NOTE_3B
        lines, columns = map(_line_3b, rows), ("coefficient", "published")
    condition = next(
        number(row, "condition_number") for row in tables["table2"] if row["problem"] == problem
    )
    explained = (
        f"{note} “Sign kept” is the share of samples of main tasks in which the coefficient has "
        f"the same sign. The features' condition number is {text(condition, 0)}; a feature's VIF "
        "is by how much its correlation with the others multiplies the variance of its "
        "coefficient. "
    )
    return [
        Heading(2, f"Table 3{name[-1]}: which features, {problem.upper()}"),
        Grid(header, tuple(lines), n_labels=2),
        Paragraph((explained, *_agreement(rows, *columns))),
        Errata(ERRATA[name]),
    ]


def _line_3a(row: Row) -> tuple[Inline, ...]:
    """Ranks first: they are what the paper prints of RELATED."""
    ours, theirs = number(row, "inverse_rank"), number(row, "published_inverse_rank")
    near = None if math.isnan(ours) else abs(ours - theirs) <= RANK_MARGIN
    return (
        *_names(row),
        text(ours, 1),
        text(theirs, 0),
        signed(ours - theirs, 1),
        verdict(near),
        text(number(row, "published"), 0),
        with_interval(row, "coefficient{}", 2),
        *_firmness(row),
    )


def _line_3b(row: Row) -> tuple[Inline, ...]:
    """Coefficients first: they are what the paper prints of UNRELATED."""
    ours, theirs = number(row, "coefficient"), number(row, "published")
    low, high = number(row, "coefficient_low"), number(row, "coefficient_high")
    return (
        *_names(row),
        with_interval(row, "coefficient{}", 2),
        signed(theirs, 2),
        signed(ours - theirs, 2),
        verdict(_agrees(theirs, low, high)),
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
    return text(number(row, "sign_stability"), 2), text(number(row, "vif"), 1)


def _agreement(rows: Sequence[Row], ours: str, theirs: str) -> tuple[str | Marked, ...]:
    """Spearman's correlation of our column with the published one, in a sentence."""
    pairs = [(number(row, ours), number(row, theirs)) for row in rows]
    unknown = any(math.isnan(value) for pair in pairs for value in pair)
    if unknown or len({pair[0] for pair in pairs}) == 1:  # one value for all is no order
        return ("There are too few pairs to compare the order of the features with the paper's.",)
    rho = spearman(*zip(*pairs, strict=True))
    mark = Marked("reproduces", "good") if rho >= 0.5 else Marked("does not reproduce", "bad")
    sentence = f"Spearman's ρ with the published column is {text(rho, 2)}: the order "
    return sentence, mark, " (ρ ≥ 0.5)."
