"""The table of pairs of a file or of columns in Python; features are means over runs.

- A file that `minimtl.corpora.read_records` reads: CSV, TSV, JSON lines or a JSON list.
- In Python: a mapping of columns (a dict, a data frame), a structured array, or a list of dicts.
- A matrix, as a ``.csv`` or ``.tsv``, an array or a data frame: a row a main task and a column an
  auxiliary task.

Each becomes `Rows`: a header, and the cells of each column. A column's role is named by the user,
or guessed from its name.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minimtl.corpora import JSON, TABLES, Records, read_records
from minimtl.errors import MinimtlError
from minimtl.gains.pairtable import PairTable, labels_of, numbers
from minimtl.stats import FloatArray, IntArray
from minimtl.tasks import LabelledPairs, Meta

SETTINGS = Meta(scaling="standard", penalize_intercept=False)
# What columns are called in published tables, the surest name first; letters' case is ignored.
_NAMES = {
    "main": ("main", "main_task", "target", "target_task", "primary", "primary_task", "task"),
    "aux": ("aux", "aux_task", "auxiliary", "auxiliary_task", "source", "source_task", "helper"),
    "gain": (
        *("gain", "gains", "improvement", "transfer", "delta", "relative_gain", "improved"),
        "label",
    ),
    "run": ("run", "seed", "repeat", "repetition", "trial"),
    "main_group": ("main_group", "target_group"),
    "aux_group": ("aux_group", "source_group"),
}
_NEEDED = {"main": "main task", "aux": "auxiliary task", "gain": "gain"}
_STUDY = {"main_positive", "aux_positive"}
_SHOWN = 12  # columns in a message
_FULL = 20  # cells of (pair, run) for a row, above which runs are numbered within each pair
_LISTED = 5  # columns that a note names
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


@dataclass(frozen=True)
class Roles:
    """The column of each role, None where there is none, or where it is to be guessed.

    ``features`` is None for all numeric columns that have no other role; ``sets`` are features by
    the name of their set.
    """

    main: str | None = None
    aux: str | None = None
    gain: str | None = None
    run: str | None = None
    main_group: str | None = None
    aux_group: str | None = None
    features: Sequence[str] | None = None
    sets: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        """The column of each role that has one."""
        each = {role: getattr(self, role) for role in _NAMES}
        return {role: column for role, column in each.items() if column is not None}


def _assign_roles(asked: Roles, rows: Rows) -> tuple[Roles, list[str]]:
    """The roles of a table's columns, and what was guessed, in sentences.

    Raises
    ------
    MinimtlError
        If a named column is not there, a column has two roles, or one that is needed is neither
        named nor to be guessed.
    """
    header, used = rows.header, asked.columns
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise MinimtlError(f"{rows.source} has two columns {twice!r}; rename one of them.")
    for column in used.values():
        _check_there(column, rows)
        if list(used.values()).count(column) > 1:
            raise MinimtlError(
                f"The column {column!r} of {rows.source} has two roles; name another."
            )

    free = {name.strip().lower(): name for name in header if name not in used.values()}
    taken = {column for named in (asked.features or (), *asked.sets.values()) for column in named}
    guessed = {}
    for role, names in _NAMES.items():
        known = [free[name] for name in names if name in free and free[name] not in taken]
        if role not in used and known:
            guessed[role] = known[0]
            del free[known[0].strip().lower()]

    roles = Roles(**{**used, **guessed}, features=asked.features, sets=asked.sets)
    _check_needed(roles, rows)
    _check_features(roles, rows)
    notes = [f"{role.replace('_', ' ')}: {column}" for role, column in guessed.items()]
    return roles, [f"Columns taken by their names: {', '.join(notes)}."] if notes else []


def _check_needed(roles: Roles, rows: Rows) -> None:
    missing = next((role for role in _NEEDED if role not in roles.columns), None)
    if missing is None:
        return
    if set(rows.header) >= _STUDY:
        raise MinimtlError(f"{rows.source} is a table of a study; give the study's folder.")
    if not rows.header[0].strip():
        raise MinimtlError(
            f"{rows.source} has no name for its first column; add one, or give --matrix if the "
            "table has a row a main task and a column an auxiliary task."
        )
    raise MinimtlError(
        f"{rows.source} has no column that is known to hold the {_NEEDED[missing]}; name it with "
        f"--{missing} (columns: {_some_columns(rows)})."
    )


def _check_features(roles: Roles, rows: Rows) -> None:
    features = roles.features
    for column in features or ():
        _check_there(column, rows)
    for name, columns in roles.sets.items():
        for column in columns:
            _check_there(column, rows)
            if features is not None and column not in features:
                raise MinimtlError(
                    f"The set {name!r} has {column!r}, which is not among --features; add it there."
                )

    both = set(roles.columns.values()) & set(features or ())
    if both:
        raise MinimtlError(
            f"The column {min(both)!r} of {rows.source} has a role and is a feature as well."
        )


def _check_there(column: str, rows: Rows) -> None:
    if column not in rows.header:
        raise MinimtlError(
            f"{rows.source} has no column {column!r}; its columns are {_some_columns(rows)}."
        )


def _some_columns(rows: Rows) -> str:
    return ", ".join(rows.header[:_SHOWN]) + (", …" if len(rows.header) > _SHOWN else "")


def read_table(
    table: Any, roles: Roles, *, matrix: bool = False, threshold: float | None = None
) -> PairTable:
    """The pairs of a file or of columns in Python.

    Raises
    ------
    MinimtlError
        Naming source, row and remedy, if the table cannot be read or is not one of pairs.
    """
    rows = read_rows(table, matrix=matrix)
    roles, notes = _assign_roles(Roles(*MATRIX) if matrix else roles, rows)
    notes = [*rows.notes, *notes]
    tasks, of_role = _names(rows, roles)
    gain = _numbers(rows, str(roles.gain), "gain")

    kept = np.flatnonzero(of_role["main"] != of_role["aux"])
    n_own = len(gain) - len(kept)
    if not kept.size:
        raise MinimtlError(f"{rows.source} has no pair of two tasks; give a row for each.")
    if n_own:
        notes.append(f"{n_own:,} rows pair a task with itself and are left out.")

    gain, of_role = gain[kept], {role: names[kept] for role, names in of_role.items()}
    pair = numbers((of_role["main"] * len(tasks) + of_role["aux"]).tolist())
    first = np.unique(pair, return_index=True)[1]
    gains = _by_run(gain, pair, of_role.get("run"), rows, kept, notes)
    features, X = _features(rows, roles, pair, kept, notes)
    groups = {
        role: _group(rows, roles, role, of_role, kept)[first]
        for role in ("main_group", "aux_group")
        if role in of_role
    }

    if threshold is None:
        threshold = 0.5 if np.isin(gain, (0, 1)).all() else 0.0
        if threshold:
            notes.append("The gains are 0 and 1: they are taken as labels.")
    labels = labels_of(np.nanmean(gains, axis=1), threshold)
    levels = {role: of_role[role][first] for role in ("main", "aux")}
    return PairTable(
        source=rows.source,
        tasks=tasks,
        main=levels["main"],
        aux=levels["aux"],
        gains=gains,
        data_sets=(LabelledPairs(X, labels),),
        features=features,
        sets={
            name: tuple(features.index(column) for column in columns)
            for name, columns in roles.sets.items()
        },
        groups=np.stack(list(groups.values()), axis=1) if groups else None,
        levels=levels | groups,
        settings=SETTINGS,
        threshold=threshold,
        notes=tuple(notes),
    )


def _names(rows: Rows, roles: Roles) -> tuple[tuple[str, ...], dict[str, IntArray]]:
    """The names of the tasks by number, and for each role the numbers of its names, (n_rows,)."""
    tasks: dict[str, int] = {}
    groups: dict[str, int] = {}
    index: dict[str, dict[str, int]] = {"main": tasks, "aux": tasks, "run": {}}
    index |= {"main_group": groups, "aux_group": groups}
    columns = {role: column for role, column in roles.columns.items() if role in index}

    in_order = sorted(columns, key=lambda role: rows.header.index(columns[role]))
    of_role = {role: rows.names(columns[role], index[role]) for role in in_order}
    return tuple(tasks), of_role


def _numbers(rows: Rows, column: str, what: str) -> FloatArray:
    found = rows.numbers(column)
    if isinstance(found, BadCell):
        raise MinimtlError(
            f"{rows.place(found.row)} has {found.text} for the {what} {column!r}, which is no "
            "number; correct it or remove the row."
        )
    return found


def _by_run(
    gain: FloatArray,
    pair: IntArray,
    run: IntArray | None,
    rows: Rows,
    kept: IntArray,
    notes: list[str],
) -> FloatArray:
    """Gains of each pair and run; without a column of runs, rows of a pair are its runs."""
    n_pairs = int(pair.max()) + 1
    order = np.argsort(pair, kind="stable")
    starts = np.searchsorted(pair[order], np.arange(n_pairs))
    column = np.empty(len(pair), np.int64)
    column[order] = np.arange(len(pair)) - starts[pair[order]]

    if run is not None:
        which, number = np.unique(run, return_inverse=True)
        cell = pair * len(which) + number.ravel()
        _, first, inverse = np.unique(cell, return_index=True, return_inverse=True)
        if len(first) < len(cell):
            again = int(np.flatnonzero(first[inverse.ravel()] != np.arange(len(cell)))[0])
            raise MinimtlError(
                f"{rows.place(int(kept[again]))} repeats a pair and run of an earlier row; "
                "remove one of them, or name the column of the run with --run."
            )
        if n_pairs * len(which) <= _FULL * len(gain):
            column = number.ravel()

    gains = np.full((n_pairs, int(column.max()) + 1), np.nan)
    gains[pair, column] = gain
    if gains.shape[1] > 1 and run is None:
        notes.append("There is no column of runs: rows of the same pair are its runs.")
    n_lacking = int((~np.isfinite(gains).all(axis=1)).sum())
    if n_lacking:
        notes.append(
            f"{n_lacking:,} of {len(gains):,} pairs lack a run: comparisons of runs use the others."
        )
    return gains


def _features(
    rows: Rows, roles: Roles, pair: IntArray, kept: IntArray, notes: list[str]
) -> tuple[tuple[str, ...], FloatArray]:
    """Names and means over the runs of the features asked for, or of all there are."""
    if roles.features is not None:
        columns = {name: _numbers(rows, name, "feature") for name in roles.features}
    else:
        columns = _numeric_columns(rows, roles, notes)
    count = np.bincount(pair)
    means = [np.bincount(pair, values[kept]) / count for values in columns.values()]
    return tuple(columns), np.stack(means, axis=1) if means else np.zeros((len(count), 0))


def _numeric_columns(rows: Rows, roles: Roles, notes: list[str]) -> dict[str, FloatArray]:
    """The columns of numbers that have no role and are no further gain, unless a set has them."""
    named = {column for columns in roles.sets.values() for column in columns}
    used = set(roles.columns.values())
    columns: dict[str, FloatArray] = {}
    passed_over, gains = [], []
    for name in rows.header:
        if name in used:
            continue
        if name in named:
            columns[name] = _numbers(rows, name, "feature")
            continue
        found = rows.numbers(name)
        if isinstance(found, BadCell):
            passed_over.append(f"{name} (row {found.row + rows.first_row:,} has {found.text})")
        elif name.strip().lower() in _NAMES["gain"]:
            gains.append(name)  # with the answer among its features any model predicts it
        else:
            columns[name] = found

    if passed_over:
        shown = ", ".join(passed_over[:_LISTED])
        more = f" and {len(passed_over) - _LISTED} more" if len(passed_over) > _LISTED else ""
        notes.append(f"Columns that are not all numbers, so no features: {shown}{more}.")
    if gains:
        notes.append(
            f"Columns named like gains or labels, so no features: {', '.join(gains)}; name them "
            "with --features to use them."
        )
    return columns


def _group(
    rows: Rows, roles: Roles, role: str, of_role: dict[str, IntArray], kept: IntArray
) -> IntArray:
    """The group of each row's task in a role; every row must say the same of a task."""
    task, group = of_role[role.removesuffix("_group")], of_role[role]
    known = np.full(int(task.max()) + 1, -1, np.int64)
    known[task[::-1]] = group[::-1]  # of a task's rows the first one has the last word
    other = np.flatnonzero(known[task] != group)
    if other.size:
        raise MinimtlError(
            f"{rows.place(int(kept[other[0]]))} has another {roles.columns[role]} than an earlier "
            "row for the same task; a task has one group."
        )
    return group
