"""What the page shows of pairs: scores of the runs, gain, learning curves, features."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from minimtl.stats import FloatArray, IntArray
from minimtl.study.report.figures import interval_over_runs
from minimtl.study.report.scope import MIN_RUNS
from minimtl.tasks import (
    DEFINITIONS,
    Definitions,
    FeatureColumn,
    Outcomes,
    PairCurves,
    Protocol,
    Task,
)


def meanings(definitions: Definitions) -> dict[str, str]:
    """What each row of a pair's features means; a feature that each task has is one row."""
    return {_row_name(column): column.feature.meaning for column in definitions.columns}


def _row_name(column: FeatureColumn) -> str:
    return column.feature.name if len(column.feature.roles) > 1 else column.name


class PairView(NamedTuple):
    """One pair; numbers are means over the runs.

    Attributes
    ----------
    half_width : of the gain's 95 % interval over the runs; NaN with one run.
    runs : single-task and multi-task score of each run.
    epochs : after which test documents were predicted, from 1, int64 (n_tested,).
    single_curve, multi_curve : scores after these, the shorter training's after the first of them.
    features : name and values: of the main task, the auxiliary task and what compares them, None
        where there is none; or a single one.
    rank : how many of the problem's pairs stand before it, from the largest gain down.
    """

    problem: str
    main: Task
    aux: Task
    single: float
    multi: float
    gain: float
    half_width: float
    runs: tuple[tuple[float, float], ...]
    epochs: IntArray
    single_curve: FloatArray
    multi_curve: FloatArray
    features: tuple[tuple[str, tuple[float | None, ...]], ...]
    rank: int

    @property
    def direction(self) -> str:
        """``up`` if multi-task learning was better, ``down`` if worse, ``even`` if neither."""
        return "up" if self.gain > 0 else "down" if self.gain < 0 else "even"

    @property
    def is_clear(self) -> bool:
        """Whether the gain's interval leaves out 0, with enough runs for a verdict."""
        return len(self.runs) >= MIN_RUNS and abs(self.gain) > self.half_width

    @property
    def anchor(self) -> str:
        """The page's address of the pair; the same in every report of the same pair."""
        name = "-".join([self.problem, *self.main, *self.aux]).lower()
        return "pair-" + re.sub(r"[^a-z0-9.]+", "-", name)


def view_pairs(
    problems: Iterable[tuple[Outcomes, PairCurves]], protocol: Protocol
) -> list[PairView]:
    """All pairs, a problem's together, from the largest gain down."""
    return [view for outcomes, curves in problems for view in _views(outcomes, curves, protocol)]


def _views(outcomes: Outcomes, curves: PairCurves, protocol: Protocol) -> list[PairView]:
    gain, half_width = interval_over_runs(outcomes.gains)
    order = sorted(range(len(gain)), key=lambda row: (-gain[row], *outcomes.pairs[row]))
    features = outcomes.features.mean(axis=0).tolist()
    definitions = DEFINITIONS[protocol.reading.features]
    single, multi = (
        curve.mean(axis=1, dtype=np.float64) for curve in (curves.single, curves.multi)
    )
    return [
        PairView(
            problem=outcomes.problem.upper(),
            main=pair.main,
            aux=pair.aux,
            single=float(outcomes.single[row].mean()),
            multi=float(outcomes.multi[row].mean()),
            gain=float(gain[row]),
            half_width=float(half_width[row]),
            runs=tuple(zip(outcomes.single[row], outcomes.multi[row], strict=True)),
            epochs=curves.epochs,
            single_curve=single[row],
            multi_curve=multi[row],
            features=_by_role(features[row], definitions),
            rank=rank,
        )
        for rank, row in enumerate(order)
        for pair in [outcomes.pairs[row]]
    ]


def _by_role(
    values: Sequence[float], definitions: Definitions
) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
    """The features in the order of `meanings`, the values of a feature of tasks by role."""
    rows: dict[str, dict[str, float]] = {}
    for column, value in zip(definitions.columns, values, strict=True):
        rows.setdefault(_row_name(column), {})[column.role] = value
    return tuple(
        (
            name,
            tuple(map(of_row.get, definitions.roles)) if len(of_row) > 1 else (*of_row.values(),),
        )
        for name, of_row in rows.items()
    )
