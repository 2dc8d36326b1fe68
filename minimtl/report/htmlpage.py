"""A document as a page: one file that needs nothing else, no script to be read, and no connection.

Everything is escaped but the stylesheet and the scripts, which are this package's own files; the
page's policy allows those alone, by their SHA-256. The same input gives the same bytes.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files

from minimtl._version import __version__
from minimtl.report.blocks import (
    Beside,
    Block,
    Code,
    Column,
    Document,
    Drawing,
    Embedded,
    Entry,
    Errata,
    Figure,
    Finder,
    Folded,
    Grid,
    Heading,
    Inline,
    Items,
    Key,
    Link,
    Marked,
    OnPage,
    Paragraph,
    Piece,
    Reliability,
    Sections,
    Terms,
    flat,
    pieces,
    plain,
)
from minimtl.report.chart import Axis, Chart, Dot, Dots, Line
from minimtl.report.markup import Markup, element, joined
from minimtl.report.svg import draw_svg, key_svg
from minimtl.report.wording import counted

_LONG = 12  # lines of a table: a longer one is folded
_WIDE = 4  # columns: on a phone a wider one becomes a card a row
_USUAL = "This file needs no connection and makes none."
_SHARES = tuple((share, f"{100 * share:.0f} %") for share in (0.0, 0.5, 1.0))


def to_html(document: Document, figures: Mapping[str, bytes] | None = None) -> str:
    """The whole page; ``figures`` are the .svg files of those that it shows, by name."""
    blocks = flat(document.blocks)
    has_finder = any(isinstance(block, Finder) for block in blocks)
    style = _own("chart.css") + _own("page.css") + document.style
    script = (_own("page.js") if has_finder else "") + document.script
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src 'sha256-{_sha256(style)}'"
    )
    if script:
        policy += f"; script-src 'sha256-{_sha256(script)}'"
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
        element("main", Markup("\n"), to_fragment(blocks, figures), Markup("\n")),
        element("footer", _inline(footer)),
        element("script", Markup(script)) if script else Markup(""),
    )
    return f"<!DOCTYPE html>\n{element('html', head, Markup(chr(10)), body, lang='en')}\n"


def notebook_html(blocks: Sequence[Block]) -> str:
    """The blocks for a notebook, which has colours of its own for all but charts."""
    style = element("style", Markup(_own("chart.css")))
    return element("div", style, to_fragment(flat(blocks)), class_="minimtl")


def to_fragment(blocks: Sequence[Block], figures: Mapping[str, bytes] | None = None) -> Markup:
    """The blocks as part of a page."""
    return joined(*_Writer(blocks, figures or {}).written(), between="\n")


def anchor(text: str) -> str:
    """What a link to a section names: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def term_anchor(term: str) -> str:
    """What a link to a term of the glossary names."""
    return f"term-{anchor(term)}"


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

    def written(self) -> Iterator[Markup]:
        return map(self._block, self._blocks)

    def _block(self, block: Block) -> Markup:
        match block:
            case Heading(level, text):
                self._heading = text
                return element(f"h{level}", text, id=anchor(text))
            case Paragraph(text, look):
                return element("p", _inline(text), class_=look or None)
            case Items(lines, is_numbered):
                return _items(lines, "ol" if is_numbered else "ul")
            case Errata(sentences):
                title = element("h4", "Known about the published table")
                return element("aside", title, _items(sentences))
            case Terms(meanings):
                return element("dl", *map(_term, meanings))
            case Grid(_, lines):
                return _framed(block, self._heading, folds=len(lines) > _LONG)
            case Reliability(panels, grid):
                drawn = (element("figure", *_panel(*panel)) for panel in panels)
                pictures = element("div", *drawn, class_="reliability")
                return joined(pictures, _framed(grid, self._heading, folds=True))
            case Figure(name, caption):
                address = "data:image/svg+xml;base64,"
                address += base64.b64encode(self._figures[name]).decode()
                image = element("img", src=address, alt=caption)
                return element("figure", image, element("figcaption", caption), class_="file")
            case Drawing(chart, caption):
                return _drawing(chart, caption)
            case Code(text, title):
                code = element("pre", element("code", text), tabindex=0)
                return joined(element("p", title, class_="place"), code) if title else code
            case Folded(summary, blocks):
                inside = (
                    _framed(inner, summary, folds=False)
                    if isinstance(inner, Grid)
                    else self._block(inner)
                    for inner in blocks
                )
                return element("details", element("summary", summary), *inside, class_="long")
            case OnPage(blocks):
                return joined(*map(self._block, blocks))
            case Beside(parts):
                return element("div", *map(self._part, parts), class_="beside")
            case Embedded(markup, _):
                return markup
            case Sections():
                return self._sections()
            case Finder():
                return self._finder(block)

    def _part(self, blocks: Sequence[Block]) -> Markup:
        """One of the parts that stand side by side; its tables need no frame."""
        inside = (
            _plain_table(block) if isinstance(block, Grid) else self._block(block)
            for block in blocks
        )
        return element("div", *inside)

    def _sections(self) -> Markup:
        links = [
            element("li", element("a", block.text, href=f"#{anchor(block.text)}"))
            for block in self._blocks
            if isinstance(block, Heading) and block.level == 2
        ]
        return element("nav", element("ul", *links), aria_label="Sections")

    def _finder(self, finder: Finder) -> Markup:
        cells = [_head(column) for column in finder.columns]
        entries = [self._entry(finder, entry) for entry in finder.entries]
        return joined(
            _controls(finder),
            element("div", *cells, id="head", class_="row"),
            element("div", *entries, id="entries", data_noun=finder.noun),
            between="\n",
        )

    def _entry(self, finder: Finder, entry: Entry) -> Markup:
        values = iter(entry.values)
        cells = []
        for column, cell in zip(finder.columns, entry.cells, strict=True):
            spoken = [element("i", column.spoken)] if column.spoken else []
            number = f"{next(values):.6f}" if column.kind == "number" else None
            look = "n" if number else None
            cells.append(element("span", *spoken, _inline(cell), class_=look, data_value=number))
        return element(
            "details",
            element("summary", *cells, class_="row"),
            element("div", *map(self._block, entry.blocks), class_="inside", id=entry.anchor),
            Markup("\n"),
            data_kind=entry.kind,
        )


