"""`minimtl.meta_analysis`, the function behind ``minimtl meta``."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.gains.pairs.analysis import analyse_table
from minimtl.gains.pairs.results import PairAnalysis
from minimtl.gains.pairs.roles import Roles
from minimtl.gains.pairs.studyfolder import read_study
from minimtl.gains.pairs.table import PairTable, read_table


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
    roles = Roles(main, aux, gain, run, main_group, aux_group, features, sets or {})
    tables = read_tables(table, roles, matrix=matrix, threshold=threshold)
    return analyse_table(tables[-1], seed)


def analyse_tables(tables: Sequence[PairTable], seed: int) -> dict[str, PairAnalysis]:
    """The analysis of each problem of a study by its name, or that of one table under ""."""
    return {
        table.source.lower() if len(tables) > 1 else "": analyse_table(table, seed)
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
