"""Columns of a table as arrays, collected a batch of cells at a time.

A column is read as numbers or as names. Names become whole numbers as they come, so that a table
of a million rows needs eight bytes a cell. A column of numbers that meets a cell that is none
remembers which: whether that is a failure depends on who needs the column.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from minimtl.stats import FloatArray, IntArray

_TRUTH = {"true": 1.0, "false": 0.0}


class BadCell(NamedTuple):
    """A cell that is no finite number: its row, counted from 0 without the header, and its text."""

    row: int
    text: str


@dataclass
class NumberColumn:
    """Finite numbers; ``True`` and ``False`` are 1 and 0."""

    parts: list[FloatArray] = field(default_factory=list)
    n_rows: int = 0
    bad: BadCell | None = None

    def add(self, cells: Sequence[Any]) -> None:
        """Take the next cells; nothing is kept after a bad one."""
        if self.bad is None:
            try:
                values = np.fromiter(map(float, cells), np.float64, len(cells))
            except (TypeError, ValueError, OverflowError):
                values = np.fromiter(map(_number, cells), np.float64, len(cells))
            wrong = np.flatnonzero(~np.isfinite(values))
            if wrong.size:
                place = int(wrong[0])
                self.bad = BadCell(self.n_rows + place, _shown(cells[place]))
                self.parts = []
            else:
                self.parts.append(values)
        self.n_rows += len(cells)

    @property
    def values(self) -> FloatArray:
        """Shape (n_rows,)."""
        return np.concatenate([np.zeros(0), *self.parts])


@dataclass
class NameColumn:
    """Names as numbers into ``index``, which columns of the same kind of things share.

    ``empty`` is the first row without a name, None if there is none.
    """

    index: dict[str, int]
    parts: list[IntArray] = field(default_factory=list)
    n_rows: int = 0
    empty: int | None = None

    def add(self, cells: Sequence[Any]) -> None:
        """Take the next cells."""
        index = self.index
        numbers = [index.setdefault(_name(cell), len(index)) for cell in cells]
        self.parts.append(np.array(numbers, np.int64))
        if self.empty is None and "" in index:
            none = np.flatnonzero(self.parts[-1] == index[""])
            self.empty = self.n_rows + int(none[0]) if none.size else None
        self.n_rows += len(cells)

    @property
    def values(self) -> IntArray:
        """Shape (n_rows,)."""
        return np.concatenate([np.zeros(0, np.int64), *self.parts])


Column = NumberColumn | NameColumn


def _name(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else "" if cell is None else str(cell)


def _number(cell: Any) -> float:
    """The number in a cell, NaN where it holds none."""
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return _TRUTH.get(cell.strip().lower(), math.nan) if isinstance(cell, str) else math.nan


def _shown(cell: Any) -> str:
    """A cell as a message shows it."""
    text = _name(cell)
    return repr(text if len(text) <= 30 else f"{text[:30]}…") if text else "nothing"
