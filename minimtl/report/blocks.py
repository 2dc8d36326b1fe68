"""What a report says, apart from how it looks: headings, text, lists and tables of marked words.

Text stays plain until a writer (`minimtl.report.markdown`, `minimtl.report.page`) escapes it, so
that nothing from outside can become markup in either.
"""

from typing import Literal, NamedTuple


class Marked(NamedTuple):
    """Words that stand out; `good` and `bad` are verdicts."""

    text: str
    mark: Literal["strong", "code", "good", "bad"]


Inline = str | Marked | tuple[str | Marked, ...]


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


class Grid(NamedTuple):
    """A table. The first `n_labels` cells of a line name it; the others are its values."""

    header: tuple[str, ...]
    lines: tuple[tuple[Inline, ...], ...]
    n_labels: int = 1


class Figure(NamedTuple):
    """The figure in the files `name`.svg and `name`.png."""

    name: str
    caption: str


class Command(NamedTuple):
    """A line to type."""

    line: str


Block = Heading | Paragraph | Items | Errata | Grid | Figure | Command


def pieces(inline: Inline) -> tuple[str | Marked, ...]:
    """The words of a text in their order, marked ones apart."""
    return (inline,) if isinstance(inline, str | Marked) else inline
