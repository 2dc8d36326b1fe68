"""The figures: 4a-b and 5a-c, as .svg for the page and .png for everything else, and all gains.

Figure 4 shows the mean score every few epochs, a figure a problem: alone in blue crosses, jointly
in orange points, as in the paper. Figure 5 shows the relative gain of every RELATED pair, a figure
a top-level class. Each has a panel a protocol. Bands and whiskers are 95 % t-intervals over the
runs; one run has none. They are drawn with Matplotlib, which is an extra: ask `figures_available`
first. The picture of all gains is part of the page and needs none.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from minimtl.report.blocks import Beside, Block, Drawing
from minimtl.report.chart import Axis, Chart, Colour, Dot, Dots, Line, Rule, Shape, round_axis
from minimtl.report.figurefile import draw_charts
from minimtl.report.wording import SCORE_NAMES, counted, signed, text
from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.stats.intervals import corrected_mean
from minimtl.study.problemresult import MIN_RUNS, PairGain, ProblemResult
from minimtl.tasks.outcomes import relative_gains
from minimtl.tasks.taskpairs import Hierarchy, Task

Inches = tuple[float, float]
FIGURE4 = {"related": "figure4a", "unrelated": "figure4b"}
FIGURE5 = {"rec": "figure5a", "comp": "figure5b", "talk": "figure5c"}
_FIGURE4 = (
    "Mean score on the test documents after some epochs: alone in blue with crosses, jointly in "
    "orange with points, the paper's colours. Bands are 95 % t-intervals over the runs (one run "
    "has none), cut at the frame; the dashed line is where scores are read."
)
_FIGURE5 = (
    "Relative gain of each pair, under its main task; bars are 95 % t-intervals over the runs (one "
    "run has none). Orange points: joint training was better; blue squares: training alone was; "
    "hollow where the interval contains 0."
)
CAPTIONS = {
    "figure4a": f"Figure 4a, RELATED. {_FIGURE4}",
    "figure4b": f"Figure 4b, UNRELATED. {_FIGURE4}",
    "figure5a": f"Figure 5a, sport against vehicles (rec). {_FIGURE5}",
    "figure5b": f"Figure 5b, systems against other computing (comp). {_FIGURE5}",
    "figure5c": f"Figure 5c, politics against religion (talk). {_FIGURE5}",
}
_MOST_LINES = 500  # pairs of Figure 5, which has a line a pair; 36 in 20 Newsgroups
_MARGIN = 0.05  # of score above and below the mean curves, for their bands
_MANY = 120  # pairs: with more, dots are small and have no intervals
_LOOKS: tuple[tuple[str, Colour, Shape], ...] = (
    ("gain", "orange", "circle"),
    ("undecided", "ink", "circle"),
    ("lose", "blue", "square"),
)


def draw_figures(results: Iterable[ProblemResult], hierarchy: Hierarchy, folder: Path) -> list[str]:
    """Write every figure that the results allow into ``folder``; return the names, unsuffixed.

    A figure has a panel a protocol.
    """
    panels: dict[str, list[tuple[Chart, Inches]]] = {}
    for result in results:
        for name, panel in make_figures(result, hierarchy).items():
            panels.setdefault(name, []).append(panel)
    for name, of_figure in panels.items():
        charts = [chart for chart, _ in of_figure]
        inches = sum(width for _, (width, _) in of_figure), max(size[1] for _, size in of_figure)
        draw_charts([charts], folder, name, inches)
    return list(panels)


def make_figures(result: ProblemResult, hierarchy: Hierarchy) -> dict[str, tuple[Chart, Inches]]:
    """The panels of a problem by the name of their figure, with width and height in inches."""
    outcomes = result.outcomes
    figures = {FIGURE4[outcomes.problem]: (_learning_curves(result), (4.6, 3.2))}
    if outcomes.problem == "related":
        for parent, name in FIGURE5.items():
            rows = [
                row
                for row, pair in enumerate(outcomes.pairs)
                if hierarchy.subclass_of(pair.main.positive).parent == parent
            ]
            if 0 < len(rows) <= _MOST_LINES:
                chart = _relative_gains(result, rows, parent)
                n_lines = len(chart.y.ticks or ())
                figures[name] = (chart, (5.6, 1.0 + 0.17 * n_lines))
    return figures


def _learning_curves(result: ProblemResult) -> Chart:
    curves, reading = result.curves, result.protocol.reading
    lines = [
        _curve(curves.epochs, curves.of_runs.single, "alone", "blue", "cross"),
        _curve(curves.epochs, curves.of_runs.multi, "jointly", "orange", "circle"),
    ]
    read = reading.read_at + 1
    scores = [score for line in lines for score in line.y]
    return Chart(
        title=_title(
            f"{SCORE_NAMES[reading.score]}, {result.name}", result.outcomes.n_pairs, result
        ),
        series=(*lines, Rule(axis="x", at=read, name=f"scores read (epoch {read})")),
        x=Axis(label="epoch"),
        y=Axis(
            label="mean score on the test documents",
            low=max(0.0, min(scores) - _MARGIN),  # whatever the bands reach
            high=min(1.0, max(scores) + _MARGIN),
            is_grid=True,
        ),
        has_legend=True,
    )


def _curve(epochs: IntArray, curve: FloatArray, name: str, colour: Colour, shape: Shape) -> Line:
    mean, half = interval_over_runs(curve.T)
    has_band = bool(np.isfinite(half).all())
    return Line(
        name=name,
        x=epochs[: len(mean)].tolist(),
        y=mean.tolist(),
        low=(mean - half).tolist() if has_band else (),
        high=(mean + half).tolist() if has_band else (),
        colour=colour,
        shape=shape,
    )


def _relative_gains(result: ProblemResult, rows: Sequence[int], parent: str) -> Chart:
    """A line a pair, under one of its main task."""
    outcomes = result.outcomes
    score = SCORE_NAMES[result.protocol.reading.score]
    mean, half = interval_over_runs(100 * relative_gains(outcomes))
    ordered = sorted(rows, key=lambda row: outcomes.pairs[row])
    labels: list[str] = []
    titles: list[float] = []
    dots: dict[bool, list[Dot]] = {True: [], False: []}
    for task, members in groupby(ordered, lambda row: outcomes.pairs[row].main):
        titles.append(len(labels))
        labels.append(_name(task))
        for row in members:
            dots[bool(mean[row] > 0)].append(_gain_mark(len(labels), mean[row], half[row]))
            labels.append(f"with {_name(outcomes.pairs[row].aux)}")
    return Chart(
        title=_title(parent, len(rows), result),
        series=(
            Rule(axis="x", at=0.0, is_dashed=False),
            Dots(dots=tuple(dots[True]), colour="orange", is_across=True),
            Dots(dots=tuple(dots[False]), colour="blue", shape="square", is_across=True),
        ),
        x=Axis(label=f"relative gain in {score} of joint training, %", is_grid=True),
        y=Axis(
            low=len(labels) - 0.4,  # first task on top
            high=-0.6,
            ticks=tuple(enumerate(labels)),
            bold=frozenset(titles),
        ),
    )


def _gain_mark(line: int, mean: float, half: float) -> Dot:
    """A point with its interval; hollow where the interval, if any, leaves the sign open."""
    return Dot(
        x=mean,
        y=line,
        low=mean - half,
        high=mean + half,
        is_hollow=bool(np.isfinite(half)) and abs(mean) <= half,
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
            estimate = corrected_mean(runs, 0.0)
            half[item] = (estimate.high - estimate.low) / 2
    return mean, half


def _name(task: Task) -> str:
    """A task in the words of Figure 1: the topics without their top-level class."""
    return " / ".join(topic.split(".", 1)[-1] for topic in task)


def _title(name: str, n_pairs: int, result: ProblemResult) -> str:
    n_runs = result.outcomes.n_runs
    runs = "1 run" if n_runs == 1 else f"mean of {n_runs} runs"
    return f"{name} {result.protocol.meaning}: {counted(n_pairs, 'pair')}, {runs}"


def gains_picture(results: Sequence[ProblemResult]) -> list[Block]:
    """A row of charts a problem."""
    blocks: list[Block] = []
    for problem in dict.fromkeys(result.problem for result in results):
        members = [result for result in results if result.problem == problem]
        axis = _axis(members)
        blocks.append(Beside(tuple((_picture(result, axis),) for result in members)))
    return blocks


def _axis(results: Sequence[ProblemResult]) -> Axis:
    """The scale of all gains of a problem; intervals much longer than most are cut."""
    pairs = [pair for result in results for pair in result.pairs]
    gains = [pair.gain for pair in pairs]
    widths = [pair.high - pair.gain for pair in pairs if not math.isnan(pair.high)]
    margin = float(np.median(widths)) if widths and len(results[0].pairs) <= _MANY else 0.0
    return round_axis([0.0, min(gains) - margin, max(gains) + margin])


def _picture(result: ProblemResult, axis: Axis) -> Drawing:
    ordered = sorted(result.pairs, key=lambda pair: (-pair.gain, *pair.pair))
    enough = result.outcomes.n_runs >= MIN_RUNS
    dots: dict[str, list[Dot]] = {name: [] for name, _, _ in _LOOKS}
    for rank, pair in enumerate(ordered):
        name = "undecided"
        if enough and (pair.low > 0 or pair.high < 0):
            name = "gain" if pair.low > 0 else "lose"
        dots[name].append(_dot(rank, pair, len(ordered), name == "undecided"))

    score = SCORE_NAMES[result.protocol.reading.score]
    decided = ", ".join(f"{len(found)} {name}" for name, found in dots.items())
    chart = Chart(
        title=f"Gain of each of {counted(len(ordered), 'pair')}, from the largest down",
        series=(
            Rule(axis="y", at=0.0, is_dashed=False),
            *(
                Dots(dots=tuple(dots[name]), colour=colour, shape=shape)
                for name, colour, shape in _LOOKS
            ),
        ),
        x=Axis(low=-1, high=len(ordered), ticks=()),
        y=axis,
        width=480,
        height=180,
    )
    caption = f"{result.name} {result.protocol.meaning}, gain in {score}: {decided}."
    return Drawing(chart, caption)


def _dot(rank: int, pair: PairGain, n_pairs: int, is_hollow: bool) -> Dot:
    main, aux = pair.pair
    words = f"{' / '.join(main)} with {' / '.join(aux)}: {signed(pair.gain)}"
    low = high = math.nan
    if not math.isnan(pair.low):
        words += f" ± {text(pair.high - pair.gain)}"
        if n_pairs <= _MANY:
            low, high = pair.low, pair.high
    return Dot(
        x=rank + 0.5,
        y=pair.gain,
        low=low,
        high=high,
        words=words,
        is_hollow=is_hollow,
        size=0.6 if n_pairs <= _MANY else 0.4,
    )
