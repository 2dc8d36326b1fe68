"""Rows of a table from a file or from Python: a header, and batches of cells by column.

- ``.csv``, ``.tsv``: the first row names the columns.
- ``.jsonl``, ``.ndjson``: one object a line; the first line's names are the columns.
- In Python: a mapping of columns (a dict, a data frame), a structured array, or a list of dicts.

A matrix is a ``.csv`` or ``.tsv`` with a row a main task and a column an auxiliary task.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.gains.pairs.columns import Column
from minimtl.report import counted

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_JSON_LINES = (".jsonl", ".ndjson")
_BATCH = 20_000  # rows
MATRIX = ("main", "aux", "gain")


class Rows(NamedTuple):
    """A table that is read once. ``batches`` have a sequence of cells for each column.

    ``first_row`` is the number of the first row below the header, as messages count rows.
    """

    source: str
    header: tuple[str, ...]
    batches: Iterable[Sequence[Sequence[Any]]]
    first_row: int

    def fill(self, columns: Mapping[str, Column]) -> None:
        """Read all rows into these columns of theirs."""
        for batch in self.batches:
            for name, cells in zip(self.header, batch, strict=True):
                if name in columns:
                    columns[name].add(cells)


@contextmanager
def open_rows(table: Any, *, matrix: bool = False) -> Iterator[Rows]:
    """The rows of a file (a path), or of columns in Python.

    Raises
    ------
    MinimtlError
        If the table is of no known kind or cannot be read; while it is read, naming the row.
    """
    if not isinstance(table, str | Path):
        yield _rows_of_matrix(table) if matrix else _rows_of_columns(table)
        return
    path = Path(table)
    suffix = path.suffix.lower()
    if not suffix and not path.exists():
        raise MinimtlError(f"{path} does not exist; check the name.")
    if suffix not in (*_DELIMITERS, *_JSON_LINES) or (matrix and suffix in _JSON_LINES):
        kinds = ".csv or .tsv matrix" if matrix else ".csv, .tsv or .jsonl file"
        raise MinimtlError(f"{path} is of no known kind: give a {kinds} or the folder of a study.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if suffix in _JSON_LINES:
                yield _json_rows(file, path.name)
            else:
                reader = csv.reader(file, delimiter=_DELIMITERS[suffix], strict=True)
                rows = _numbered(reader, path.name)
                yield _matrix_rows(rows, path.name) if matrix else _table_rows(rows, path.name)
    except UnicodeDecodeError:
        raise MinimtlError(f"{path.name} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise MinimtlError(f"{path} cannot be read ({error.strerror}); check the name.") from None


def _numbered(reader: Any, name: str) -> Iterator[list[str]]:
    """The rows that are not blank; csv's complaints as sentences."""
    try:
        yield from filter(None, reader)
    except csv.Error as error:
        raise MinimtlError(
            f"{name}, line {reader.line_num}, cannot be read ({error}); put cells with commas or "
            "line ends in quotation marks and double the marks inside them."
        ) from None


def _table_rows(rows: Iterator[list[str]], name: str) -> Rows:
    header = tuple(cell.strip() for cell in next(rows, []))
    if not header:
        raise MinimtlError(f"{name} is empty; give a table whose first row names its columns.")
    other = next((mark for mark in _OTHER_DELIMITERS if mark in header[0]), None)
    if len(header) == 1 and other is not None:
        raise MinimtlError(
            f"{name}, row 1, has columns separated by {_OTHER_DELIMITERS[other]}; save it as .csv "
            "with commas between columns and points in numbers."
        )
    return Rows(name, header, _batches(rows, len(header), name), 2)


def _batches(
    rows: Iterator[list[str]], n_columns: int, name: str
) -> Iterator[Sequence[Sequence[str]]]:
    number = 2
    while batch := list(islice(rows, _BATCH)):
        for place, row in enumerate(batch):
            if len(row) != n_columns:
                raise MinimtlError(
                    f"{name}, row {number + place}, has {counted(len(row), 'column')} where "
                    f"the first row has {n_columns:,}; complete it or remove it."
                )
        number += len(batch)
        yield list(zip(*batch, strict=True))


def _json_rows(file: Iterable[str], name: str) -> Rows:
    lines = ((number, line) for number, line in enumerate(file, start=1) if line.strip())
    first = next((_json_object(number, line, name) for number, line in lines), {})
    header = tuple(first)
    if not header:
        raise MinimtlError(f"{name} is empty; write one object a line.")

    def objects() -> Iterator[tuple[int, dict[str, Any]]]:
        yield 1, first
        for number, line in lines:
            yield number, _json_object(number, line, name)

    def batches() -> Iterator[Sequence[Sequence[Any]]]:
        each = objects()
        while batch := list(islice(each, _BATCH)):
            try:
                yield [[item[column] for _, item in batch] for column in header]
            except KeyError as error:
                number = next(n for n, item in batch if error.args[0] not in item)
                raise MinimtlError(
                    f"{name}, row {number}, has no {error.args[0]!r}, which the first row has; "
                    "add it or remove the row."
                ) from None

    return Rows(name, header, batches(), 1)


def _json_object(number: int, line: str, name: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        item = None
    if not isinstance(item, dict):
        raise MinimtlError(f"{name}, row {number}, is no JSON object; write one object a line.")
    return item


def _matrix_rows(rows: Iterator[list[str]], name: str) -> Rows:
    """The cells of a matrix off its diagonal as rows of (main, aux, gain); empty cells are none."""
    _, *columns = [cell.strip() for cell in next(rows, [])] or [""]
    if not columns:
        raise MinimtlError(f"{name} is no matrix; its first row must name the auxiliary tasks.")

    def cells() -> Iterator[list[str]]:
        for number, (main, *gains) in enumerate(rows, start=2):
            if len(gains) != len(columns):
                raise MinimtlError(
                    f"{name}, row {number}, has {len(gains):,} gains for {len(columns):,} "
                    "auxiliary tasks; a matrix has one in each column, or an empty cell."
                )
            for aux, gain in zip(columns, gains, strict=True):
                if gain.strip() and aux != main.strip():
                    yield [main, aux, _checked(gain, f"{name}, row {number}, column {aux!r}")]

    return Rows(name, MATRIX, _batches(cells(), len(MATRIX), name), 2)


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
    return Rows("the matrix", MATRIX, [list(zip(*rows, strict=True))] if rows else [], 1)


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
    cells = [column.tolist() for column in columns.values()]
    return Rows("the table", tuple(columns), [cells] if cells[0] else [], 1)
