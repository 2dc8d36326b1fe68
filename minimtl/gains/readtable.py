"""The table of pairs of a file or of columns in Python; features are means over runs.

- A file that `minimtl.corpora.records.read_records` reads: CSV, TSV, JSON lines or a JSON list.
- In Python: a mapping of columns (a dict, a data frame), or a list of dicts.
- A matrix, as a ``.csv`` or ``.tsv``: a row a main task and a column an auxiliary task.

Each becomes `Columns`. A column's role is named by the user, or guessed from its name.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.corpora.records import JSON, TABLES, Records, read_records
from minimtl.errors import MinimtlError
from minimtl.gains.pairtable import PairTable, labels_of, numbers
from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import Meta

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
_TRUTH = {"true": 1.0, "false": 0.0}
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")


@dataclass(frozen=True)
class Columns:
    """A table by its columns.

    Attributes
    ----------
    source : what messages call the table.
    cells : the cells of each column, as many as there are rows.
    places : where each row stands, as messages name it: ``"row 7"``.
    notes : what was guessed, in sentences.
    """

    source: str
    cells: Mapping[str, Sequence[Any]]
    places: Sequence[str]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, records: Records) -> "Columns":
        """The columns of these rows; MinimtlError if two have one name."""
        header = records.columns
        twice = next((name for name in header if header.count(name) > 1), None)
        if twice is not None:
            raise MinimtlError(f"{records.name} has two columns {twice!r}; rename one of them.")
        rows = [values for _, values in records.rows]
        cells = {name: [row[number] for row in rows] for number, name in enumerate(header)}
        return cls(records.name, cells, [place for place, _ in records.rows], records.notes)

    def place(self, row: int) -> str:
        """The beginning of a message about a row."""
        return f"{self.source}, {self.places[row]},"

    def check(self, column: str) -> None:
        """MinimtlError if there is no such column."""
        if column not in self.cells:
            raise MinimtlError(
                f"{self.source} has no column {column!r}; its columns are {self.shown}."
            )

    @property
    def shown(self) -> str:
        """The names of the columns, as far as a message has room."""
        header = tuple(self.cells)
        return ", ".join(header[:_SHOWN]) + (", …" if len(header) > _SHOWN else "")

    def numbers(self, column: str) -> FloatArray:
        """The finite numbers of a column, (n_rows,), NaN where a cell holds none.

        ``True`` and ``False`` are 1 and 0.
        """
        cells = self.cells[column]
        try:
            values = np.fromiter(map(float, cells), np.float64, len(cells))
        except (TypeError, ValueError, OverflowError):
            values = np.fromiter(map(_number, cells), np.float64, len(cells))
        return np.where(np.isfinite(values), values, math.nan)

    def all_numbers(self, column: str, what: str) -> FloatArray:
        """The same; MinimtlError names the first cell that holds none."""
        values = self.numbers(column)
        wrong = np.flatnonzero(np.isnan(values))
        if wrong.size:
            row = int(wrong[0])
            remedy = "correct it or remove the row (in a matrix: leave the cell empty)"
            if _DECIMAL_COMMA.fullmatch(_text(self.cells[column][row])):
                remedy = "write decimals with a point"
            raise MinimtlError(
                f"{self.place(row)} has {self.cell(column, row)} for the {what} {column!r}, which "
                f"is no number; {remedy}."
            )
        return values

    def cell(self, column: str, row: int) -> str:
        """A cell as a message shows it."""
        text = _text(self.cells[column][row])
        return repr(text if len(text) <= 30 else f"{text[:30]}…") if text else "nothing"

    def names(self, column: str, index: dict[str, int]) -> IntArray:
        """The number of each cell's name in ``index``, which takes in new names; (n_rows,).

        MinimtlError is raised for a cell without a name.
        """
        cells = self.cells[column]
        numbers = np.array([index.setdefault(_text(cell), len(index)) for cell in cells], np.int64)
        if "" in index:
            row = int(np.flatnonzero(numbers == index[""])[0])
            raise MinimtlError(f"{self.place(row)} has no {column}; fill it in or remove the row.")
        return numbers


def _text(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else "" if cell is None else str(cell)


def _number(cell: Any) -> float:
    """The number in a cell, NaN where it holds none."""
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return _TRUTH.get(_text(cell).lower(), math.nan)


def read_columns(table: Any, *, matrix: bool = False) -> Columns:
    """The columns of a file (a path), or of a table in Python.

    Raises
    ------
    MinimtlError
        If the table is of no known kind or cannot be read, naming the row.
    """
    if not isinstance(table, str | Path):
        if matrix:
            raise MinimtlError("A matrix of gains is a .csv or .tsv file; give its path.")
        return _named_columns(table)

    path = Path(table)
    suffix = path.suffix.lower()
    if not suffix and not path.exists():
        raise MinimtlError(f"{path} does not exist; check the name.")
    if suffix not in TABLES or (matrix and suffix in JSON):
        kinds = ".csv or .tsv matrix" if matrix else ".csv, .tsv or .jsonl file"
        raise MinimtlError(f"{path} is of no known kind: give a {kinds} or the folder of a study.")

    records = read_records(path)
    return _columns_of_matrix(records) if matrix else Columns.of(records)


def _columns_of_matrix(records: Records) -> Columns:
    """The cells of a matrix off its diagonal as rows of (main, aux, gain); empty cells are none."""
    _, *columns = records.columns
    if not columns:
        raise MinimtlError(
            f"{records.name} is no matrix; its first row must name the auxiliary tasks."
        )
    rows: list[tuple[str, Sequence[Any]]] = [
        (f"{place}, column {aux!r}", (main, aux, gain))
        for place, (main, *gains) in records.rows
        for aux, gain in zip(columns, gains, strict=True)
        if gain.strip() and aux != main.strip()
    ]
    return Columns.of(records._replace(columns=("main", "aux", "gain"), rows=rows))


def _named_columns(table: Any) -> Columns:
    if isinstance(table, Sequence) and table and all(isinstance(row, Mapping) for row in table):
        missing = next((i for i, row in enumerate(table) if row.keys() != table[0].keys()), None)
        if missing is not None:
            raise MinimtlError(f"Row {missing + 1} of the table has other columns than row 1.")
        table = {name: [row[name] for row in table] for name in table[0]}

    names = table if isinstance(table, Mapping) else getattr(table, "columns", ())
    columns = {str(name): np.asarray(table[name]) for name in names}
    shapes = {column.shape for column in columns.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise MinimtlError(
            "The table needs named columns of one dimension and one length: give a dict of them, a "
            "data frame or a list of dicts."
        )
    ((n_rows,),) = shapes
    places = [f"row {number}" for number in range(1, n_rows + 1)]
    cells = {name: column.tolist() for name, column in columns.items()}
    return Columns("the table", cells, places)


@dataclass(frozen=True)
class Roles:
    """The column of each role, None where there is none, or where it is to be guessed.

    ``features`` is None for all numeric columns that have no other role; ``sets`` are features by
    the name of their set, whether or not ``features`` has them.
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

    @property
    def named_features(self) -> tuple[str, ...]:
        """The features that were asked for, those of sets behind the others."""
        in_sets = (column for columns in self.sets.values() for column in columns)
        return tuple(dict.fromkeys((*(self.features or ()), *in_sets)))


