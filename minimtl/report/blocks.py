"""The blocks of a document, apart from how it looks: headings, text, lists, tables and charts.

Text stays plain until a writer escapes it, so that nothing from outside can become markup.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from minimtl.report.chart import Chart
from minimtl.report.markup import Markup


@dataclass(frozen=True)
class Marked:
    """Words that stand out; `good` and `bad` are verdicts."""

    text: str
    mark: Literal["strong", "code", "small", "good", "bad", "orange", "blue"]


@dataclass(frozen=True)
class Link:
    """Words that lead to an address: of this package's own, or ``#`` and a place on the page."""

    text: str
    address: str


Piece = str | Marked | Link
Inline = Piece | tuple[Piece, ...]


@dataclass(frozen=True)
class Heading:
    """The title of a section (level 2) or of a part of one (level 3)."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Some sentences; `look` is how a page sets them."""

    text: Inline
    look: Literal["", "finding", "note", "caption"] = ""


@dataclass(frozen=True)
class Items:
    """A list."""

    lines: tuple[Inline, ...]


@dataclass(frozen=True)
class Terms:
    """Words and what they mean."""

    meanings: tuple[tuple[Inline, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table. The first `n_labels` cells of a line name it; the others are its values."""

    header: tuple[str, ...]
    lines: tuple[tuple[Inline, ...], ...]
    n_labels: int = 1


@dataclass(frozen=True)
class Figure:
    """The figure in the files `name`.svg and `name`.png."""

    name: str
    caption: str


@dataclass(frozen=True)
class Drawing:
    """A chart, drawn on the page; with a name also as `name`.svg, which the Markdown shows."""

    chart: Chart
    caption: Inline = ""
    name: str = ""


@dataclass(frozen=True)
class Code:
    """Lines to type, or of a program."""

    text: str


@dataclass(frozen=True)
class Folded:
    """Blocks that are shown when their summary is opened."""

    summary: str
    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class Beside:
    """Blocks side by side where there is room; each part is some blocks one below the other."""

    parts: tuple[tuple["Block", ...], ...]


@dataclass(frozen=True)
class Embedded:
    """A part of one page only (a formula, a control), put together by `markup.element`.

    `words` stand for it in Markdown and in a terminal.
    """

    markup: Markup
    words: str = ""


@dataclass(frozen=True)
class Sections:
    """Links to the sections of a page."""


Block = (
    Heading
    | Paragraph
    | Items
    | Terms
    | Grid
    | Figure
    | Drawing
    | Code
    | Folded
    | Beside
    | Embedded
    | Sections
)


@dataclass(frozen=True)
class Document:
    """A page.

    Attributes
    ----------
    warnings : what must be known before any number is read.
    answer : paragraphs that answer the title.
    footer : the last line of a page; empty for the usual one.
    script, style : what this page alone has of either.
    """

    title: str
    warnings: tuple[str, ...]
    answer: tuple[Inline, ...]
    blocks: tuple[Block, ...]
    footer: Inline = ""
    script: str = ""
    style: str = ""


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Each block, and those that are within it."""
    for block in blocks:
        yield block
        match block:
            case Folded(_, inside):
                yield from walk(inside)
            case Beside(parts):
                yield from (inner for part in parts for inner in walk(part))


def pieces(inline: Inline) -> tuple[Piece, ...]:
    """The words of a text in their order, marked ones and links apart."""
    return inline if isinstance(inline, tuple) else (inline,)


def plain(inline: Inline) -> str:
    """The words alone."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in pieces(inline))
