"""A station of the way from a post to a number of Table 2, and what it is made of.

What is the same in every run stands in walk.md: prose, formulas, places in the source, questions,
and answers with places for numbers. Code is read from the source when it is shown, so that nothing
is written twice.
"""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from minimtl.report import Axis, Block, Cells, Chart, Colour, Drawing, Grid, Line, Paragraph

Array: TypeAlias = NDArray[Any]  # docstrings give shapes and what is in it
Numbers: TypeAlias = Mapping[str, str | float]


class Chapter(NamedTuple):
    """A title of walk.md, the paragraphs below it, and its parts by their titles."""

    title: str
    body: tuple[str, ...]
    parts: dict[str, str]


class Station(NamedTuple):
    """What a station says in every run.

    Attributes
    ----------
    key : for links, and the name of the function that computes its values.
    title : a few words.
    prose : paragraphs.
    formulas : of docs/mathematics.md, as they stand there.
    section : of that page.
    code : definitions as the docs name them, ``nn/adam.py::Adam.update``; the readable one first.
    further : more definitions, which the page shows folded.
    parts : a question and its answer, and what there is to move or to run; by title.
    """

    key: str
    title: str
    prose: tuple[str, ...]
    formulas: tuple[str, ...]
    section: int
    code: tuple[str, ...]
    further: tuple[str, ...]
    parts: dict[str, str]


@cache
def _chapters() -> tuple[Chapter, ...]:
    text = (files("minimtl.explain") / "walk.md").read_text(encoding="utf-8")
    chapters = []
    for chapter in re.split("^##? ", text, flags=re.MULTILINE)[1:]:
        head, *rest = chapter.split("\n### ")
        title, *body = head.strip().split("\n\n")
        titled = (part.partition("\n") for part in rest)
        parts = {name: words.strip() for name, _, words in titled}
        chapters.append(Chapter(title, tuple(body), parts))
    return tuple(chapters)


def introduction() -> Chapter:
    """What stands before the stations."""
    return _chapters()[0]


@cache
def stations() -> tuple[Station, ...]:
    """The stations in the order of the way."""
    found = []
    for title, (*prose, formulas, places), parts in _chapters()[1:]:
        key, _, name = title.partition(": ")
        by_name = dict(line.removeprefix("- ").split(": ") for line in places.splitlines())
        code, further = (
            tuple(re.findall("`(.+?)`", by_name.get(part, ""))) for part in ("Code", "Further")
        )
        lines = tuple(line.strip() for line in formulas.splitlines())
        section = int(by_name["Section"])
        found.append(
            Station(key, name, paragraphs("\n\n".join(prose)), lines, section, code, further, parts)
        )
    return tuple(found)


def paragraphs(text: str, numbers: Numbers | None = None) -> tuple[str, ...]:
    """Paragraphs of walk.md, each on one line.

    ``{x}`` stands for the number x with four digits, ``{x:3}`` with three, ``{x:%}`` as per cent.
    """

    def written(match: re.Match[str]) -> str:
        value, form = (numbers or {})[match[1]], match[2]
        if isinstance(value, str):
            return value
        return percent(value) if form == "%" else number(value, int(form or 4))

    if numbers is not None:
        text = re.sub(r"\{(\w+)(?::(\d|%))?\}", written, text)
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


class Comparison(NamedTuple):
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


class Control(NamedTuple):
    """Something to choose: what it is called, its options, and which one stands there first."""

    label: str
    options: Sequence[str | float]
    first: int


class Choice(NamedTuple):
    """Something to move: what is shown for each choice, by the places of the controls' options."""

    controls: tuple[Control, ...]
    shown: dict[tuple[int, ...], list[Block]]


class Values(NamedTuple):
    """What a station shows of this run.

    Attributes
    ----------
    comparisons : what was computed twice.
    pictures : tables and charts.
    numbers : of the answer in walk.md.
    choice : what there is to move.
    """

    comparisons: list[Comparison]
    pictures: Sequence[Block]
    numbers: Numbers
    choice: Choice | None = None


def table(
    title: str, head: tuple[str, ...], rows: Iterable[Sequence[str | float]]
) -> tuple[Block, ...]:
    """A small table under its title; numbers have four digits."""
    lines = (tuple(c if isinstance(c, str) else number(c) for c in row) for row in rows)
    return Paragraph(title, "caption"), Grid(head, tuple(lines))


def heat(title: str, matrix: Array, rows: str, columns: str) -> Block:
    """A picture of a matrix, zero white: what it shows, and what rows and columns are."""
    label = (
        f"{title}; {len(matrix)} {rows} by {matrix.shape[1]} {columns}, from "
        f"{number(matrix.min(), 3)} to {number(matrix.max(), 3)}"
    )
    cells = Cells(values=matrix.tolist())
    return Drawing(Chart(title=label, series=(cells,), height=12 * max(len(matrix), 2)), label)


def curves(
    title: str,
    x_label: str,
    y_label: str,
    lines: Iterable[tuple[str, Sequence[float], Array]],
    *,
    log_x: bool = False,
) -> Block:
    """A picture of curves over x: (name, x, y) each."""
    label = f"{title}: {y_label} against {x_label}"
    looks: tuple[tuple[Colour, bool], ...] = (("orange", False), ("blue", True), ("ink", True))
    series = tuple(
        Line(name=name, x=list(x), y=y.tolist(), colour=colour, is_dashed=is_dashed)
        for (name, x, y), (colour, is_dashed) in zip(lines, looks, strict=False)
    )
    x_axis, y_axis = Axis(label=x_label, is_log=log_x), Axis(is_grid=True)
    return Drawing(Chart(title=label, series=series, x=x_axis, y=y_axis, has_legend=True), label)


class Excerpt(NamedTuple):
    """A definition without its docstring: where it stands in the package, and its lines."""

    path: str
    name: str
    line: int
    text: str


@cache
def _module(path: str) -> tuple[list[str], ast.Module]:
    text = files("minimtl").joinpath(path).read_text(encoding="utf-8")
    return text.splitlines(), ast.parse(text)


def excerpt(place: str) -> Excerpt:
    """The definition at `place`, such as ``nn/adam.py::Adam.update``, from the file as it is now.

    The file is read, not imported, so that kernels can be shown where Numba is missing.

    Raises
    ------
    LookupError
        If the file has no such definition.
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
    return Excerpt(path, name, first, "\n".join(line[indent:] for line in shown))


def number(value: float, digits: int = 4) -> str:
    """A number for people: so many significant digits, a real minus, whole numbers with commas."""
    if float(value).is_integer() and abs(value) < 1e15:
        text = f"{int(value):,}"
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "−")


def percent(share: float) -> str:
    """A share of 1 as per cent."""
    return f"{100 * share:.1f} %"
