"""A document as a page: one file that needs nothing else, no script to be read, and no connection.

Everything is escaped but the stylesheet and the scripts, which are this package's own files; the
page's policy allows those alone, by their SHA-256. The same input gives the same bytes.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from minimtl._version import __version__
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
    walk,
)
from minimtl.report.markup import Markup, element, joined
from minimtl.report.svg import draw_svg, svg_file
from minimtl.report.textforms import to_markdown
from minimtl.report.wording import counted
from minimtl.system import write_atomically

_LONG = 12  # lines of a table: a longer one is folded
_WIDE = 4  # columns: on a phone a wider one becomes a card a row
_USUAL = "This file needs no connection and makes none."


def write_document(document: Document, name: str, out: Path) -> list[Path]:
    """Write ``name.html``, ``name.md``, and each named chart as .svg; figures are in `out`.

    Returns what was written.
    """
    figures: dict[str, bytes] = {}
    charts: dict[str, bytes] = {}
    for block in walk(document.blocks):
        if isinstance(block, Drawing) and block.name:
            charts[f"{block.name}.svg"] = svg_file(block.chart)
        elif isinstance(block, Figure):
            figures[block.name] = (out / f"{block.name}.svg").read_bytes()
    contents = {
        f"{name}.html": to_html(document, figures).encode(),
        **charts,
        f"{name}.md": to_markdown(document).encode(),
    }
    for file, content in contents.items():
        write_atomically(out / file, content)
    return [out / file for file in contents]


def to_html(document: Document, figures: Mapping[str, bytes] | None = None) -> str:
    """The whole page; ``figures`` are the .svg files of those that it shows, by name."""
    style = _own("chart.css") + _own("page.css") + document.style
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src 'sha256-{_sha256(style)}'"
    )
    if document.script:
        policy += f"; script-src 'sha256-{_sha256(document.script)}'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("title", document.title),
        element("link", rel="icon", href="data:,"),
        element("style", Markup(style)),
    )
    footer = document.footer or f"Made by minimtl {__version__}. {_USUAL}"
    body = element(
        "body",
        _header(document),
        element("main", Markup("\n"), to_fragment(document.blocks, figures), Markup("\n")),
        element("footer", _inline(footer)),
        element("script", Markup(document.script)) if document.script else Markup(""),
    )
    return f"<!DOCTYPE html>\n{element('html', head, Markup(chr(10)), body, lang='en')}\n"


def notebook_html(blocks: Sequence[Block]) -> str:
    """The blocks for a notebook, which has colours of its own for all but charts."""
    style = element("style", Markup(_own("chart.css")))
    return element("div", style, to_fragment(blocks), class_="minimtl")


def to_fragment(blocks: Sequence[Block], figures: Mapping[str, bytes] | None = None) -> Markup:
    """The blocks as part of a page."""
    writer = _Writer(blocks, figures or {})
    return joined(*map(writer.block, blocks), between="\n")


def anchor(text: str) -> str:
    """The name of a section in links: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _own(name: str) -> str:
    """A file of this package, to be put on the page as it is."""
    return (files("minimtl.report") / name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    """The digest by which a page's policy allows a style or script."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _header(document: Document) -> Markup:
    parts = [element("h1", document.title)]
    if document.warnings:
        warnings = [element("p", warning) for warning in document.warnings]
        parts.append(element("div", *warnings, class_="banner", role="note"))
    parts += [element("p", _inline(answer), class_="finding") for answer in document.answer]
    return element("header", *parts)


class _Writer:
    """Writes blocks; a table is named after the last heading above it."""

    def __init__(self, blocks: Sequence[Block], figures: Mapping[str, bytes]) -> None:
        self._blocks, self._figures = blocks, figures
        self._heading = ""

    def block(self, block: Block) -> Markup:
        match block:
            case Heading(level, text):
                self._heading = text
                return element(f"h{level}", text, id=anchor(text))
            case Paragraph(text, look):
                return element("p", _inline(text), class_=look or None)
            case Items(lines):
                return element("ul", *(element("li", _inline(line)) for line in lines))
            case Terms(meanings):
                terms = (
                    part
                    for term, words in meanings
                    for part in (element("dt", _inline(term)), element("dd", words))
                )
                return element("dl", *terms)
            case Grid(_, lines):
                frame = _framed(block, self._heading)
                if len(lines) <= _LONG:
                    return frame
                summary = element("summary", f"The table: {counted(len(lines), 'row')}")
                return element("details", summary, frame, class_="long")
            case Figure(name, caption):
                address = "data:image/svg+xml;base64,"
                address += base64.b64encode(self._figures[name]).decode()
                image = element("img", src=address, alt=caption)
                return element("figure", image, element("figcaption", caption), class_="file")
            case Drawing(chart, caption):
                words = [element("figcaption", _inline(caption))] if caption else []
                return element("figure", draw_svg(chart), *words, class_="drawing")
            case Code(text):
                return element("pre", element("code", text), tabindex=0)
            case Folded(summary, blocks):
                inside = self._inside(blocks, lambda grid: _framed(grid, summary))
                return element("details", element("summary", summary), *inside, class_="long")
            case Beside(parts):
                sides = (element("div", *self._inside(part, _table)) for part in parts)
                return element("div", *sides, class_="beside")
            case Embedded(markup, _):
                return markup
            case Sections():
                return self._sections()

    def _inside(self, blocks: Sequence[Block], table: Callable[[Grid], Markup]) -> Iterator[Markup]:
        """The blocks within another one; `table` writes their tables."""
        return (table(one) if isinstance(one, Grid) else self.block(one) for one in blocks)

    def _sections(self) -> Markup:
        links = [
            element("li", element("a", block.text, href=f"#{anchor(block.text)}"))
            for block in self._blocks
            if isinstance(block, Heading) and block.level == 2
        ]
        return element("nav", element("ul", *links), aria_label="Sections")


def _inline(text: Inline) -> Markup:
    return joined(*map(_piece, pieces(text)))


def _piece(piece: Piece) -> str:
    match piece:
        case Link(text, address):
            return element("a", text, href=address)
        case Marked(text, "strong" | "code" | "small" as mark):
            return element(mark, text)
        case Marked(text, mark):
            return element("b", text, class_=mark)
        case str():
            return piece


def _table(grid: Grid) -> Markup:
    """A table, with roles: a narrow page changes how its parts are displayed."""
    heads = [
        element(
            "th",
            cell,
            scope="col",
            role="columnheader",
            class_="label" if column < grid.n_labels else None,
        )
        for column, cell in enumerate(grid.header)
    ]
    firsts = [line[0] if line else "" for line in grid.lines]
    rows = []
    for place, line in enumerate(grid.lines):
        # A line above the first of several rows of one name.
        begins = 0 < place < len(firsts) - 1
        begins = begins and firsts[place - 1] != firsts[place] == firsts[place + 1]
        cells = [
            element("th", _inline(cell), scope="row", role="rowheader")
            if column < grid.n_labels
            else element("td", _inline(cell), role="cell", data_label=grid.header[column])
            for column, cell in enumerate(line)
        ]
        rows.append(element("tr", *cells, role="row", class_="first" if begins else None))
    return element(
        "table",
        element("thead", element("tr", *heads, role="row"), role="rowgroup"),
        element("tbody", joined(*rows, between="\n"), role="rowgroup"),
        role="table",
    )


def _framed(grid: Grid, label: str) -> Markup:
    """A table in a frame of its own, which scrolls."""
    look = "wide cards" if len(grid.header) > _WIDE else "wide"
    return element("div", _table(grid), class_=look, tabindex=0, role="region", aria_label=label)
