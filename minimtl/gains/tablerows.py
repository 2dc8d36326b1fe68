"""Rows of a table from a file or from Python: a header, and the cells of each column.

- A file that `minimtl.corpora.read_records` reads: CSV, TSV, JSON lines or a JSON list.
- In Python: a mapping of columns (a dict, a data frame), a structured array, or a list of dicts.
- A matrix, as a ``.csv`` or ``.tsv``, an array or a data frame: a row a main task and a column an
  auxiliary task.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minimtl.corpora import JSON, TABLES, Records, read_records
from minimtl.errors import MinimtlError
from minimtl.stats import FloatArray, IntArray

MATRIX = ("main", "aux", "gain")
_TRUTH = {"true": 1.0, "false": 0.0}


class BadCell(NamedTuple):
    """A cell that is no finite number: its row, counted from 0 without the header, and its text."""

    row: int
    text: str


class Rows(NamedTuple):
    """A table: ``cells`` has a sequence for each column of the header.

    ``first_row`` is the number of the first row below the header, as messages count rows, and
    ``notes`` say what was guessed.
    """

    source: str
    header: tuple[str, ...]
    cells: Sequence[Sequence[Any]]
    first_row: int = 1
    notes: tuple[str, ...] = ()

    def place(self, row: int) -> str:
        """The beginning of a message about a row."""
        return f"{self.source}, row {row + self.first_row:,},"

    def numbers(self, column: str) -> FloatArray | BadCell:
        """The numbers of a column, (n_rows,), or its first cell that holds no finite one.

        ``True`` and ``False`` are 1 and 0.
        """
        cells = self.cells[self.header.index(column)]
        try:
            values = np.fromiter(map(float, cells), np.float64, len(cells))
        except (TypeError, ValueError, OverflowError):
            values = np.fromiter(map(_number, cells), np.float64, len(cells))

        wrong = np.flatnonzero(~np.isfinite(values))
        return BadCell(int(wrong[0]), _shown(cells[wrong[0]])) if wrong.size else values

    def names(self, column: str, index: dict[str, int]) -> IntArray:
        """The number of each cell's name in ``index``, which takes in new names; (n_rows,).

        Raises
        ------
        MinimtlError
            For a cell without a name.
        """
        cells = self.cells[self.header.index(column)]
        numbers = np.array([index.setdefault(_name(cell), len(index)) for cell in cells], np.int64)
        if "" in index:
            row = int(np.flatnonzero(numbers == index[""])[0])
            raise MinimtlError(f"{self.place(row)} has no {column}; fill it in or remove the row.")
        return numbers


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


def read_rows(table: Any, *, matrix: bool = False) -> Rows:
    """The rows of a file (a path), or of columns in Python.

    Raises
    ------
    MinimtlError
        If the table is of no known kind or cannot be read, naming the row.
    """
    if not isinstance(table, str | Path):
        return _rows_of_matrix(table) if matrix else _rows_of_columns(table)

    path = Path(table)
    suffix = path.suffix.lower()
    if not suffix and not path.exists():
        raise MinimtlError(f"{path} does not exist; check the name.")
    if suffix not in TABLES or (matrix and suffix in JSON):
        kinds = ".csv or .tsv matrix" if matrix else ".csv, .tsv or .jsonl file"
        raise MinimtlError(f"{path} is of no known kind: give a {kinds} or the folder of a study.")

    records = read_records(path)
    if matrix:
        return _rows_of_cells(records)
    first_row = 1 if suffix in JSON else 2
    cells = _by_column([row for _, row in records.rows], len(records.columns))
    return Rows(records.name, records.columns, cells, first_row, records.notes)


def _by_column(rows: Sequence[Sequence[Any]], n_columns: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * n_columns


def _rows_of_cells(records: Records) -> Rows:
    """The cells of a matrix off its diagonal as rows of (main, aux, gain); empty cells are none."""
    _, *columns = records.columns
    if not columns:
        raise MinimtlError(
            f"{records.name} is no matrix; its first row must name the auxiliary tasks."
        )
    rows = [
        (main, aux, _checked(gain, f"{records.name}, {place}, column {aux!r}"))
        for place, (main, *gains) in records.rows
        for aux, gain in zip(columns, gains, strict=True)
        if gain.strip() and aux != main.strip()
    ]
    return Rows(records.name, MATRIX, _by_column(rows, len(MATRIX)), 2, records.notes)


def _checked(gain: str, place: str) -> str:
    try:
        float(gain)
    except ValueError:
        raise MinimtlError(f"{place}, holds no number; give the gain or an empty cell.") from None
    return gain


def _rows_of_matrix(table: Any) -> Rows:
    """The same of an array, whose tasks are numbered, or of a data frame, which names them."""
    values = np.asarray(table, np.float64)
    if values.ndim != 2 or not values.size:
        raise MinimtlError(f"A matrix of gains has two dimensions, not the shape {values.shape}.")

    main = [str(name) for name in getattr(table, "index", range(values.shape[0]))]
    aux = [str(name) for name in getattr(table, "columns", range(values.shape[1]))]
    rows = [
        (main[i], aux[j], float(values[i, j]))
        for i, j in np.argwhere(~np.isnan(values)).tolist()
        if main[i] != aux[j]
    ]
    return Rows("the matrix", MATRIX, _by_column(rows, len(MATRIX)))


def _rows_of_columns(table: Any) -> Rows:
    if isinstance(table, Sequence) and table and all(isinstance(row, Mapping) for row in table):
        missing = next((i for i, row in enumerate(table) if row.keys() != table[0].keys()), None)
        if missing is not None:
            raise MinimtlError(f"Row {missing + 1} of the table has other columns than row 1.")
        table = {name: [row[name] for row in table] for name in table[0]}

    if isinstance(table, np.ndarray):
        names = list(table.dtype.names or ())
    elif isinstance(table, Mapping) or hasattr(table, "columns"):
        names = list(table if isinstance(table, Mapping) else table.columns)
    else:
        names = []

    columns = {str(name): np.asarray(table[name]) for name in names}
    shapes = {column.shape for column in columns.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise MinimtlError(
            "The table needs named columns of one dimension and one length: give a dict of them, a "
            "data frame, a structured array or a list of dicts."
        )
    return Rows("the table", tuple(columns), [column.tolist() for column in columns.values()])
