"""Tables of named values, and the bytes of their .csv files.

The same values give the same bytes: numbers have ten significant digits, lines end in ``\\n``,
text is UTF-8. A value that does not exist (an interval from one run, a design without folds) is
an empty cell. A text that a spreadsheet would take for a formula gets an apostrophe before it.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from minimtl.system import write_atomically

Cell = str | int | float
Row = dict[str, Cell]

# What a spreadsheet reads as the start of a formula, or strips and then reads so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Table(NamedTuple):
    """A table's name, which is that of its file, and its rows; all rows have the same columns."""

    name: str
    rows: list[Row]


def write_tables(made: Iterable[Table], folder: Path) -> None:
    """Write each table to ``<name>.csv`` in ``folder``, whole or not at all."""
    for table in made:
        write_atomically(folder / f"{table.name}.csv", to_csv(table))


def to_csv(table: Table) -> bytes:
    """The table as comma-separated UTF-8 with a header line."""
    header = [list(table.rows[0])] if table.rows else []
    lines = header + [[_cell(value) for value in row.values()] for row in table.rows]
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines).encode("utf-8")


def _quoted(text: str) -> str:
    """As RFC 4180 has it. (The csv module leaves a carriage return bare between ``\\n`` lines.)"""
    if any(character in text for character in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if math.isnan(value):
        return ""
    return str(value) if isinstance(value, int) else format(value + 0.0, ".10g")  # no "-0"
