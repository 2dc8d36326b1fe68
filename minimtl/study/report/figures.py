"""Figures 4a-b and 5a-c, as .svg for the page and .png for everything else.

Figure 4 shows the mean score after each epoch, one panel a problem: single-task in blue crosses,
joint in orange points, as in the paper. Figure 5 shows the relative gain of every RELATED pair,
one panel a top-level class. Bands and whiskers are 95 % t-intervals over the runs; one run has
none. The colours are those of Okabe and Ito, told apart by the colour-blind and, by their
markers, in grey.

Drawn with Matplotlib, which is an extra: ask `figures_available` first.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.report import FIGURE_STYLE, SCORE_NAMES, counted, save_figure
from minimtl.stats import FloatArray, corrected_resampled_interval
from minimtl.tasks import Hierarchy, Outcomes, Protocol, Task, relative_gains

SINGLE_COLOUR, JOINT_COLOUR = "#0072B2", "#D55E00"
FIGURE4 = {"related": "figure4a", "unrelated": "figure4b"}
FIGURE5 = {"rec": "figure5a", "comp": "figure5b", "talk": "figure5c"}
_FIGURE4 = (
    "Mean score on the test documents after each epoch, over all pairs and runs: single-task in "
    "blue with crosses, multi-task in orange with points, the paper's colours. Bands are 95 % "
    "t-intervals over the runs (one run has none), cut at the frame; the dashed line is where "
    "scores are read."
)
_FIGURE5 = (
    "Relative gain of each pair, under its main task; bars are 95 % t-intervals over the runs "
    "(one run has none). "
    "Orange points: multi-task learning was better; blue squares: single-task learning was; "
    "hollow where the interval contains 0."
)
CAPTIONS = {
    "figure4a": f"Figure 4a, RELATED. {_FIGURE4}",
    "figure4b": f"Figure 4b, UNRELATED. {_FIGURE4}",
    "figure5a": f"Figure 5a, sport against vehicles (rec). {_FIGURE5}",
    "figure5b": f"Figure 5b, systems against other computing (comp). {_FIGURE5}",
    "figure5c": f"Figure 5c, politics against religion (talk). {_FIGURE5}",
}
_MOST_LINES = 500  # pairs with a line of their own in Figure 5; 36 in 20 Newsgroups
_MARGIN = 0.05  # of score above and below the mean curves, for their bands


def draw_figures(
    problems: Iterable[Outcomes], protocol: Protocol, hierarchy: Hierarchy, folder: Path
) -> list[str]:
    """Write every figure that the outcomes allow into ``folder``; return the names, unsuffixed."""
    from matplotlib import style

    drawn = []
    with style.context(["default", FIGURE_STYLE]):
        for outcomes in problems:
            for name, figure in _figures(outcomes, protocol, hierarchy):
                save_figure(figure, folder, name)
                drawn.append(name)
    return drawn


def _figures(
    outcomes: Outcomes, protocol: Protocol, hierarchy: Hierarchy
) -> Iterator[tuple[str, Any]]:
    yield FIGURE4[outcomes.problem], _learning_curves(outcomes, protocol)
    if outcomes.problem == "related":
        for parent, name in FIGURE5.items():
            rows = [
                row
                for row, pair in enumerate(outcomes.pairs)
                if hierarchy.subclass_of(pair.main.positive).parent == parent
            ]
            if rows:
                draw = _relative_gains if len(rows) <= _MOST_LINES else _histogram
                yield name, draw(outcomes, protocol, rows, parent)


def _learning_curves(outcomes: Outcomes, protocol: Protocol) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 3.2), layout="constrained")
    axes = figure.add_subplot()
    low, high = 1.0, 0.0
    for curve, label, colour, marker in (
        (outcomes.single_curve, "single-task", SINGLE_COLOUR, "x"),
        (outcomes.multi_curve, "multi-task", JOINT_COLOUR, "o"),
    ):
        epochs = np.arange(1, curve.shape[1] + 1)
        mean, half = interval_over_runs(curve.T)
        low, high = min(low, mean.min()), max(high, mean.max())
        axes.plot(epochs, mean, color=colour, marker=marker, markevery=5, ms=3.5, lw=1, label=label)
        if np.isfinite(half).all():
            axes.fill_between(epochs, mean - half, mean + half, color=colour, alpha=0.2, lw=0)
    read = protocol.reading.read_at + 1
    axes.axvline(read, color="0.5", lw=0.8, ls="--", label=f"scores read (epoch {read})")
    axes.set_ylim(max(0.0, low - _MARGIN), min(1.0, high + _MARGIN))  # whatever the bands reach
    axes.set(
        title=_title(outcomes.problem.upper(), outcomes.n_pairs, outcomes.n_runs),
        xlabel="epoch",
        ylabel=f"mean {SCORE_NAMES[protocol.reading.score]} on the test documents",
    )
    axes.grid(axis="y", color="0.9", lw=0.5)
    axes.legend(loc="lower right", facecolor="white", edgecolor="none", framealpha=1)
    return figure


def _relative_gains(
    outcomes: Outcomes, protocol: Protocol, rows: Sequence[int], parent: str
) -> Any:
    from matplotlib.figure import Figure

    rows = sorted(rows, key=lambda row: outcomes.pairs[row])
    by_task = groupby(rows, lambda row: outcomes.pairs[row].main)
    groups = [(task, list(members)) for task, members in by_task]
    n_lines = len(rows) + len(groups)
    figure = Figure(figsize=(5.6, 1.0 + 0.17 * n_lines), layout="constrained")
    axes = figure.add_subplot()
    mean, half = interval_over_runs(100 * relative_gains(outcomes))
    labels: list[str] = []
    for task, members in groups:
        labels.append(_name(task))
        for row in members:
            _draw_gain(axes, len(labels), mean[row], half[row])
            labels.append(f"with {_name(outcomes.pairs[row].aux)}")
    axes.axvline(0, color="0.3", lw=0.8)
    axes.set_yticks(range(len(labels)), labels)
    for tick, label in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("normal" if label.startswith("with ") else "bold")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(n_lines - 0.4, -0.6)  # first task on top
    axes.set(
        title=_title(parent, len(rows), outcomes.n_runs),
        xlabel=f"relative {SCORE_NAMES[protocol.reading.score]} gain from multi-task learning, %",
    )
    axes.grid(axis="x", color="0.9", lw=0.5)
    axes.set_axisbelow(True)
    return figure


def _histogram(outcomes: Outcomes, protocol: Protocol, rows: Sequence[int], parent: str) -> Any:
    """Figure 5 of more pairs than have a line each."""
    from matplotlib.figure import Figure

    mean, _ = interval_over_runs(100 * relative_gains(outcomes)[np.array(rows)])
    known = mean[~np.isnan(mean)]
    edges = np.histogram_bin_edges(known, 60)
    edges = np.unique([*edges, 0.0])  # no bar has gains of both signs
    figure = Figure(figsize=(5.6, 3.2), layout="constrained")
    axes = figure.add_subplot()
    for some, colour in ((known[known <= 0], SINGLE_COLOUR), (known[known > 0], JOINT_COLOUR)):
        axes.hist(some, edges.tolist(), color=colour)
    axes.axvline(0, color="0.3", lw=0.8)
    axes.set(
        title=_title(parent, len(rows), outcomes.n_runs),
        xlabel=f"relative {SCORE_NAMES[protocol.reading.score]} gain from multi-task learning, %",
        ylabel="pairs",
    )
    return figure


def _draw_gain(axes: Any, line: int, mean: float, half: float) -> None:
    """A point with its interval; hollow where the interval, if any, leaves the sign open."""
    decided = abs(mean) > half if np.isfinite(half) else True
    axes.errorbar(
        mean,
        line,
        xerr=half if np.isfinite(half) else None,
        fmt="o" if mean > 0 else "s",
        color=JOINT_COLOUR if mean > 0 else SINGLE_COLOUR,
        markerfacecolor=None if decided else "white",
        ms=4,
        lw=1,
    )


def interval_over_runs(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean over the runs and half the width of its 95 % t-interval.

    Parameters
    ----------
    values : array of float64, shape (n_items, n_runs)
        NaN where a run has none.

    Returns
    -------
    mean, half_width : arrays of float64, shape (n_items,)
        With one run the half-width is NaN, with none the mean too.
    """
    mean, half = np.full((2, len(values)), np.nan)
    for item, row in enumerate(values):
        runs = row[~np.isnan(row)]
        if runs.size:
            mean[item] = runs.mean()
        if runs.size > 1:
            # Each run draws its documents and weights anew: independent scores have a ratio of 0.
            low, high = corrected_resampled_interval(runs, 0.0)
            half[item] = (high - low) / 2
    return mean, half


def _name(task: Task) -> str:
    """A task in the words of Figure 1: the topics without their top-level class."""
    return " / ".join(topic.split(".", 1)[-1] for topic in task)


def _title(name: str, n_pairs: int, n_runs: int) -> str:
    runs = "1 run" if n_runs == 1 else f"mean of {n_runs} runs"
    return f"{name}: {counted(n_pairs, 'pair')}, {runs}"
