"""A chart as SVG, without any library: the same chart gives the same bytes.

The frame begins at (0, 0), y goes down, and lines are relative moves in whole units, each from
where the last one ended: short, as a page may have a thousand of them.
"""

import math
from collections.abc import Iterable
from importlib.resources import files
from itertools import pairwise

import numpy as np

from minimtl.report.chart import Axis, Cells, Chart, Dot, Dots, Line, Rule, Series
from minimtl.report.markup import Markup, element

_LETTER = 6.6  # width of a letter, about
_UNDER = 22  # from the frame to the ticks below it; a line of a legend or label is as high
_LEVELS = 4  # how many depths of colour cells have
_SIZE = 6.0  # of a mark
_OUTLINES = {
    "square": "M-4-4h8v8h-8z",
    "triangle": "M0-5l5 9h-10z",
    "diamond": "M0-6l5 6-5 6-5-6z",
    "cross": "M-4-4l8 8m0-8l-8 8",
    "plus": "M0-5v10m-5-5h10",
    "bar": "M-50 0h100",
    "stroke": "M0-5v10",
}


class _Scale:
    """The places of an axis's values in a frame of a length; `flips` for the axis that goes up."""

    def __init__(self, axis: Axis, values: Iterable[float], length: int, flips: bool) -> None:
        known = [value for value in values if not math.isnan(value)] or [0.0, 1.0]
        ends = [
            given if not math.isnan(given) else end
            for given, end in ((axis.low, min(known)), (axis.high, max(known)))
        ]
        self._is_log = axis.is_log
        self.low, self.high = map(self._plain, ends)
        if self.high <= self.low:
            self.high = self.low + 1
        self._length, self._flips = length, flips
        self.ticks = axis.ticks if axis.ticks is not None else self._own_ticks()

    def __call__(self, value: float) -> float:
        share = (self._plain(value) - self.low) / (self.high - self.low)
        return self._length * (1 - share if self._flips else share)

    def _plain(self, value: float) -> float:
        return math.log10(value) if self._is_log else value

    def _own_ticks(self) -> tuple[tuple[float, str], ...]:
        """Four at equal distances."""
        places = np.linspace(self.low, self.high, 4).tolist()
        values = [10**place for place in places] if self._is_log else places
        return tuple((value, f"{value:.3g}".replace("-", "−")) for value in values)


def svg_file(chart: Chart) -> bytes:
    """The chart as a file that stands alone."""
    style = Markup((files("minimtl.report") / "chart.css").read_text(encoding="utf-8"))
    alone = Markup(".chart{color:#1b1b1b}@media(prefers-color-scheme:dark){.chart{color:#e8e6e3}}")
    drawn = draw_svg(chart, element("title", chart.title), element("style", style, alone))
    return f"{drawn}\n".encode()


def draw_svg(chart: Chart, *before: Markup) -> Markup:
    """The chart as an element for a page, whose stylesheet has the colours.

    With what stands `before` all else, it is one for a file of its own.
    """
    xs, ys = ([v for series in chart.series for v in _values(series, axis)] for axis in (0, 1))
    flips = not any(isinstance(series, Cells) for series in chart.series)
    x, y = _Scale(chart.x, xs, chart.width, False), _Scale(chart.y, ys, chart.height, flips)

    left = 12 + round(_LETTER * max((len(words) for _, words in y.ticks), default=3))
    legend = _legend(chart) if chart.has_legend else []
    below = _UNDER * ((1 if x.ticks else 0) + (1 if chart.x.label else 0) + len(legend)) + 6
    marks, framed = (
        [
            part
            for series in chart.series
            if isinstance(series, Dots) == are_marks
            for part in _series(series, chart, x, y)
        ]
        for are_marks in (True, False)
    )
    parts = [
        *_axes(chart, x, y),
        element("svg", *framed, width=chart.width, height=chart.height, class_="frame"),
        *marks,  # the frame cuts none off
        *(
            element("g", *line, transform=f"translate(0 {chart.height + below - 8 - _UNDER * up})")
            for up, line in enumerate(reversed(legend))
        ),
    ]
    width, height = chart.width + left + 26, chart.height + below + 12
    return element(
        "svg",
        *before,
        *parts,
        xmlns="http://www.w3.org/2000/svg" if before else None,
        class_="chart",
        viewBox=f"{-left} -12 {width} {height}",
        width=width if before else None,
        height=height if before else None,
        role="img",
        aria_label=None if before else chart.title,
    )


def _values(series: Series, axis: int) -> list[float]:
    """The values of a series along x (0) or y (1), ends of intervals among them."""
    match series:
        case Line():
            return [*(series.y if axis else series.x)]
        case Dots():
            ends = [end for dot in series.dots for end in (dot.low, dot.high)]
            middles = [dot.y if axis else dot.x for dot in series.dots]
            return middles + ends * (series.is_across == (axis == 0))
        case Cells():
            return [0.0, float(len(series.values) if axis else len(series.values[0]))]
        case Rule():
            ends = [series.at, series.until]
            return ends if series.axis == "xy"[axis] else []


