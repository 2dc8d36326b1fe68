"""Charts drawn by Matplotlib, as .svg and .png; the same charts give the same bytes.

No date, no random identifiers, no user's style. Matplotlib is an extra: ask `figures_available`
first. The colours are those of Okabe and Ito, told apart by the colour-blind and, by their
markers, in grey.
"""

import importlib.util
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minimtl.report.chart import Axis, Chart, Dots, Line, Rule
from minimtl.system import write_atomically

FIGURES_NOTE = (
    "Matplotlib is not installed, so there are no figures; "
    "after pip install 'minimtl[figures]' the same command draws them without training."
)
FIGURE_STYLE = {
    "svg.hashsalt": "minimtl",  # identifiers in the .svg follow from the drawing alone
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",  # comes with Matplotlib, so that every machine has it
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "savefig.dpi": 200,
}
_COLOURS = {
    "blue": "#0072B2",
    "orange": "#D55E00",
    "green": "#009E73",
    "pink": "#CC79A7",
    "yellow": "#E69F00",
    "sky": "#56B4E9",
    "ink": "0.3",
}
_MARKERS = {
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
    "cross": "x",
    "plus": "P",
    "bar": "_",
    "stroke": "|",
}
_SIZE = 4.0  # of a mark, in points
_EVERY, _MANY = 5, 20  # of the points of a line that has many, each fifth has a mark


def figures_available() -> bool:
    """True if Matplotlib can be imported; looks for it without loading it."""
    return importlib.util.find_spec("matplotlib") is not None


def save_figure(figure: Any, folder: Path, name: str) -> None:
    """Write ``name.svg`` and ``name.png``; the same drawing gives the same bytes."""
    for suffix, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=suffix, metadata=metadata)
        write_atomically(folder / f"{name}.{suffix}", buffer.getvalue())


def draw_charts(
    charts: Sequence[Sequence[Chart]],
    folder: Path,
    name: str,
    inches: tuple[float, float],
    heights: Sequence[float] | None = None,
    legend_above: bool = False,
) -> None:
    """Write rows of charts as ``name.svg`` and ``name.png``; a row has the same scale along y.

    Parameters
    ----------
    inches : width and height of the whole.
    heights : of the rows, against each other; equal if None.
    legend_above : the names of the first chart's series stand above all charts.
    """
    from matplotlib import style
    from matplotlib.figure import Figure

    with style.context(["default", FIGURE_STYLE]):
        figure = Figure(figsize=inches, layout="constrained")
        axes = figure.subplots(
            len(charts), len(charts[0]), squeeze=False, sharey="row", height_ratios=heights
        )
        for row, places in zip(charts, axes, strict=True):
            for chart, place in zip(row, places, strict=True):
                _draw(place, chart)
            for place in places[1:]:
                place.set_ylabel("")
        if legend_above:
            names = figure.axes[0].get_legend_handles_labels()
            figure.legend(*names, loc="outside upper center", ncols=len(names[0]), frameon=False)
        save_figure(figure, folder, name)


def _draw(axes: Any, chart: Chart) -> None:
    for series in chart.series:
        match series:
            case Line():
                _draw_line(axes, series)
            case Dots():
                _draw_dots(axes, series)
            case Rule(axis=along, at=at, is_dashed=is_dashed):
                draw = axes.axvline if along == "x" else axes.axhline
                look = "--" if is_dashed else "-"
                draw(at, color="0.3", lw=0.8, ls=look, label=series.name or None)
    _set_axis(axes, "x", chart.x)
    _set_axis(axes, "y", chart.y)
    axes.set_axisbelow(True)
    axes.set_title(chart.title)
    if chart.has_legend:
        axes.legend(facecolor="white", edgecolor="none", framealpha=1)


def _draw_line(axes: Any, line: Line) -> None:
    colour = _COLOURS[line.colour]
    axes.plot(
        line.x,
        line.y,
        color=colour,
        marker=None if line.shape is None else _MARKERS[line.shape],
        markevery=1 if len(line.x) < _MANY else _EVERY,
        ms=_SIZE - 0.5,
        lw=1,
        ls="--" if line.is_dashed else "-",
        label=line.name or None,
    )
    if len(line.low):
        axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.2, lw=0)


def _draw_dots(axes: Any, dots: Dots) -> None:
    colour = _COLOURS[dots.colour]
    for dot in dots.dots:
        for low, high, opacity in ((dot.outer_low, dot.outer_high, 0.3), (dot.low, dot.high, 1.0)):
            if not math.isnan(low):
                ends, middles = [low, high], [dot.y if dots.is_across else dot.x] * 2
                x, y = (ends, middles) if dots.is_across else (middles, ends)
                axes.plot(x, y, color=colour, alpha=opacity, lw=dot.size)
        axes.plot(
            dot.x,
            dot.y,
            color=colour,
            marker=_MARKERS[dots.shape],
            markerfacecolor="white" if dot.is_hollow else None,
            ms=_SIZE * dot.size * (1.75 if dots.shape == "stroke" else 1),
            ls="",
        )


def _set_axis(axes: Any, name: str, axis: Axis) -> None:
    """Scale, limits, ticks and label along x or y."""
    from matplotlib.ticker import NullLocator

    this = axes.xaxis if name == "x" else axes.yaxis
    if axis.is_log:
        axes.set(**{f"{name}scale": "log"})
        this.set_minor_locator(NullLocator())
    if axis.ticks is not None:
        this.set_ticks([value for value, _ in axis.ticks], [words for _, words in axis.ticks])
        # A chart beside another one of the same scale has no labels of its own.
        for (value, _), label in zip(axis.ticks, this.get_ticklabels(), strict=False):
            label.set_fontweight("bold" if value in axis.bold else "normal")
        if axis.bold:  # names of lines, whose marks need none beside them
            this.set_tick_params(length=0)
    if not math.isnan(axis.low):
        axes.set(**{f"{name}lim": (axis.low, axis.high)})
    this.set_label_text(axis.label)
    if axis.is_grid:
        axes.grid(axis=name, color="0.9", lw=0.5)
