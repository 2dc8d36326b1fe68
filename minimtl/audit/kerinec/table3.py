"""Tables 3a and 3b from the released features: ranks and coefficients of the meta-model.

Notation
--------
w       coefficients of the meta-model fitted to all pairs of an experiment, (n_runs, 30)
rank    place of |w| in its row, 0 the largest, (n_runs, 30)
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    ROWS_THAT_AGREE,
    Finding,
    Judgement,
    by_digits,
    rounding,
)
from minimtl.audit.kerinec.compare import compare, finding_on
from minimtl.audit.kerinec.experiments import Experiment
from minimtl.audit.kerinec.table1 import gains, labelled_pairs
from minimtl.gains import fit_all_pairs
from minimtl.stats import inverse_ranks, spearman
from minimtl.tasks import AUTHORS_FEATURES, RELEASED, TABLE3A, TABLE3B, FeatureRow, Meta

SAME_COEFFICIENT = 5e-4  # three decimals


class _Table(NamedTuple):
    """A table as it is printed: its name, its rows, and the digits of its numbers."""

    name: str
    rows: Sequence[FeatureRow]
    digits: int


_TABLES = {"related": _Table("Table 3a", TABLE3A, 0), "unrelated": _Table("Table 3b", TABLE3B, 2)}


def audit_coefficients(experiments: Sequence[Experiment]) -> list[Finding]:
    """Table 3a (RELATED) or 3b (UNRELATED), and the coefficients against the authors' files.

    Parameters
    ----------
    experiments : of one problem, at least one; each with features and both labels.
    """
    problem = experiments[0].problem
    table = _TABLES[problem]
    w = np.array([coefficients(experiment) for experiment in experiments])
    if problem == "related":
        inverse = inverse_ranks(w).mean(axis=0)
        computed = len(AUTHORS_FEATURES) - inverse
        readings = {
            AS_PRINTED: ("the inverse rank, 30 the strongest", inverse),
            AS_COMPUTED: ("the mean rank counted from 0, the strongest", computed),
        }
    else:
        computed = w.mean(axis=0)
        sentence = "the coefficients of one fit to all pairs, features standardised"
        readings = {AS_COMPUTED: (sentence, computed)}
    logged = [
        _compare_log(experiment, of_one)
        for experiment, of_one in zip(experiments, w, strict=True)
        if experiment.efficiency is not None
    ]
    return [
        *logged,
        *(_summary(experiments, table, reading, *of) for reading, of in readings.items()),
        *(_compare_row(experiments, table, row, computed) for row in table.rows),
    ]


def coefficients(experiment: Experiment, settings: Meta = RELEASED.meta) -> np.ndarray:
    """Coefficients of one fit to all pairs, the features scaled over them, shape (30,)."""
    return fit_all_pairs(labelled_pairs(experiment), settings)


def _compare_log(experiment: Experiment, w: np.ndarray) -> Finding:
    logged = experiment.efficiency
    assert logged is not None
    apart = float(np.abs(w - logged.coefficients).max())
    labels = gains(experiment)
    counts = (int(labels.sum()), int((~labels).sum()))
    same = apart < SAME_COEFFICIENT and counts == (logged.n_gains, logged.n_losses)
    return finding_on(
        [experiment],
        "Table 3",
        "coefficients",
        apart,
        "largest difference of a coefficient from the authors' file; gains and losses "
        f"{counts[0]} and {counts[1]}, there {logged.n_gains} and {logged.n_losses}",
        verdict=AGREES if same else DIFFERS,
        reading=AS_LOGGED,
        printed=0.0,
    )


def _summary(
    experiments: Sequence[Experiment],
    table: _Table,
    reading: str,
    sentence: str,
    values: np.ndarray,
) -> Finding:
    """How many rows agree, and whether both columns order the features alike."""
    printed = [row.value for row in table.rows]
    derived = [_of_row(row, values) for row in table.rows]
    n_agreeing = sum(
        rounding(theirs, ours, table.digits) is not None
        for theirs, ours in zip(printed, derived, strict=True)
    )
    return compare(
        experiments,
        table.name,
        ROWS_THAT_AGREE,
        reading,
        printed=len(table.rows),
        derived=n_agreeing,
        judgement=Judgement(AGREES if n_agreeing == len(table.rows) else DIFFERS),
        sentence=f"read as {sentence}, the rank correlation with the printed column is "
        f"{spearman(printed, derived):+.2f}",
    )


def _compare_row(
    experiments: Sequence[Experiment], table: _Table, row: FeatureRow, values: np.ndarray
) -> Finding:
    value = _of_row(row, values)
    return compare(
        experiments,
        table.name,
        row.label,
        AS_COMPUTED,
        printed=row.value,
        derived=value,
        judgement=by_digits(row.value, value, table.digits),
        sentence=f"the feature is {row.feature}",
    )


def _of_row(row: FeatureRow, values: np.ndarray) -> float:
    """The value of the row's feature; `values` are in the order of `AUTHORS_FEATURES`."""
    return float(values[AUTHORS_FEATURES.index(row.feature)])
