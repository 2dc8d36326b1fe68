"""`minimtl.meta_analysis`, the function behind ``minimtl meta``, and what it reads."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.gains.engine import analyse
from minimtl.gains.pairanalysis import PairAnalysis
from minimtl.gains.pairtable import PairTable, labels_of, topic_table
from minimtl.gains.readtable import Roles, read_table
from minimtl.jobs import rng_for
from minimtl.stats import FloatArray
from minimtl.tasks import (
    FEATURE_NAMES,
    LabelledPairs,
    Meta,
    Pair,
    Task,
    hierarchy_of,
    read_manifest,
)

_TOPICS = ("main_positive", "main_negative", "aux_positive", "aux_negative")


def meta_analysis(
    table: Any,
    *,
    main: str | None = None,
    aux: str | None = None,
    gain: str | None = None,
    run: str | None = None,
    main_group: str | None = None,
    aux_group: str | None = None,
    features: Sequence[str] | None = None,
    sets: Mapping[str, Sequence[str]] | None = None,
    threshold: float | None = None,
    matrix: bool = False,
    seed: int = 0,
) -> PairAnalysis:
    """Can the gains of pairs of tasks be predicted, and by more than the names of the tasks?

    Parameters
    ----------
    table : path, mapping of columns, data frame, structured array, or list of dicts
        A row a pair of a main and an auxiliary task, or a pair and run. A path is a ``.csv``,
        ``.tsv`` or ``.jsonl`` file, or the folder of a finished study, of which UNRELATED is taken
        where there is one.
    main, aux, gain, run, main_group, aux_group : str, optional
        Columns; by default guessed from the names of the columns. The gain may be a label, 0 or 1.
    features : sequence of str, optional
        Numeric columns; by default all that have no other role.
    sets : mapping of str to sequence of str, optional
        Features that are also tried together, by the name of the set.
    threshold : float, optional
        A mean gain above it counts as a gain: 0 by default, and 0.5 where all gains are 0 or 1.
    matrix : bool
        The table is a matrix of gains, a row a main task and a column an auxiliary task.
    seed : int
        Of folds and simulations.

    Returns
    -------
    PairAnalysis

    Raises
    ------
    MinimtlError
        In one sentence that names the table, the row and the remedy.
    """
    if sets is not None and not isinstance(sets, Mapping):
        raise MinimtlError(f"sets must be columns by the name of a set, got {sets!r}.")
    roles = Roles(main, aux, gain, run, main_group, aux_group, features, sets or {})
    tables = read_tables(table, roles, matrix=matrix, threshold=threshold)
    return analyse(tables[-1], rng_for("pairs", seed))


def analyse_tables(tables: Sequence[PairTable], seed: int) -> dict[str, PairAnalysis]:
    """The analysis of each problem of a study by its name, or that of one table under ""."""
    return {
        table.source.lower() if len(tables) > 1 else "": analyse(table, rng_for("pairs", seed))
        for table in tables
    }


def read_tables(
    table: Any, roles: Roles, *, matrix: bool = False, threshold: float | None = None
) -> tuple[PairTable, ...]:
    """The tables of pairs that `table` holds: one, or one for each problem of a study."""
    if not isinstance(table, str | Path) or not Path(table).is_dir():
        return (read_table(table, roles, matrix=matrix, threshold=threshold),)
    if matrix or threshold is not None or roles != Roles():
        raise MinimtlError(
            f"{table} is the folder of a study, whose columns and threshold are known; leave those "
            "flags out."
        )
    return tuple(read_study(Path(table)).values())


def read_study(folder: Path) -> dict[str, PairTable]:
    """The pairs of each problem by each protocol of the study, by their names.

    The meta-model is that of the protocol. Features and labels are of means over the runs.

    Raises
    ------
    MinimtlError
        If the study is not finished, or its tables are damaged or do not belong together.
    """
    manifest = read_manifest(folder)
    hierarchy = hierarchy_of(manifest)
    features = _read(folder / "features.csv", lambda row: [float(row[n]) for n in FEATURE_NAMES])
    gains = _read(folder / "scores.csv", lambda row: [float(row["gain"])])

    tables = {}
    parts = [(name, problem) for name, sizes in manifest["problems"].items() for problem in sizes]
    for protocol, problem in parts:
        own = (protocol, problem)
        of_problem = {key[2:]: gain[0] for key, gain in gains.items() if key[:2] == own}
        pairs = tuple(dict.fromkeys(pair for pair, _ in of_problem))
        runs = list(dict.fromkeys(run for _, run in of_problem))
        name = problem if len(manifest["problems"]) == 1 else f"{problem}, {protocol}"
        try:
            table_gains = np.array([[of_problem[pair, run] for run in runs] for pair in pairs])
            X = np.array([[features[protocol, "", pair, run] for run in runs] for pair in pairs])
        except KeyError:
            raise MinimtlError(
                f"features.csv and scores.csv in {folder} do not belong together; "
                f"run minimtl report {folder} to write them again"
            ) from None

        labelled = LabelledPairs(X.mean(axis=1), labels_of(table_gains.mean(axis=1), 0.0))
        tables[name] = topic_table(
            name.replace(problem, problem.upper()),
            pairs,
            table_gains,
            [labelled],
            (hierarchy.place(topic) for pair in pairs for topic in pair.main),
            Meta(**manifest["protocols"][protocol]["meta"]),
        )
    return tables


def _read(
    path: Path, values: Callable[[dict[str, str]], list[float]]
) -> dict[tuple[str, str, Pair, str], FloatArray]:
    """The values of each row by protocol, problem ("" where the table has none), pair and run."""
    rows = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                topics = [row[name] for name in _TOPICS]
                pair = Pair(Task(*topics[:2]), Task(*topics[2:]))
                key = row["protocol"], row.get("problem", ""), pair, row["run"]
                rows[key] = np.array(values(row))
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        rows = {}
    if not rows or not all(np.isfinite(row).all() for row in rows.values()):
        raise MinimtlError(
            f"{path} is missing or not as a study wrote it; run minimtl report {path.parent} to "
            "write it again"
        )
    return rows