def _assign_roles(asked: Roles, table: Columns, notes: list[str]) -> dict[str, str]:
    """The column of each role; ``notes`` takes in what was guessed.

    Raises
    ------
    MinimtlError
        If a named column is not there, a column has two roles, or one that is needed is neither
        named nor to be guessed.
    """
    used = asked.columns
    for column in (*used.values(), *asked.named_features):
        table.check(column)
    for column in used.values():
        if list(used.values()).count(column) > 1:
            raise MinimtlError(
                f"The column {column!r} of {table.source} has two roles; name another."
            )
        if column in asked.named_features:
            raise MinimtlError(
                f"The column {column!r} of {table.source} has a role and is a feature as well."
            )

    taken = {*used.values(), *asked.named_features}
    free = {name.strip().lower(): name for name in table.cells if name not in taken}
    guessed = {}
    for role, names in _NAMES.items():
        known = [name for name in names if name in free]
        if role not in used and known:
            guessed[role] = free.pop(known[0])
    if guessed:
        shown = ", ".join(f"{role.replace('_', ' ')}: {name}" for role, name in guessed.items())
        notes.append(f"Columns taken by their names: {shown}.")

    _check_needed(used | guessed, table)
    return used | guessed


def _check_needed(roles: Mapping[str, str], table: Columns) -> None:
    missing = next((role for role in _NEEDED if role not in roles), None)
    if missing is None:
        return
    if table.cells.keys() >= _STUDY:
        raise MinimtlError(f"{table.source} is a table of a study; give the study's folder.")
    if not next(iter(table.cells)).strip():
        raise MinimtlError(
            f"{table.source} has no name for its first column; add one, or give --matrix if the "
            "table has a row a main task and a column an auxiliary task."
        )
    raise MinimtlError(
        f"{table.source} has no column that is known to hold the {_NEEDED[missing]}; name it with "
        f"--{missing}, in Python with {missing}= (columns: {table.shown})."
    )


