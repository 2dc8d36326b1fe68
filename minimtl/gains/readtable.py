"""The table of pairs of a file or of columns in Python; features are means over runs."""

from typing import Any

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.gains.pairtable import PairTable, labels_of
from minimtl.gains.roles import Roles, assign_roles, names_a_gain
from minimtl.gains.tablerows import MATRIX, Column, NameColumn, NumberColumn, Rows, read_rows
from minimtl.stats import FloatArray, IntArray
from minimtl.tasks import LabelledPairs, Meta

SETTINGS = Meta(scaling="standard", penalize_intercept=False)
_FULL = 20  # cells of (pair, run) for a row, above which runs are numbered within each pair
_LISTED = 5  # columns that a note names


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
    asked = Roles(*MATRIX) if matrix else roles
    roles, notes = assign_roles(asked, rows.header, rows.source)
    columns = _collect(rows, roles)
    return _Made(rows, roles, columns, [*rows.notes, *notes]).table(threshold)


def _collect(rows: Rows, roles: Roles) -> dict[str, Column]:
    """The columns that have a role, or may be features."""
    tasks: dict[str, int] = {}
    groups: dict[str, int] = {}
    index: dict[str, dict[str, int]] = {"main": tasks, "aux": tasks}
    index |= {"main_group": groups, "aux_group": groups, "run": {}}
    role_of = {column: role for role, column in roles.columns.items()}
    collected: dict[str, Column] = {}
    for column in rows.header:
        role = role_of.get(column)
        if role in index:
            collected[column] = NameColumn(index[role])
        elif role == "gain" or roles.features is None or column in roles.features:
            collected[column] = NumberColumn()
    rows.fill(collected)
    return collected


