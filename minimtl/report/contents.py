"""What every form of the report says: the finding, each table beside the paper's, how to redo it.

It is made from the tables alone, so that it cannot say what they do not.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from minimtl.report.blocks import (
    Block,
    Command,
    Errata,
    Figure,
    Grid,
    Heading,
    Items,
    Marked,
    Paragraph,
)
from minimtl.report.coefficients import predictors
from minimtl.report.csvfile import Row, Table
from minimtl.report.figures import CAPTIONS, FIGURES_NOTE
from minimtl.report.finding import evidence, finding
from minimtl.report.prediction import predictions
from minimtl.report.wording import compared, number, problem_of
from minimtl.study import ERRATA, MEAN_GAIN_PRINTED, Protocol

TITLE = "When does multi-task learning help?"
# How near a number must come to the published one to count as reproduced.
SCORE_MARGIN, SHARE_MARGIN = 0.015, 0.1


class About(NamedTuple):
    """What the reader must know to judge the numbers or to make them again.

    The corpus' edition, source, digest and sizes are those of the loaded corpus; ``command`` is
    the line that a person would type.
    """

    version: str
    edition: str
    source: str
    sha256: str
    n_train: int
    n_test: int
    seed: int
    command: str


def answer(tables: Sequence[Table], protocol: Protocol) -> str:
    """The finding as the answer to the title, which it does not ask again."""
    rows = {table.name: table.rows for table in tables}
    return finding(rows["table1"], rows["table2"], protocol).removeprefix(f"{TITLE} ")


def in_numbers(tables: Sequence[Table], protocol: Protocol) -> Items:
    """What the answer rests on, an item for each problem."""
    rows = {table.name: table.rows for table in tables}
    return Items(tuple(evidence(rows["table1"], rows["table2"], protocol)))


def results(tables: Sequence[Table], figures: Sequence[str]) -> list[Block]:
    """Tables 1 to 3 with what is made of them, then the figures that were drawn."""
    rows = {table.name: table.rows for table in tables}
    return [
        *_table1(rows["table1"]),
        *predictions(rows["table2"], rows["calibration"]),
        *(part for name in rows if name.startswith("table3") for part in predictors(name, rows)),
        *_figures(figures),
    ]


def _table1(rows: Sequence[Row]) -> list[Block]:
    lines = []
    for row in rows:
        for column, name, margin in (
            ("single", "single-task", SCORE_MARGIN),
            ("multi", "multi-task", SCORE_MARGIN),
            ("improved", "share of pairs improved", SHARE_MARGIN),
        ):
            ours, theirs = number(row, column), number(row, f"published_{column}")
            lines.append((problem_of(row), name, *compared(ours, theirs, margin)))
        printed = MEAN_GAIN_PRINTED.get(str(row["problem"]), math.nan)
        gain = compared(number(row, "relative_gain"), printed, SCORE_MARGIN)
        lines.append((problem_of(row), "mean relative gain", *gain))
    header = ("problem", "", "here", "published", "difference", "reproduces")
    margins = (
        f"A score reproduces if it is within {SCORE_MARGIN} of the published one, a share within "
        f"{SHARE_MARGIN}."
    )
    return [
        Heading(2, "Table 1: single-task and multi-task"),
        Grid(header, tuple(lines), n_labels=2),
        Paragraph(margins),
        Errata(ERRATA["table1"]),
    ]


def _figures(drawn: Sequence[str]) -> list[Block]:
    pictures: list[Block] = [Figure(name, CAPTIONS[name]) for name in sorted(drawn)]
    return [Heading(2, "Figures"), *(pictures or [Paragraph(FIGURES_NOTE)])]


def provenance(about: About, protocol: Protocol) -> list[Block]:
    """What the data was and how to make the numbers again."""
    data = (
        f"20 Newsgroups, the {about.edition} edition: {about.n_train:,} training and "
        f"{about.n_test:,} test posts, from {about.source} (SHA-256 ",
        Marked(about.sha256, "code"),
        ").",
    )
    made = (
        f"minimtl {about.version}, protocol ",
        Marked(protocol.name, "code"),
        f", seed {about.seed}:",
    )
    return [
        Heading(2, "What the data was"),
        Paragraph(data),
        Heading(2, "How to run it again"),
        Paragraph(made),
        Command(about.command),
    ]
