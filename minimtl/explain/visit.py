"""Visits of stations: their values and answers, and a station's values as a notebook shows them."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import NamedTuple

from minimtl.explain.charts import draw_heat, draw_lines
from minimtl.explain.lesson import Lesson
from minimtl.explain.station import Comparison, Heat, Rows, Station, Values
from minimtl.explain.stations import STATIONS

# The colours of the page; a notebook has its own for everything else.
_STYLE = (
    "<style>.minimtl svg{max-width:34rem;width:100%;background:#fff}.minimtl path{fill:none}"
    ".minimtl .up{fill:#b34700}.minimtl .down{fill:#0072b2}.minimtl .level1{fill-opacity:.2}"
    ".minimtl .level2{fill-opacity:.45}.minimtl .level3{fill-opacity:.7}"
    ".minimtl .grid{stroke:#d5d5d5}.minimtl .curve{stroke-width:2.2}"
    ".minimtl .curve1{stroke:#b34700}.minimtl .curve2{stroke:#0072b2;stroke-dasharray:7 4}"
    ".minimtl .curve3{stroke:#1b1b1b;stroke-dasharray:2 4}.minimtl .key{width:2rem;height:.5rem}"
    ".minimtl text{font-size:12px;fill:#595959}.minimtl .x{text-anchor:middle}"
    ".minimtl .y{text-anchor:end}.minimtl caption{text-align:left}</style>"
)


class Shown(NamedTuple):
    """A station with its values and its answer."""

    station: Station[Lesson]
    values: Values
    answer: str


def visit(lesson: Lesson, announce: Callable[[str], None]) -> list[Shown]:
    """Every station with its values and its answer; one line before each."""
    shown = []
    for place, station in enumerate(STATIONS, start=1):
        announce(f"{place} of {len(STATIONS)}: {station.title}")
        shown.append(Shown(station, station.values(lesson), station.answer(lesson)))
    return shown


class Visit(NamedTuple):
    """The values of one station; a notebook draws them, a terminal prints the comparisons."""

    values: Values

    def __repr__(self) -> str:
        return "\n".join(" ".join(_cells(c)) for c in self.values.comparisons)

    def _repr_html_(self) -> str:
        head = ("what", "one way", "", "the other way", "", "difference", "allowed", "")
        parts = [_table("computed twice", head, map(_cells, self.values.comparisons))]
        for picture in self.values.pictures:
            if isinstance(picture, Rows):
                parts.append(_table(picture.title, picture.head, picture.rows))
            elif isinstance(picture, Heat):
                parts.append(draw_heat(picture))
            else:
                parts.append(draw_lines(picture))
        return f'{_STYLE}<div class="minimtl">{"".join(parts)}</div>'


def visit_one(station: Station[Lesson], lesson: Lesson) -> Visit:
    """The values of one station.

    Raises
    ------
    AssertionError
        If two values disagree, so that a notebook stops there.
    """
    values = station.values(lesson)
    for comparison in values.comparisons:
        assert comparison.agrees, f"{comparison.name} differs by {comparison.difference:.1e}"
    return Visit(values)


def _cells(comparison: Comparison) -> tuple[str, ...]:
    ours, twin = comparison.example
    return (
        comparison.name,
        ours,
        f"({comparison.ours_by})",
        twin,
        f"({comparison.twin_by})",
        f"{comparison.difference:.1e}",
        f"{comparison.tolerance:.0e}",
        "agrees" if comparison.agrees else "DISAGREES",
    )


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"

    body = "".join(row(cells, "td") for cells in rows)
    return f"<table><caption>{escape(title)}</caption>{row(head, 'th')}{body}</table>"
