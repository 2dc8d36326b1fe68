"""What a report says, apart from how it looks: headings, text, lists, tables and diagrams.

Text stays plain until a writer (`minimtl.report.markdown`, `minimtl.report.htmlpage`) escapes it,
so that nothing from outside can become markup in either.
"""

from typing import Literal, NamedTuple


class Marked(NamedTuple):
    """Words that stand out; `good` and `bad` are verdicts."""

    text: str
    mark: Literal["strong", "code", "good", "bad"]


class Link(NamedTuple):
    """Words that lead to an address, which is always one of this package's own."""

    text: str
    address: str


Piece = str | Marked | Link
Inline = Piece | tuple[Piece, ...]


class Heading(NamedTuple):
    """Of a section (level 2) or a part of one (level 3)."""

    level: int
    text: str


class Paragraph(NamedTuple):
    """Some sentences."""

    text: Inline


class Items(NamedTuple):
    """A list without numbers."""

    lines: tuple[Inline, ...]


class Errata(NamedTuple):
    """What is known to be wrong in the published table above."""

    sentences: tuple[str, ...]


class Terms(NamedTuple):
    """Words and what they mean."""

    meanings: tuple[tuple[str, str], ...]


class Grid(NamedTuple):
    """A table. The first `n_labels` cells of a line name it; the others are its values."""

    header: tuple[str, ...]
    lines: tuple[tuple[Inline, ...], ...]
    n_labels: int = 1

    def without(self, *names: str) -> "Grid":
        """The table without the columns of these names."""
        kept = [column for column, name in enumerate(self.header) if name not in names]
        header, *lines = (
            tuple(cells[column] for column in kept) for cells in (self.header, *self.lines)
        )
        n_labels = sum(column < self.n_labels for column in kept)
        return Grid(header, tuple(lines), n_labels)  # type: ignore[arg-type]


class Reliability(NamedTuple):
    """Reliability diagrams, and their numbers as a table.

    ``panels`` has a title each and its points: mean prediction, share that gained, and the share
    of all predictions that are in the bin.
    """

    panels: tuple[tuple[str, tuple[tuple[float, float, float], ...]], ...]
    grid: Grid


class Figure(NamedTuple):
    """The figure in the files `name`.svg and `name`.png."""

    name: str
    caption: str


class Command(NamedTuple):
    """A line to type."""

    line: str


class Folded(NamedTuple):
    """A list or a table that is shown when its summary is opened."""

    summary: str
    content: Items | Grid


Block = (
    Folded | Heading | Paragraph | Items | Errata | Terms | Grid | Reliability | Figure | Command
)


class Document(NamedTuple):
    """A page that is not a study's report.

    Attributes
    ----------
    warnings : what must be known before any number is read.
    answer : paragraphs that answer the title.
    """

    title: str
    warnings: tuple[str, ...]
    answer: tuple[str, ...]
    blocks: list[Block]


def pieces(inline: Inline) -> tuple[Piece, ...]:
    """The words of a text in their order, marked ones and links apart."""
    return (inline,) if isinstance(inline, str | Marked | Link) else inline
