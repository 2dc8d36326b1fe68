"""report.md: the finding, every table beside the published numbers, and how to do it again.

The page is made from the tables alone, so that it cannot say what they do not. Text from outside
(where a corpus came from, names of topics) is escaped.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from minimtl.report.figures import CAPTIONS, NOTE
from minimtl.report.finding import finding, number
from minimtl.report.grid import compared, errata, escape, grid, problem_of
from minimtl.report.prediction import predictions
from minimtl.report.predictors import predictors
from minimtl.study.csvfile import Row, Table
from minimtl.study.protocol import Protocol
from minimtl.study.published import MEAN_GAIN_PRINTED

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


def render_markdown(
    tables: Sequence[Table], protocol: Protocol, about: About, figures: Sequence[str]
) -> str:
    """The page; ``figures`` are the names of those that were drawn, without suffix."""
    rows = {table.name: table.rows for table in tables}
    parts = [
        "# When does multi-task learning help?",
        finding(rows["table1"], rows["table2"], protocol),
        *_table1(rows["table1"]),
        *predictions(rows["table2"], rows["calibration"]),
        *(part for name in rows if name.startswith("table3") for part in predictors(name, rows)),
        *_figures(figures),
        *_about(about, protocol),
    ]
    return "\n\n".join(parts) + "\n"


def _table1(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        for column, name, margin in (
            ("single", "single-task", SCORE_MARGIN),
            ("multi", "multi-task", SCORE_MARGIN),
            ("improved", "share of pairs improved", SHARE_MARGIN),
        ):
            ours, theirs = number(row, column), number(row, f"published_{column}")
            lines.append([problem_of(row), name, *compared(ours, theirs, margin)])
        printed = MEAN_GAIN_PRINTED.get(str(row["problem"]), math.nan)
        gain = compared(number(row, "relative_gain"), printed, SCORE_MARGIN)
        lines.append([problem_of(row), "mean relative gain", *gain])
    header = ["problem", "", "here", "published", "difference", "reproduces"]
    margins = (
        f"A score reproduces if it is within {SCORE_MARGIN} of the published one, a share within "
        f"{SHARE_MARGIN}."
    )
    return [
        "## Table 1: single-task and multi-task",
        grid(header, lines),
        margins,
        *errata("table1"),
    ]


def _figures(drawn: Sequence[str]) -> list[str]:
    pictures = [f"![{CAPTIONS[name]}]({name}.svg)\n\n{CAPTIONS[name]}" for name in sorted(drawn)]
    return ["## Figures", *(pictures or [NOTE])]


def _about(about: About, protocol: Protocol) -> list[str]:
    return [
        "## What the data was",
        f"20 Newsgroups, the {escape(about.edition)} edition: {about.n_train} training and "
        f"{about.n_test} test posts, from {escape(about.source)} (SHA-256 `{about.sha256}`). "
        "Scores of different editions do not compare.",
        "## How to run it again",
        f"minimtl {escape(about.version)}, protocol `{protocol.name}`, seed {about.seed}:",
        f"```\n{about.command}\n```",
    ]
