"""Numbers as people read them, and text and tables as Markdown; what does not exist is a dash."""

import html
import math
import re
from collections.abc import Iterable, Sequence

from minimtl.report.blocks import Inline, Marked
from minimtl.report.finding import number
from minimtl.study.csvfile import Cell, Row


def grid(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table from a header and lines of cells that are Markdown already."""
    every = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)


def text(value: float, digits: int = 3, sign: str = "") -> str:
    """A number with so many digits; ``sign="+"`` shows that of positive ones too."""
    return "–" if math.isnan(value) else f"{value:{sign}.{digits}f}"


def with_interval(row: Row, column: str, digits: int, sign: str = "") -> str:
    """The value of a column with its interval; ``column`` has {} where ``_low`` goes."""
    middle, low, high = (number(row, column.format(end)) for end in ("", "_low", "_high"))
    if math.isnan(low):
        return text(middle, digits, sign)
    ends = f"{text(low, digits, sign)} to {text(high, digits, sign)}"
    return f"{text(middle, digits, sign)} ({ends})"


def compared(ours: float, theirs: float, margin: float) -> tuple[Inline, ...]:
    """Ours, theirs, the difference, and whether it is within the margin."""
    difference = ours - theirs
    if math.isnan(difference):
        return text(ours), text(theirs), "–", "–"
    verdict = Marked("yes", "good") if abs(difference) <= margin else Marked("no", "bad")
    return text(ours), text(theirs), text(difference, 3, "+"), verdict


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
