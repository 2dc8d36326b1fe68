"""What the page shows of each pair: scores of the runs, gain, learning curves, features."""

from collections.abc import Iterable
from typing import NamedTuple

from minimtl.report.chart import Chart, draw_chart
from minimtl.report.figures import interval_over_runs
from minimtl.study import COLUMNS, FEATURE_NAMES, ROLES, Outcomes, PairCurves, Protocol, Task

# What each row of a pair's features means; a feature that each task has is one row.
MEANINGS = {
    feature.name if feature.roles == ROLES else name: feature.meaning
    for name, feature in zip(FEATURE_NAMES, (column.feature for column in COLUMNS), strict=True)
}


class PairView(NamedTuple):
    """One pair; numbers are means over the runs.

    Attributes
    ----------
    half_width : of the gain's 95 % interval over the runs; NaN with one run.
    runs : single-task and multi-task score of each run.
    features : name and values: of the main task, the auxiliary task and their ratio, or one.
    """

    problem: str
    main: Task
    aux: Task
    single: float
    multi: float
    gain: float
    half_width: float
    runs: tuple[tuple[float, float], ...]
    chart: Chart
    features: tuple[tuple[str, tuple[float, ...]], ...]

    @property
    def verdict(self) -> str:
        """``up`` or ``down``, or ``open`` where the interval over the runs contains 0."""
        if abs(self.gain) <= self.half_width:  # never of one run, whose half-width is NaN
            return "open"
        return "up" if self.gain > 0 else "down"


def view_pairs(
    problems: Iterable[tuple[Outcomes, PairCurves]], protocol: Protocol
) -> list[PairView]:
    """Every pair of every problem, those of a problem together, from the largest gain down."""
    views = []
    for outcomes, curves in problems:
        of_problem = _views(outcomes, curves, protocol)
        views += sorted(of_problem, key=lambda view: (-view.gain, view.main, view.aux))
    return views


def _views(outcomes: Outcomes, curves: PairCurves, protocol: Protocol) -> list[PairView]:
    gain, half_width = interval_over_runs(outcomes.gains)
    features = outcomes.features.mean(axis=0).tolist()
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
            chart=draw_chart(curves.single[row], curves.multi[row], protocol.reading.read_at),
            features=_by_role(dict(zip(FEATURE_NAMES, features[row], strict=True))),
        )
        for row, pair in enumerate(outcomes.pairs)
    ]


def _by_role(values: dict[str, float]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """The features in the order of `MEANINGS`, the three values of a feature of tasks together."""
    columns = {name: (name, *(f"{name}_{role}" for role in ROLES)) for name in MEANINGS}
    return tuple(
        (name, tuple(values[column] for column in of_name if column in values))
        for name, of_name in columns.items()
    )