def read_table(
    table: Any, asked: Roles, *, matrix: bool = False, threshold: float | None = None
) -> PairTable:
    """The pairs of a file or of columns in Python.

    Raises
    ------
    MinimtlError
        Naming source, row and remedy, if the table cannot be read or is not one of pairs.
    """
    columns = read_columns(table, matrix=matrix)
    notes = list(columns.notes)
    if matrix:
        asked = Roles("main", "aux", "gain")
    roles = _assign_roles(asked, columns, notes)
    tasks, of_role = _numbered(columns, roles)
    gain = columns.all_numbers(roles["gain"], "gain")

    rows = np.flatnonzero(of_role["main"] != of_role["aux"])
    n_own = len(gain) - len(rows)
    if not rows.size:
        raise MinimtlError(f"{columns.source} has no pair of two tasks; give a row for each.")
    if n_own:
        notes.append(f"{n_own:,} rows pair a task with itself and are left out.")

    gain, of_role = gain[rows], {role: names[rows] for role, names in of_role.items()}
    pair = numbers((of_role["main"] * len(tasks) + of_role["aux"]).tolist())
    first = np.unique(pair, return_index=True)[1]
    gains = _by_run(gain, pair, of_role.get("run"), columns, rows, notes)
    features, X = _features(columns, asked, roles, pair, rows, notes)
    groups = [role for role in ("main_group", "aux_group") if role in of_role]
    for role in groups:
        _check_groups(columns, roles[role], of_role, role, rows)
    levels = {role: of_role[role][first] for role in ("main", "aux", *groups)}

    if threshold is None:
        threshold = 0.5 if np.isin(gain, (0, 1)).all() else 0.0
        if threshold:
            notes.append("The gains are 0 and 1: they are taken as labels.")
    return PairTable(
        source=columns.source,
        tasks=tasks,
        gains=gains,
        data_sets=(LabelledPairs(X, labels_of(np.nanmean(gains, axis=1), threshold)),),
        features=features,
        sets={
            name: tuple(features.index(column) for column in members)
            for name, members in asked.sets.items()
        },
        groups=np.stack([levels[role] for role in groups], axis=1) if groups else None,
        levels=levels,
        settings=SETTINGS,
        threshold=threshold,
        notes=tuple(notes),
    )


def _numbered(
    columns: Columns, roles: Mapping[str, str]
) -> tuple[tuple[str, ...], dict[str, IntArray]]:
    """The names of the tasks by number, and for each role the numbers of its names, (n_rows,)."""
    tasks: dict[str, int] = {}
    groups: dict[str, int] = {}
    index: dict[str, dict[str, int]] = {"main": tasks, "aux": tasks, "run": {}}
    index |= {"main_group": groups, "aux_group": groups}

    header = list(columns.cells)
    in_order = sorted(roles.keys() & index.keys(), key=lambda role: header.index(roles[role]))
    of_role = {role: columns.names(roles[role], index[role]) for role in in_order}
    return tuple(tasks), of_role


def _by_run(
    gain: FloatArray,
    pair: IntArray,
    run: IntArray | None,
    columns: Columns,
    rows: IntArray,
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
            before = columns.places[int(rows[first[inverse.ravel()[again]]])]
            raise MinimtlError(
                f"{columns.place(int(rows[again]))} repeats the pair and run of {before}; remove "
                "one of them, or name the column of the run with --run."
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
    columns: Columns,
    asked: Roles,
    roles: Mapping[str, str],
    pair: IntArray,
    rows: IntArray,
    notes: list[str],
) -> tuple[tuple[str, ...], FloatArray]:
    """Names and means over the runs of the features asked for, or of all there are."""
    if asked.features is None:
        values = _numeric_columns(columns, asked, roles, notes)
    else:
        values = {name: columns.all_numbers(name, "feature") for name in asked.named_features}
    count = np.bincount(pair)
    means = [np.bincount(pair, each[rows]) / count for each in values.values()]
    return tuple(values), np.stack(means, axis=1) if means else np.zeros((len(count), 0))


def _numeric_columns(
    columns: Columns, asked: Roles, roles: Mapping[str, str], notes: list[str]
) -> dict[str, FloatArray]:
    """The columns of numbers that have no role and are no further gain, and those asked for."""
    features: dict[str, FloatArray] = {}
    passed_over, gains = [], []
    for name in columns.cells:
        if name in roles.values():
            continue
        if name in asked.named_features:
            features[name] = columns.all_numbers(name, "feature")
            continue
        values = columns.numbers(name)
        wrong = np.flatnonzero(np.isnan(values))
        if wrong.size:
            row = int(wrong[0])
            passed_over.append(f"{name} ({columns.places[row]} has {columns.cell(name, row)})")
        elif name.strip().lower() in _NAMES["gain"]:
            gains.append(name)  # with the answer among its features any model predicts it
        else:
            features[name] = values

    if passed_over:
        shown = ", ".join(passed_over[:_LISTED])
        more = f" and {len(passed_over) - _LISTED} more" if len(passed_over) > _LISTED else ""
        notes.append(f"Columns that are not all numbers, so no features: {shown}{more}.")
    if gains:
        notes.append(
            f"Columns named like gains or labels, so no features: {', '.join(gains)}; name them "
            "with --features to use them."
        )
    return features


def _check_groups(
    columns: Columns, column: str, of_role: Mapping[str, IntArray], role: str, rows: IntArray
) -> None:
    """MinimtlError for a row that gives a task another group than an earlier one."""
    task, group = of_role[role.removesuffix("_group")], of_role[role]
    known = np.full(int(task.max()) + 1, -1, np.int64)
    known[task[::-1]] = group[::-1]  # of a task's rows the first one has the last word
    other = np.flatnonzero(known[task] != group)
    if other.size:
        raise MinimtlError(
            f"{columns.place(int(rows[other[0]]))} has another {column} than an earlier row for "
            "the same task; a task has one group."
        )
