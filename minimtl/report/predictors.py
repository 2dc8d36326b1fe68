"""Tables 3a and 3b as sections of the report: what the coefficients say, and how firmly."""

import math
from collections.abc import Sequence

import numpy as np

from minimtl.report.blocks import Block, Errata, Grid, Heading, Marked, Paragraph
from minimtl.report.finding import number
from minimtl.report.grid import text, with_interval
from minimtl.study.csvfile import Row
from minimtl.study.published import ERRATA

_UPSIDE_DOWN = (
    "The difference is to 30 − the printed rank, which turns the printed column the right way up. "
)


def predictors(name: str, tables: dict[str, list[Row]]) -> list[Block]:
    """The section of table ``name``, "table3a" or "table3b"."""
    rows, problem = tables[name], "related" if name == "table3a" else "unrelated"
    theirs = "published_inverse_rank" if name == "table3a" else "published"
    ours = "inverse_rank" if name == "table3a" else "coefficient"
    lines = tuple(
        (
            Marked(str(row["feature"]), "code"),
            text(number(row, "inverse_rank"), 1),
            with_interval(row, "coefficient{}", 2, "+"),
            text(number(row, "sign_stability"), 2),
            text(number(row, "vif"), 1),
            str(row["published_label"]),
            text(number(row, "published"), 0 if name == "table3a" else 2),
            text(number(row, ours) - number(row, theirs), 2, "+"),
        )
        for row in rows
    )
    header = (
        *("feature", "inverse rank", "coefficient", "sign kept", "VIF"),
        *("printed label", "printed", "difference"),
    )
    condition = next(
        number(row, "condition_number") for row in tables["table2"] if row["problem"] == problem
    )
    note = (
        f"The features' condition number is {text(condition, 0)}; a feature's VIF is by how much "
        "its correlation with the others multiplies the variance of its coefficient. “Sign kept” "
        "is the share of samples of main tasks in which the coefficient has the same sign. "
        + (_UPSIDE_DOWN if name == "table3a" else "")
    )
    return [
        Heading(2, f"Table 3{name[-1]}: which features, {problem.upper()}"),
        Grid(header, lines),
        Paragraph((note, *_agreement(rows, ours, theirs))),
        Errata(ERRATA[name]),
    ]


def _agreement(rows: Sequence[Row], ours: str, theirs: str) -> tuple[str | Marked, ...]:
    """Spearman's correlation of our column with the published one, in a sentence."""
    pairs = [(number(row, ours), number(row, theirs)) for row in rows]
    unknown = any(math.isnan(value) for pair in pairs for value in pair)
    if unknown or len({pair[0] for pair in pairs}) == 1:  # one value for all is no order
        return ("There are too few pairs to compare the order of the features with the paper's.",)
    rho = spearman(*zip(*pairs, strict=True))
    verdict = Marked("reproduces", "good") if rho >= 0.5 else Marked("does not reproduce", "bad")
    sentence = f"Spearman's ρ with the published column is {rho:.2f}: the order "
    return sentence, verdict, " (ρ ≥ 0.5)."


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Rank correlation: Pearson's correlation of the ranks, ties at their mean rank."""
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, ties at their mean."""
    ordered = sorted(values)
    return [ordered.index(value) + 1 + (ordered.count(value) - 1) / 2 for value in values]
