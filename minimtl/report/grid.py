"""Comparisons with the published numbers, and text and tables as Markdown."""

import html
import math
import re
from collections.abc import Iterable, Sequence

from minimtl.report.blocks import Inline, Marked
from minimtl.report.csvfile import Cell, Row
from minimtl.report.numbers import NOTHING, text


def pipe_table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table from a header and lines of cells that are Markdown already."""
    every = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)


def compared(ours: float, theirs: float, margin: float, digits: int = 3) -> tuple[Inline, ...]:
    """Ours, theirs with so many digits, the difference, and whether it is within the margin."""
    difference = ours - theirs
    inside = None if math.isnan(difference) else abs(difference) <= margin
    return text(ours), text(theirs, digits), text(difference, 3, "+"), verdict(inside)


def verdict(reproduces: bool | None) -> Inline:
    """The mark of a number that reproduces or not; a dash where there is nothing to compare."""
    if reproduces is None:
        return NOTHING
    return Marked("yes", "good") if reproduces else Marked("no", "bad")


def problems_of(rows: Iterable[Row]) -> list[Cell]:
    """The problems of the rows, each once, in order."""
    return list(dict.fromkeys(row["problem"] for row in rows))


def problem_of(row: Row) -> str:
    """The problem as the paper writes it."""
    return str(row["problem"]).upper()


def escape(text: Cell) -> str:
    """Text as Markdown shows it, letter for letter, on one line."""
    single_line = html.escape(" ".join(str(text).split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]#|!~])", r"\\\1", single_line)
