"""Tables of named values, and the bytes of their .csv files.

The same values give the same bytes: statistics have six significant digits, as they mean no more,
and data ten; lines end in ``\\n``, text is UTF-8. A value that does not exist (an interval from one
run, a design without folds) is an empty cell. A text that a spreadsheet would take for a formula
gets an apostrophe before it.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from minimtl.system import write_atomically

Cell = str | int | float
Row = dict[str, Cell]

STATISTICS_DIGITS, DATA_DIGITS = 6, 10
# What a spreadsheet reads as the start of a formula, or strips and then reads so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class RowsMade:
    """Rows that are made each time they are asked for: of many pairs they would fill the memory."""

    make: Callable[[], Iterator[Row]]

    def __iter__(self) -> Iterator[Row]:
        return self.make()


class Table(NamedTuple):
    """A table's name, which is that of its file, and its rows; all rows have the same columns.

    ``digits`` are the significant ones of its numbers: those of statistics or of data.
    """

    name: str
    rows: Iterable[Row]
    digits: int = STATISTICS_DIGITS


def write_tables(made: Iterable[Table], folder: Path) -> None:
    """Write each table to ``<name>.csv`` in ``folder``, whole or not at all."""
    for table in made:
        write_atomically(folder / f"{table.name}.csv", _lines(table))


def to_csv(table: Table) -> bytes:
    """The table as comma-separated UTF-8 with a header line."""
    return b"".join(_lines(table))


def _lines(table: Table) -> Iterator[bytes]:
    for number, row in enumerate(table.rows):
        if number == 0:
            yield _line(row)
        yield _line(_cell(value, table.digits) for value in row.values())


def _line(cells: Iterable[str]) -> bytes:
    return (",".join(map(_quoted, cells)) + "\n").encode("utf-8")


def _quoted(text: str) -> str:
    """As RFC 4180 has it. (The csv module leaves a carriage return bare between ``\\n`` lines.)"""
    if any(character in text for character in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _cell(value: Cell, digits: int) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if math.isnan(value):
        return ""
    return str(value) if isinstance(value, int) else format(value + 0.0, f".{digits}g")  # no "-0"
