"""A chart as data: axes, and series of lines, dots or cells, in their own units.

`minimtl.report.svg` draws it into a page or an .svg file without any library, and
`minimtl.report.figurefile` with Matplotlib, where a picture is also needed as .png.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from minimtl.report.wording import signed

Colour = Literal["orange", "blue", "green", "pink", "yellow", "sky", "ink"]
Shape = Literal["circle", "square", "triangle", "diamond", "cross", "plus", "bar", "stroke"]
_DISTANCES = (0.01, 0.02, 0.05)  # between lines, and these times ten, a hundred, …
_MOST_LINES = 6
_LAST_POWER = 60


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One side of a chart.

    Attributes
    ----------
    label : what it says (along y: Matplotlib only).
    low, high : the ends of the frame; NaN where the marks decide.
    ticks : values and what stands beside them; None where they follow from the values.
    bold : the values of the ticks whose words are bold (Matplotlib only).
    is_grid : ticks have lines across the frame (of x: Matplotlib only).
    is_log : equal factors have equal lengths.
    """

    label: str = ""
    low: float = math.nan
    high: float = math.nan
    ticks: tuple[tuple[float, str], ...] | None = None
    bold: frozenset[float] = frozenset()
    is_grid: bool = False
    is_log: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A curve through points.

    ``low`` and ``high`` are a band around it, empty without one, and `shape` marks its points
    (Matplotlib only).
    """

    name: str = ""
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    colour: Colour = "ink"
    shape: Shape | None = None
    is_dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A mark at a point.

    Attributes
    ----------
    low, high : the ends of its interval, NaN without one.
    outer_low, outer_high : of a second interval, which is drawn lighter (Matplotlib only).
    words : what the mark says when it is pointed at.
    heading : what stands above it, from the left side of the frame on.
    is_hollow : the interval leaves the sign open.
    size : of the mark, against that of the others.
    """

    x: float
    y: float
    low: float = math.nan
    high: float = math.nan
    outer_low: float = math.nan
    outer_high: float = math.nan
    words: str = ""
    heading: str = ""
    is_hollow: bool = False
    size: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Dots:
    """Marks of one look; their intervals lie along x where they lie across, else along y."""

    name: str = ""
    dots: tuple[Dot, ...]
    colour: Colour = "ink"
    shape: Shape = "circle"
    is_across: bool = False


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A matrix (SVG only): the deeper, the larger; orange above zero, blue below, None left out.

    The cell of row i and column j has its middle at x = j + 0.5, y = i + 0.5, from the top down.
    ``texts`` are what stands in the cells, empty for none.
    """

    values: Sequence[Sequence[float | None]]
    texts: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A line across the frame at a value of an axis, or a shaded strip up to `until`."""

    axis: Literal["x", "y"]
    at: float
    until: float = math.nan
    name: str = ""
    is_dashed: bool = True


Series = Line | Dots | Cells | Rule


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture of numbers.

    Attributes
    ----------
    title : what it shows, for those who do not see it; Matplotlib writes it above.
    series : what is drawn, the first one at the bottom.
    width, height : of the frame, in units of the page.
    has_legend : names of series are shown.
    """

    title: str
    series: tuple[Series, ...]
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    width: int = 400
    height: int = 200
    has_legend: bool = False


def round_axis(values: Sequence[float]) -> Axis:
    """An axis of differences, finite ones, at least one, between at most six lines.

    The lines stand at round distances, and their ticks say the sign.
    """
    for power in range(_LAST_POWER):
        distance = _DISTANCES[power % 3] * 10.0 ** (power // 3)
        low = math.floor(min(values) / distance) * distance
        high = max(math.ceil(max(values) / distance), round(low / distance) + 1) * distance
        n_lines = round((high - low) / distance) + 1
        if n_lines <= _MOST_LINES:
            break
    ticks = [low + distance * line for line in range(n_lines)]
    written = tuple((tick, "0" if abs(tick) < 1e-9 else signed(tick, 2)) for tick in ticks)
    return Axis(low=low, high=high, ticks=written, is_grid=True)