def _inline(text: Inline) -> Markup:
    return joined(*map(_piece, pieces(text)))


def _piece(piece: Piece) -> str:
    match piece:
        case Key(colour, shape, is_hollow):
            return key_svg(colour, shape, is_hollow)
        case Link(text, address, title):
            look = "term" if title else None
            return element("a", text, class_=look, href=address, title=title or None)
        case Marked(text, "strong" | "code" | "small" as mark):
            return element(mark, text)
        case Marked(text, mark):
            return element("b", text, class_=mark)
        case str():
            return piece


def _items(lines: Iterable[Inline], kind: str = "ul") -> Markup:
    return element(kind, *(element("li", _inline(line)) for line in lines))


def _term(meaning: tuple[Inline, str]) -> Markup:
    term, words = meaning
    place = term_anchor(term) if isinstance(term, str) else None
    return joined(element("dt", _inline(term), id=place), element("dd", words))


def _framed(grid: Grid, label: str, folds: bool) -> Markup:
    """A table in a frame of its own, which scrolls; folded if it is long."""
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
    table = element(
        "table",
        element("thead", element("tr", *heads, role="row"), role="rowgroup"),
        element("tbody", joined(*rows, between="\n"), role="rowgroup"),
        role="table",
    )
    look = "wide cards" if len(grid.header) > _WIDE else "wide"
    frame = element("div", table, class_=look, tabindex=0, role="region", aria_label=label)
    if not folds:
        return frame
    summary = element("summary", f"The table: {counted(len(grid.lines), 'row')}")
    return element("details", summary, frame, class_="long")


def _plain_table(grid: Grid) -> Markup:
    heads = (element("th", cell, scope="col") for cell in grid.header)
    rows = (
        element(
            "tr",
            *(
                element("th", _inline(cell), scope="row")
                if column < grid.n_labels
                else element("td", _inline(cell))
                for column, cell in enumerate(line)
            ),
        )
        for line in grid.lines
    )
    return element("table", element("thead", element("tr", *heads)), element("tbody", *rows))


def _drawing(chart: Chart, caption: Inline) -> Markup:
    drawn = draw_svg(chart)
    if chart.is_stretched and not caption:
        return drawn
    words = [element("figcaption", _inline(caption))] if caption else []
    return element("figure", drawn, *words, class_="drawing")


def _panel(title: str, points: Sequence[tuple[float, float, float]]) -> list[Markup]:
    """A reliability diagram: circles on the square of predicted and observed shares."""
    dots = tuple(
        Dot(x=predicted, y=observed, size=(3 + 18 * share**0.5) / 6)
        for predicted, observed, share in points
    )
    chart = Chart(
        title=f"Reliability diagram, {title}; its numbers are in the table below",
        series=(Line(x=(0, 1), y=(0, 1), is_dashed=True), Dots(dots=dots)),
        x=Axis(label="predicted", low=0, high=1, ticks=_SHARES, is_grid=True),
        y=Axis(label="gained", low=0, high=1, ticks=_SHARES, is_grid=True),
        width=200,
    )
    return [element("figcaption", title), draw_svg(chart)]


def _head(column: Column) -> Markup:
    return element("span", column.name, class_="n" if column.kind == "number" else None)


def _controls(finder: Finder) -> Markup:
    """What filters and sorts the entries; the script shows it."""
    measure = finder.columns[-1].name
    search = element(
        "input", id="search", type="search", placeholder=finder.hint, autocomplete="off"
    )
    controls = [element("label", "Search ", search)]
    for place, column in enumerate(finder.columns):
        options = list(dict.fromkeys(plain(entry.cells[place]) for entry in finder.entries))
        if column.kind == "choice" and len(options) > 1:
            words = f"{column.name.capitalize()} "
            every = [("", "all"), *((option, option) for option in options)]
            controls.append(element("label", words, _select("choice", every)))
    kinds = _select("kind", [("", "any"), *finder.kinds])
    controls.append(element("label", f"{measure.capitalize()} ", kinds))
    for name, hint in (("above", "0.01"), ("below", None)):
        field = element("input", id=name, type="number", step="0.005", placeholder=hint)
        controls.append(element("label", f"{name} ", field))
    controls.append(element("span", id="status", role="status"))
    buttons = [
        element("button", column.name, type="button", data_kind=column.kind)
        for column in finder.columns
    ]
    label = f"Sort the {finder.noun}s"
    controls.append(element("div", *buttons, class_="row", role="group", aria_label=label))
    return element("div", joined(*controls, between="\n"), id="controls", hidden="")


def _select(name: str, options: Iterable[tuple[str, str]]) -> Markup:
    inside = (element("option", words, value=value) for value, words in options)
    return element("select", *inside, id=name)
