"""A station of the way from a post to a number of Table 2, and what it is made of.

What is the same in every run stands in walk.md: prose, formulas, places in the source, questions,
and answers with places for numbers. Code is read from the source when it is shown, so that nothing
is written twice.
"""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minimtl.report import Axis, Block, Cells, Chart, Colour, Drawing, Grid, Line, Paragraph

Array: TypeAlias = NDArray[Any]  # docstrings give shapes and what is in it
Numbers: TypeAlias = Mapping[str, str | float]


class Station(NamedTuple):
    """What a station says in every run.

    Attributes
    ----------
    key : for links, and the name of the function that computes its values.
    title : a few words.
    prose : paragraphs.
    formulas : as they stand on the page of mathematics.
    section : of that page.
    code : definitions as the docs name them, ``nn/adam.py::Adam.update``; the readable one first.
    further : more definitions, which the page shows folded.
    parts : a question and its answer, and what there is to run; by title.
    """

    key: str
    title: str
    prose: tuple[str, ...]
    formulas: tuple[str, ...]
    section: int
    code: list[str]
    further: list[str]
    parts: dict[str, str]


class Chapter(NamedTuple):
    """A title of walk.md, the paragraphs below it, and further parts by their titles."""

    title: str
    body: tuple[str, ...]
    parts: dict[str, str]


@cache
def chapters() -> tuple[Chapter, ...]:
    """The introduction, and the stations as they are written."""
    text = (files("minimtl.explain") / "walk.md").read_text(encoding="utf-8")
    found = []
    for chapter in re.split("^##? ", text, flags=re.MULTILINE)[1:]:
        head, *rest = chapter.split("\n### ")
        title, *body = head.strip().split("\n\n")
        titled = (part.partition("\n") for part in rest)
        parts = {name: words.strip() for name, _, words in titled}
        found.append(Chapter(title, tuple(body), parts))
    return tuple(found)


@cache
def stations() -> tuple[Station, ...]:
    """The stations in the order of the way."""
    found = []
    for title, (*prose, formulas, places), parts in chapters()[1:]:
        key, _, name = title.partition(": ")
        by_name = dict(line.removeprefix("- ").split(": ") for line in places.splitlines())
        code, further = (re.findall("`(.+?)`", by_name.get(of, "")) for of in ("Code", "Further"))
        lines = tuple(line.strip() for line in formulas.splitlines())
        body = paragraphs("\n\n".join(prose))
        station = Station(key, name, body, lines, int(by_name["Section"]), code, further, parts)
        found.append(station)
    return tuple(found)


def paragraphs(text: str, numbers: Numbers | None = None) -> tuple[str, ...]:
    """Paragraphs of walk.md, each on one line.

    ``{x}`` stands for the number x with four digits, ``{x:3}`` with three, ``{x:%}`` as per cent.
    """

    def written(match: re.Match[str]) -> str:
        value, form = (numbers or {})[match[1]], match[2]
        if isinstance(value, str):
            return value
        return f"{100 * value:.1f} %" if form == "%" else number(value, int(form or 4))

    if numbers is not None:
        text = re.sub(r"\{(\w+)(?::(\d|%))?\}", written, text)
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


class TwinComparison(NamedTuple):
    """One quantity, computed in two independent ways.

    Attributes
    ----------
    name : symbol or words for it.
    ours, twin : arrays of one shape, numbers or strings; `ours` is what a study uses.
    ours_by, twin_by : what computed them, in words.
    tolerance : of `difference`.
    """

    name: str
    ours: Array
    twin: Array
    ours_by: str
    twin_by: str
    tolerance: float

    @property
    def difference(self) -> float:
        """The largest difference over the largest value; of strings, the share that differ."""
        if self.ours.shape != self.twin.shape:
            return float("inf")
        if self.ours.dtype.kind == "U":
            return float(np.mean(self.ours != self.twin))
        largest = np.abs(self.twin).max(initial=0.0)
        apart = np.abs(self.ours.astype(float) - self.twin.astype(float)).max(initial=0.0)
        return float(apart / largest) if largest else float(apart)

    @property
    def agrees(self) -> bool:
        """Whether the two are within the tolerance; not a number never is."""
        return self.difference <= self.tolerance

    @property
    def example(self) -> tuple[str, str]:
        """The entry that is largest by the twin, as each of the two has it."""
        ours, twin = self.ours.ravel(), self.twin.ravel()
        if ours.size != twin.size or not twin.size:
            return "–", "–"
        if twin.dtype.kind == "U":
            return str(ours[0]), str(twin[0])
        place = int(np.argmax(np.abs(twin)))
        return number(ours[place], 8), number(twin[place], 8)


