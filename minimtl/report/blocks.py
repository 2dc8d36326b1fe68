"""What a document says, apart from how it looks: headings, text, lists, tables and charts.

Text stays plain until a writer escapes it, so that nothing from outside can become markup.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from minimtl.report.chart import Chart, Colour, Shape
from minimtl.report.markup import Markup


@dataclass(frozen=True)
class Marked:
    """Words that stand out; `good` and `bad` are verdicts."""

    text: str
    mark: Literal["strong", "code", "small", "good", "bad", "orange", "blue"]


@dataclass(frozen=True)
class Link:
    """Words that lead to an address: one of this package's own, or ``#`` and a place on the page.

    `title` is what is said of the place before one goes there.
    """

    text: str
    address: str
    title: str = ""


@dataclass(frozen=True)
class Key:
    """The mark of a chart within a sentence; nothing where there are no charts."""

    colour: Colour
    shape: Shape = "circle"
    is_hollow: bool = False


Piece = str | Marked | Link | Key
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
    """A list, without numbers or with them."""

    lines: tuple[Inline, ...]
    is_numbered: bool = False


@dataclass(frozen=True)
class Errata:
    """What is known to be wrong in the published table above."""

    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """Words and what they mean; a link may lead to a plain word (`term_anchor`)."""

    meanings: tuple[tuple[Inline, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table. The first `n_labels` cells of a line name it; the others are its values."""

    header: tuple[str, ...]
    lines: tuple[tuple[Inline, ...], ...]
    n_labels: int = 1

    def without(self, *names: str) -> "Grid":
        """The table without the columns of these names."""
        columns = [column for column, name in enumerate(self.header) if name not in names]
        header = tuple(self.header[column] for column in columns)
        lines = tuple(tuple(line[column] for column in columns) for line in self.lines)
        return Grid(header, lines, sum(column < self.n_labels for column in columns))


@dataclass(frozen=True)
class Reliability:
    """Reliability diagrams, and their numbers as a table.

    ``panels`` has a title each and its points: mean prediction, share that gained, and the share
    of all predictions that are in the bin.
    """

    panels: tuple[tuple[str, tuple[tuple[float, float, float], ...]], ...]
    grid: Grid


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
    """Lines to type, or of a program; `title` says where they are from."""

    text: str
    title: str = ""


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
    """What only one page has (a formula, a control), put together by `minimtl.report.element`.

    `words` stand for it in Markdown and in a terminal.
    """

    markup: Markup
    words: str = ""


@dataclass(frozen=True)
class OnPage:
    """Blocks that only a page has, not Markdown and not a terminal."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class Sections:
    """Links to the sections of a page."""


@dataclass(frozen=True)
class Column:
    """What a cell of each entry of a `Finder` holds; `spoken` is said before it where not seen."""

    name: str
    kind: Literal["choice", "words", "number"]
    spoken: str = ""


@dataclass(frozen=True)
class Entry:
    """A line of a `Finder`, which opens to blocks.

    Attributes
    ----------
    anchor : the page's address of it.
    cells : what is shown, one a column.
    values : the numbers of the columns of numbers, in their order.
    kind : of which of the finder's kinds it is.
    """

    anchor: str
    cells: tuple[Inline, ...]
    values: tuple[float, ...]
    kind: str
    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class Finder:
    """Many entries to search, sort and filter; the last column is a number with kinds.

    A page shows it, elsewhere it is nothing; a page has one at most.

    Attributes
    ----------
    noun : what an entry is, in the singular.
    kinds : names of kinds and what they are called.
    hint : an example of what to search.
    """

    noun: str
    columns: tuple[Column, ...]
    entries: tuple[Entry, ...]
    kinds: tuple[tuple[str, str], ...]
    hint: str = ""


Block = (
    Heading
    | Paragraph
    | Items
    | Errata
    | Terms
    | Grid
    | Reliability
    | Figure
    | Drawing
    | Code
    | Folded
    | Beside
    | Embedded
    | OnPage
    | Sections
    | Finder
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


def flat(blocks: Iterable[Block]) -> list[Block]:
    """The blocks of a page: those that only a page has among the others."""
    each = (flat(block.blocks) if isinstance(block, OnPage) else [block] for block in blocks)
    return [block for inside in each for block in inside]


def pieces(inline: Inline) -> tuple[Piece, ...]:
    """The words of a text in their order, marked ones and links apart."""
    return inline if isinstance(inline, tuple) else (inline,)


def plain(inline: Inline) -> str:
    """The words alone."""
    return "".join(
        piece if isinstance(piece, str) else "" if isinstance(piece, Key) else piece.text
        for piece in pieces(inline)
    )
