"""What the page shows of each pair: scores of the runs, gain, learning curves, features."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from minimtl.report.chart import Chart, draw_chart
from minimtl.report.figures import interval_over_runs
from minimtl.study import FEATURE_NAMES, Outcomes, PairCurves, Protocol, Task

ROLES = ("main", "aux", "ratio")
MEANINGS = {
    "jsd_between_classes": "Jensen-Shannon divergence between the words of a task's two classes",
    "n_words_train": "distinct words of the training documents",
    "curve_a": "a of a·ln(c·i + 1) + b, fitted to the single-task training losses",
    "curve_c": "c of the same curve",
    "gradient_10": "slope of the single-task training losses after 10 % of the epochs",
    "gradient_25": "the same after 25 %",
    "gradient_50": "the same after 50 %",
    "gradient_75": "the same after 75 %",
    "n_words_test_main": "distinct words of the main task's test documents",
    "jsd_test_train_positive_main": "divergence of the main task's test documents from its "
    "positive training documents",
    "jsd_test_train_negative_main": "the same from its negative training documents",
    "jsd_main_aux_positive": "divergence between both tasks' positive training documents",
    "jsd_main_aux_negative": "the same between the negative ones",
    "oov_rate_main": "share of the main task's test words that its training documents lack",
}


class TaskFeature(NamedTuple):
    """One feature that each task has: of the main task, of the auxiliary task, their ratio."""

    name: str
    by_role: tuple[float, ...]


class PairView(NamedTuple):
    """One pair; `single`, `multi` and `gain` are means over the runs, the rest as named."""

    problem: str
    main: Task
    aux: Task
    single: float
    multi: float
    gain: float
    half_width: float
    runs: tuple[tuple[float, float], ...]
    chart: Chart
    of_tasks: tuple[TaskFeature, ...]
    of_pair: tuple[tuple[str, float], ...]

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
            chart=draw_chart(curves.single[row], curves.multi[row], protocol.read_at),
            of_tasks=_of_tasks(features[row]),
            of_pair=tuple(_of_pair(features[row])),
        )
        for row, pair in enumerate(outcomes.pairs)
    ]


def _of_tasks(values: Sequence[float]) -> tuple[TaskFeature, ...]:
    named = dict(zip(FEATURE_NAMES, values, strict=True))
    return tuple(
        TaskFeature(name, tuple(named[f"{name}_{role}"] for role in ROLES))
        for name in MEANINGS
        if name not in named
    )


def _of_pair(values: Sequence[float]) -> list[tuple[str, float]]:
    named = zip(FEATURE_NAMES, values, strict=True)
    return [(name, value) for name, value in named if name in MEANINGS]
