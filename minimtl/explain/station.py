"""A station of the way from a post to a number of Table 2, and what it is made of.

A station's prose is the docstring of the function that computes its values, its formulas stand on
the page of mathematics, and its code is read from the source when the page is made: nothing is
written twice.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from minimtl.explain.source import formula

L = TypeVar("L")
Array: TypeAlias = NDArray[Any]  # docstrings give shapes and what is in it


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
    ours: Any
    twin: Any
    ours_by: str
    twin_by: str
    tolerance: float

    @property
    def difference(self) -> float:
        """The largest difference over the largest value; of strings, the share that differ."""
        ours, twin = np.asarray(self.ours), np.asarray(self.twin)
        if ours.shape != twin.shape:
            return float("inf")
        if ours.dtype.kind in "US":
            return float(np.mean(ours != twin))
        largest = np.abs(twin).max(initial=0.0)
        apart = np.abs(ours.astype(float) - twin.astype(float)).max(initial=0.0)
        return float(apart / largest) if largest else float(apart)

    @property
    def example(self) -> tuple[str, str]:
        """The entry that is largest by the twin, as each of the two has it."""
        ours, twin = np.ravel(self.ours), np.ravel(self.twin)
        if ours.size != twin.size or not twin.size:
            return "–", "–"
        place = 0 if twin.dtype.kind in "US" else int(np.argmax(np.abs(twin)))
        if twin.dtype.kind in "US":
            return str(ours[place]), str(twin[place])
        return number(ours[place], 8), number(twin[place], 8)

    @property
    def agrees(self) -> bool:
        """Whether the two are within the tolerance; not a number never is."""
        return self.difference <= self.tolerance


class Heat(NamedTuple):
    """A picture of a matrix, zero white: what it shows, and what rows and columns are."""

    title: str
    matrix: Any
    rows: str
    columns: str


class Lines(NamedTuple):
    """A picture of curves over x: (label, x, y) each."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[tuple[str, Any, Any], ...]
    log_x: bool = False


class Rows(NamedTuple):
    """A small table: its title, its head and its rows, all text."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Values:
    """What a station shows of this run."""

    comparisons: tuple[Comparison, ...]
    pictures: tuple[Heat | Lines | Rows, ...] = ()


@dataclass(frozen=True)
class Station(Generic[L]):
    """One station.

    Attributes
    ----------
    key : for links.
    title : a few words.
    formulas : (section of the page of mathematics, how the formula begins there).
    code : definitions as the docs name them, ``nn/adam.py::Adam.update``; the readable one first.
    values : computes the station's values from a lesson; its docstring is the station's prose.
    question : for the reader.
    answer : computes the answer from a lesson.
    also : further definitions, which the page shows folded.
    """

    key: str
    title: str
    formulas: tuple[tuple[int, str], ...]
    code: tuple[str, ...]
    values: Callable[[L], Values]
    question: str
    answer: Callable[[L], str]
    also: tuple[str, ...] = field(default=())

    @property
    def prose(self) -> list[str]:
        """The paragraphs of the prose, each on one line."""
        text = inspect.getdoc(self.values) or ""
        return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]

    @property
    def formula_texts(self) -> list[str]:
        """The formulas as the page has them; LookupError if one is not there."""
        return [formula(section, start) for section, start in self.formulas]


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