def _axes(chart: Chart, x: _Scale, y: _Scale) -> list[Markup]:
    """Grid, ticks and labels."""
    width, height = chart.width, chart.height
    parts = []
    for value, words in y.ticks:
        if chart.y.is_grid:
            parts.append(element("path", class_="grid", d=f"M0 {_short(y(value))}h{width}"))
        parts.append(element("text", words, class_="y", x=-6, y=_short(y(value) + 4)))
    for value, words in x.ticks:
        parts.append(element("text", words, class_="x", x=_short(x(value)), y=height + 18))
    if chart.x.label:
        below = height + 18 + (_UNDER if x.ticks else 0)
        parts.append(element("text", chart.x.label, class_="x", x=width // 2, y=below))
    return parts


def _series(series: Series, chart: Chart, x: _Scale, y: _Scale) -> list[Markup]:
    match series:
        case Line():
            look = f"line {series.colour}{' dashed' if series.is_dashed else ''}"
            return [element("path", class_=look, d=_path(map(x, series.x), map(y, series.y)))]
        case Dots():
            return [_dot(dot, series, x, y) for dot in series.dots]
        case Cells():
            return _cells(series, x, y)
        case Rule():
            return [_rule(series, chart, x, y)]


def _path(xs: Iterable[float], ys: Iterable[float]) -> str:
    """Relative moves in whole units, each from where the last one really ended."""
    points = [(round(x), round(y)) for x, y in zip(xs, ys, strict=True)]
    moves = (f"{b[0] - a[0]}{b[1] - a[1]:+d}" for a, b in pairwise(points))
    return f"M{points[0][0]} {points[0][1]}l" + " ".join(moves)


def _dot(dot: Dot, dots: Dots, x: _Scale, y: _Scale) -> Markup:
    at_x, at_y = x(dot.x), y(dot.y)
    parts = [element("title", dot.words)] if dot.words else []
    if dot.heading:
        parts.append(element("text", dot.heading, x=0, y=_short(at_y - 11)))
    if not math.isnan(dot.low):
        d = f"M{_short(at_x)} {_short(y(dot.low))}V{_short(y(dot.high))}"
        if dots.is_across:
            d = f"M{_short(x(dot.low))} {_short(at_y)}H{_short(x(dot.high))}"
        parts.append(element("path", class_="interval", d=d))
    mark = _mark(dots.shape, dot.size)
    parts.append(element("g", mark, transform=f"translate({_short(at_x)} {_short(at_y)})"))
    look = f"dot {dots.colour}{' hollow' if dot.is_hollow else ''}"
    return element("g", *parts, class_=look)


def _mark(shape: str, size: float = 1.0) -> Markup:
    """A mark around (0, 0)."""
    if shape == "circle":
        return element("circle", r=_short(_SIZE * size - 1))
    scale = f"scale({size:g})" if size != 1 else None
    return element("path", d=_OUTLINES[shape], transform=scale)


def _cells(cells: Cells, x: _Scale, y: _Scale) -> list[Markup]:
    """A path for each colour and depth, and the texts above them."""
    known = [abs(value) for row in cells.values for value in row if value is not None]
    largest = max(known, default=0.0) or 1.0
    under = " under" if cells.texts else ""
    outlines: dict[str, list[str]] = {}
    width, height = _short(x(1) - x(0)), _short(y(1) - y(0))
    for row, values in enumerate(cells.values):
        for column, value in enumerate(values):
            if value:
                depth = math.ceil(abs(value) / largest * _LEVELS)
                look = f"cells {'orange' if value > 0 else 'blue'} level{depth}{under}"
                outline = f"M{_short(x(column))} {_short(y(row))}h{width}v{height}h-{width}z"
                outlines.setdefault(look, []).append(outline)
    parts = [element("path", class_=look, d="".join(each)) for look, each in outlines.items()]
    for row, texts in enumerate(cells.texts):
        for column, words in enumerate(texts):
            at = {"x": _short(x(column + 0.5)), "y": _short(y(row + 0.5) + 4)}
            parts.append(element("text", words, class_="x", **at))
    return parts


def _rule(rule: Rule, chart: Chart, x: _Scale, y: _Scale) -> Markup:
    scale = x if rule.axis == "x" else y
    start, end = _short(scale(rule.at)), _short(scale(rule.until))
    if rule.axis == "x":
        line, back = f"M{start} 0v{chart.height}", f"H{end}V0z"
    else:
        line, back = f"M0 {start}h{chart.width}", f"V{end}H0z"
    if not math.isnan(rule.until):
        return element("path", class_="strip", d=line + back)
    return element("path", class_=f"rule{' dashed' if rule.is_dashed else ''}", d=line)


def _legend(chart: Chart) -> list[list[Markup]]:
    """The names of series behind their marks, in as many lines as they need."""
    lines: list[list[Markup]] = [[]]
    at = 0.0
    for series in chart.series:
        if not isinstance(series, Line | Dots) or not series.name:
            continue
        room = 38 + _LETTER * len(series.name)
        if at and at + room > chart.width:
            lines.append([])
            at = 0.0
        key = element("g", *_key(series), transform=f"translate({_short(at)} 0)")
        lines[-1].append(key)
        at += room
    return lines


def _key(series: Line | Dots) -> list[Markup]:
    words = element("text", series.name, x=26, y=4)
    if isinstance(series, Dots):
        shape = _mark(series.shape) if series.shape != "bar" else element("path", d="M-8 0h16")
        place = element("g", shape, transform="translate(10 0)")
        hollow = " hollow" if all(dot.is_hollow for dot in series.dots) else ""
        return [element("g", place, class_=f"dot {series.colour}{hollow}"), words]
    look = f"line {series.colour}{' dashed' if series.is_dashed else ''}"
    return [element("path", class_=look, d="M0 0h20"), words]


def _short(value: float) -> str:
    """A place in units of the page: one digit after the point where it has one."""
    return f"{value:.1f}".removesuffix(".0")
