"""Text, tables and documents as Markdown."""

import html
import re
from collections.abc import Iterable, Sequence

from minimtl.report.blocks import (
    Block,
    Command,
    Document,
    Errata,
    Figure,
    Folded,
    Grid,
    Heading,
    Inline,
    Items,
    Link,
    Marked,
    Paragraph,
    Piece,
    Reliability,
    Terms,
    pieces,
)
from minimtl.report.csvfile import Cell


def pipe_table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table from a header and lines of cells that are Markdown already."""
    every = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)


def escape(text: Cell) -> str:
    """Text as Markdown shows it, letter for letter, on one line."""
    single_line = html.escape(" ".join(str(text).split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]#|!~])", r"\\\1", single_line)


def document_markdown(document: Document) -> str:
    """A page as Markdown."""
    parts = [
        f"# {escape(document.title)}",
        "\n".join(f"> {escape(line)}  " for line in document.warnings),
        *map(escape, document.answer),
        *map(_block, document.blocks),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escape(text)}"
        case Paragraph(text):
            return _inline(text)
        case Items(items):
            return "\n".join(f"- {_inline(item)}" for item in items)
        case Errata(sentences):
            return f"Known about the published table:\n\n{_block(Items(sentences))}"
        case Grid(header, lines, _):
            return pipe_table([*map(escape, header)], [[*map(_inline, line)] for line in lines])
        case Terms(meanings):
            return "\n".join(f"- **{escape(term)}**: {escape(text)}" for term, text in meanings)
        case Reliability(_, grid):
            return _block(grid)
        case Figure(name, caption):
            return f"![{escape(caption)}]({name}.svg)\n\n{escape(caption)}"
        case Folded(summary, content):
            head = f"<details>\n<summary>{html.escape(summary)}</summary>"
            return f"{head}\n\n{_block(content)}\n\n</details>"
        case Command(line):
            longest = max(map(len, re.findall("`+", line)), default=0)
            fence = "`" * max(3, longest + 1)  # which no run of backticks within can close
            return f"{fence}\n{line}\n{fence}"


def _inline(text: Inline) -> str:
    """Sentences with their marks; white space between them stays, within them it is one blank."""
    return "".join(map(_piece, pieces(text)))


def _piece(piece: Piece) -> str:
    if isinstance(piece, Link):
        return f"[{escape(piece.text)}]({piece.address})"
    if isinstance(piece, Marked):
        if piece.mark == "code":
            return "`{}`".format(" ".join(piece.text.replace("`", "'").split()))
        return escape(piece.text) if piece.mark == "good" else f"**{escape(piece.text)}**"
    before, after = (" " * (piece != part) for part in (piece.lstrip(), piece.rstrip()))
    return before + escape(piece) + after
