"""Blocks as the text of a terminal, and columns that stand one below the other."""

from collections.abc import Iterable, Sequence

from minimtl.report.blocks import (
    Block,
    Code,
    Embedded,
    Folded,
    Grid,
    Heading,
    Items,
    Paragraph,
    Terms,
    plain,
)


def to_text(blocks: Iterable[Block]) -> str:
    """The blocks with an empty line between them; charts are left out."""
    return "\n\n".join(filter(None, map(_text, blocks)))


def _text(block: Block) -> str:
    match block:
        case Heading(_, text) | Code(text) | Embedded(_, text):
            return text
        case Paragraph(text):
            return plain(text)
        case Items(lines, is_numbered):
            numbers = (f"{number}. " if is_numbered else "" for number in range(1, len(lines) + 1))
            return "\n".join(map(str.__add__, numbers, map(plain, lines)))
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
