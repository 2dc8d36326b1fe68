"""Blocks as the text of a terminal, columns one below the other; documents as Markdown."""

import html
import re
from collections.abc import Iterable, Sequence

from minimtl.report.blocks import (
    Beside,
    Block,
    Code,
    Document,
    Drawing,
    Embedded,
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
    Sections,
    Terms,
    pieces,
    plain,
)


def to_text(blocks: Iterable[Block]) -> str:
    """The blocks with an empty line between them; charts are left out."""
    return "\n\n".join(filter(None, map(_plain_block, blocks)))


def _plain_block(block: Block) -> str:
    match block:
        case Heading(_, text) | Code(text) | Embedded(_, text):
            return text
        case Paragraph(text):
            return plain(text)
        case Items(lines):
            return "\n".join(map(plain, lines))
        case Terms(meanings):
            return "\n".join(f"{plain(term)}: {meaning}" for term, meaning in meanings)
        case Grid(header, lines):
            return _aligned([header, *(tuple(map(plain, line)) for line in lines)])
        case Folded(summary, blocks):
            return f"{summary}\n\n{to_text(blocks)}"
        case _:
            return ""


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def pipe_table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table from a header and lines of cells that are Markdown already."""
    every = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)


def escape(text: str) -> str:
    """Text as Markdown shows it, letter for letter, on one line."""
    single_line = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]#|!~])", r"\\\1", single_line)


def to_markdown(document: Document) -> str:
    """A document as Markdown."""
    parts = [
        f"# {escape(document.title)}",
        "\n".join(f"> {escape(line)}  " for line in document.warnings),
        *map(_inline, document.answer),
        *map(_block, document.blocks),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escape(text)}"
        case Paragraph(text):
            return _inline(text)
        case Items(lines):
            return "\n".join(f"- {_inline(line)}" for line in lines)
        case Grid(header, lines):
            return pipe_table([*map(escape, header)], [[*map(_inline, line)] for line in lines])
        case Terms(meanings):
            return "\n".join(f"- **{_inline(term)}**: {escape(text)}" for term, text in meanings)
        case Figure(name, caption):
            return f"![{escape(caption)}]({name}.svg)\n\n{escape(caption)}"
        case Drawing(chart, caption, name):
            picture = f"![{escape(chart.title)}]({name}.svg)"
            return f"{picture}\n\n{_inline(caption)}" if name else ""
        case Folded(summary, blocks):
            head = f"<details>\n<summary>{html.escape(summary)}</summary>"
            return f"{head}\n\n{_joined(blocks)}\n\n</details>"
        case Beside(parts):
            return _joined(block for part in parts for block in part)
        case Code(text):
            longest = max(map(len, re.findall("`+", text)), default=0)
            fence = "`" * max(3, longest + 1)  # which no run of backticks within can close
            return f"{fence}\n{text}\n{fence}"
        case Embedded(_, words):
            return escape(words)
        case Sections():
            return ""


def _joined(blocks: Iterable[Block]) -> str:
    return "\n\n".join(filter(None, map(_block, blocks)))


def _inline(text: Inline) -> str:
    """Sentences with their marks; white space between them stays, within them it is one blank."""
    return "".join(map(_piece, pieces(text)))


def _piece(piece: Piece) -> str:
    match piece:
        case Link(text, address):
            return escape(text) if address.startswith("#") else f"[{escape(text)}]({address})"
        case Marked(text, "code"):
            return "`{}`".format(" ".join(text.replace("`", "'").split()))
        case Marked(text, "strong" | "bad"):
            return f"**{escape(text)}**"
        case Marked(text):
            return escape(text)
        case str():
            before, after = (" " * (piece != part) for part in (piece.lstrip(), piece.rstrip()))
            return before + escape(piece) + after