class _Made:
    """What a table's columns say of its pairs, with the places of what they must not say."""

    def __init__(
        self, rows: Rows, roles: Roles, columns: dict[str, Column], notes: list[str]
    ) -> None:
        self.source, self.first_row = rows.source, rows.first_row
        self.roles, self.columns, self.notes = roles, columns, notes

    def table(self, threshold: float | None) -> PairTable:
        """The pairs."""
        names = self._names("main").index
        main, aux = self._names("main").values, self._names("aux").values
        gain = self._numbers(str(self.roles.gain), "gain")
        kept = np.flatnonzero(main != aux)
        if not kept.size:
            raise MinimtlError(f"{self.source} has no pair of two tasks; give a row for each.")
        if len(kept) < len(main):
            self.notes.append(
                f"{len(main) - len(kept):,} rows pair a task with itself and are left out."
            )
        main, aux, gain = main[kept], aux[kept], gain[kept]
        pair, first = _numbered(main * len(names) + aux)
        gains = self._by_run(gain, pair, len(first), kept)
        features, X = self._features(pair, len(first), kept)
        levels = {"main": main[first], "aux": aux[first]}
        group = {
            role: self._group(role, levels[role.removesuffix("_group")], pair, first, kept)
            for role in ("main_group", "aux_group")
            if role in self.roles.columns
        }
        if threshold is None:
            threshold = 0.5 if np.isin(gain, (0, 1)).all() else 0.0
            if threshold:
                self.notes.append("The gains are 0 and 1: they are taken as labels.")
        labels = labels_of(np.nanmean(gains, axis=1), threshold)
        return PairTable(
            source=self.source,
            tasks=tuple(names),
            main=levels["main"],
            aux=levels["aux"],
            gains=gains,
            data_sets=(LabelledPairs(X, labels),),
            features=features,
            sets={
                name: tuple(features.index(column) for column in columns)
                for name, columns in self.roles.sets.items()
            },
            groups=np.stack(list(group.values()), axis=1) if group else None,
            levels=levels | group,
            settings=SETTINGS,
            threshold=threshold,
            notes=tuple(self.notes),
        )

    def _place(self, row: int) -> str:
        return f"{self.source}, row {row + self.first_row:,},"

    def _names(self, role: str) -> NameColumn:
        name = self.roles.columns[role]
        column = self.columns[name]
        assert isinstance(column, NameColumn)
        if column.empty is not None:
            raise MinimtlError(
                f"{self._place(column.empty)} has no {name}; fill it in or remove the row."
            )
        return column

    def _numbers(self, name: str, what: str) -> FloatArray:
        column = self.columns[name]
        assert isinstance(column, NumberColumn)
        if column.bad is not None:
            raise MinimtlError(
                f"{self._place(column.bad.row)} has {column.bad.text} for the {what} {name!r}, "
                "which is no number; correct it or remove the row."
            )
        return column.values

    def _by_run(self, gain: FloatArray, pair: IntArray, n_pairs: int, kept: IntArray) -> FloatArray:
        """Gains of each pair and run; without a column of runs, rows of a pair are its runs."""
        if "run" in self.roles.columns:
            run = self._names("run").values[kept]
            n_runs = len(np.unique(run))
            cell = pair * n_runs + np.unique(run, return_inverse=True)[1].ravel()
            _, first, inverse = np.unique(cell, return_index=True, return_inverse=True)
            if len(first) < len(cell):
                again = int(np.flatnonzero(first[inverse.ravel()] != np.arange(len(cell)))[0])
                raise MinimtlError(
                    f"{self._place(int(kept[again]))} repeats a pair and run of an earlier row; "
                    "remove one of them, or name the column that tells runs apart with --run."
                )
            if n_pairs * n_runs <= _FULL * len(gain):
                gains = np.full(n_pairs * n_runs, np.nan)
                gains[cell] = gain
                return self._noted(gains.reshape(n_pairs, n_runs))
        order = np.argsort(pair, kind="stable")
        starts = np.searchsorted(pair[order], np.arange(n_pairs))
        number = np.empty(len(pair), np.int64)
        number[order] = np.arange(len(pair)) - starts[pair[order]]
        most = int(np.bincount(pair).max())
        numbered = np.full((n_pairs, most), np.nan)
        numbered[pair, number] = gain
        if most > 1 and "run" not in self.roles.columns:
            self.notes.append("No column tells runs apart: rows of the same pair are its runs.")
        return self._noted(numbered)

    def _noted(self, gains: FloatArray) -> FloatArray:
        n_lacking = int((~np.isfinite(gains).all(axis=1)).sum())
        if n_lacking:
            self.notes.append(
                f"{n_lacking:,} of {len(gains):,} pairs lack a run: what compares runs is of the "
                "others."
            )
        return gains

    def _features(
        self, pair: IntArray, n_pairs: int, kept: IntArray
    ) -> tuple[tuple[str, ...], FloatArray]:
        """Names and means over the runs of the features asked for, or of all there are."""
        used = set(self.roles.columns.values())
        asked = self.roles.features
        named = set(asked or ()) | {column for some in self.roles.sets.values() for column in some}
        columns = [
            (name, column)
            for name, column in self.columns.items()
            if name not in used and isinstance(column, NumberColumn)
        ]
        passed_over = {
            name: f"{name} (row {column.bad.row + self.first_row:,} has {column.bad.text})"
            for name, column in columns
            if column.bad and name not in named
        }
        if passed_over:
            shown = ", ".join(list(passed_over.values())[:_LISTED])
            more = f" and {len(passed_over) - _LISTED} more" if len(passed_over) > _LISTED else ""
            self.notes.append(f"Not all numbers, and so no features: {shown}{more}.")
        names = [name for name, column in columns if name not in passed_over]
        if asked is not None:
            names = list(asked)
        elif gains := [name for name in names if names_a_gain(name) and name not in named]:
            # With the answer among its features any model predicts it.
            names = [name for name in names if name not in gains]
            self.notes.append(
                f"By their names further gains or labels, and so no features: {', '.join(gains)}; "
                "--features takes them if they are none."
            )
        count = np.bincount(pair, minlength=n_pairs)
        means = [
            np.bincount(pair, self._numbers(name, "feature")[kept], n_pairs) / count
            for name in names
        ]
        return tuple(names), np.stack(means, axis=1) if means else np.zeros((n_pairs, 0))

    def _group(
        self, role: str, task: IntArray, pair: IntArray, first: IntArray, kept: IntArray
    ) -> IntArray:
        """The group of each pair's task in a role; every row must say the same of a task."""
        group = self._names(role).values[kept]
        of_row = task[pair]
        known = np.full(int(task.max()) + 1, -1, np.int64)
        known[of_row[::-1]] = group[::-1]  # of a task's rows the first one has the last word
        other = np.flatnonzero(known[of_row] != group)
        if other.size:
            raise MinimtlError(
                f"{self._place(int(kept[other[0]]))} has another {self.roles.columns[role]} than "
                "an earlier row for the same task; a task has one group."
            )
        return group[first]


def _numbered(keys: IntArray) -> tuple[IntArray, IntArray]:
    """A number for each key in order of first appearance, and the first place of each."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[inverse.ravel()], first[order]