@dataclass
class Values:
    """What a station shows of this run; the station's function fills it.

    Attributes
    ----------
    comparisons : what was computed twice.
    pictures : tables and charts.
    answer : numbers for the answer in walk.md.
    """

    comparisons: list[TwinComparison] = field(default_factory=list)
    pictures: list[Block] = field(default_factory=list)
    answer: Numbers = field(default_factory=dict)

    def compare(
        self,
        name: str,
        ours: ArrayLike,
        twin: ArrayLike,
        ours_by: str,
        twin_by: str,
        tolerance: float = 0.0,
    ) -> None:
        """Show a quantity that was computed twice; see `TwinComparison`."""
        compared = TwinComparison(
            name, np.asarray(ours), np.asarray(twin), ours_by, twin_by, tolerance
        )
        self.comparisons.append(compared)

    def words(self, title: str, text: str) -> None:
        """Show words under a title."""
        self.pictures += [Paragraph(title, "caption"), Paragraph(text)]

    def table(self, title: str, head: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
        """Show a small table under its title; its numbers have four digits."""
        lines = (tuple(c if isinstance(c, str) else number(c) for c in row) for row in rows)
        self.pictures += [Paragraph(title, "caption"), Grid(head, tuple(lines))]

    def heat(self, title: str, matrix: Array, rows: str, columns: str) -> None:
        """Show a matrix, zero white; `rows` and `columns` say what these are."""
        label = (
            f"{title}; {len(matrix)} {rows} by {matrix.shape[1]} {columns}, from "
            f"{number(matrix.min(), 3)} to {number(matrix.max(), 3)}"
        )
        no_ticks, height = Axis(ticks=()), 12 * max(len(matrix), 2)
        cells = Cells(values=matrix.tolist())
        chart = Chart(title=label, series=(cells,), x=no_ticks, y=no_ticks, height=height)
        self.pictures.append(Drawing(chart, label))

    def curves(
        self,
        title: str,
        x: Axis,
        y_label: str,
        lines: Iterable[tuple[str, ArrayLike, ArrayLike]],
    ) -> None:
        """Show at most three curves: (name, x, y) each."""
        label = f"{title}: {y_label} against {x.label}"
        looks: tuple[tuple[Colour, bool], ...] = (("orange", False), ("blue", True), ("ink", True))
        series = tuple(
            Line(
                name=name,
                x=np.asarray(xs).tolist(),
                y=np.asarray(ys).tolist(),
                colour=colour,
                is_dashed=is_dashed,
            )
            for (name, xs, ys), (colour, is_dashed) in zip(lines, looks, strict=False)
        )
        chart = Chart(title=label, series=series, x=x, y=Axis(is_grid=True), has_legend=True)
        self.pictures.append(Drawing(chart, label))


class Excerpt(NamedTuple):
    """A definition without its docstring: where it stands in the package, and its lines."""

    path: str
    line: int
    text: str


@cache
def _module(path: str) -> tuple[list[str], ast.Module]:
    text = files("minimtl").joinpath(path).read_text(encoding="utf-8")
    return text.splitlines(), ast.parse(text)


def excerpt(place: str) -> Excerpt:
    """The definition at `place`, such as ``nn/adam.py::Adam.update``, from the file as it is now.

    The file is read, not imported, so that kernels can be shown where Numba is missing. LookupError
    is raised if it has no such definition.
    """
    path, _, name = place.partition("::")
    lines, tree = _module(path)
    node: Any = tree
    for part in name.split("."):
        node = next((child for child in node.body if getattr(child, "name", "") == part), None)
        if node is None:
            raise LookupError(f"minimtl/{place} is not there; `minimtl explain` shows it")

    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    shown = lines[first - 1 : node.end_lineno]
    if ast.get_docstring(node) is not None:
        docstring = node.body[0]
        del shown[docstring.lineno - first : docstring.end_lineno - first + 1]
    indent = len(shown[0]) - len(shown[0].lstrip())
    return Excerpt(path, first, "\n".join(line[indent:] for line in shown))


def number(value: float, digits: int = 4) -> str:
    """A number for people: so many significant digits, a real minus, whole numbers with commas."""
    if float(value).is_integer() and abs(value) < 1e15:
        text = f"{int(value):,}"
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "−")
