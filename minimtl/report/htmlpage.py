"""report.html: the contents of the report and its pairs, as one file that needs nothing else.

Rendered by Jinja2, an extra: ask `available` first. Everything is escaped but the stylesheet and
the script, which are this package's own files; the page's policy allows that one script, by its
SHA-256, and no connection to anywhere. The same input gives the same bytes.
"""

import base64
import hashlib
import importlib.util
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from minimtl.report.background import MEANINGS as TERMS
from minimtl.report.background import About
from minimtl.report.blocks import Block, Document, Heading, pieces
from minimtl.report.charts import TALL, WIDE
from minimtl.report.contents import TITLE, contents
from minimtl.report.csvfile import Table
from minimtl.report.pairs import PairView, draw_gains, meanings
from minimtl.report.scope import MIN_RUNS
from minimtl.report.wording import SCORE_NAMES, counted, text
from minimtl.study import DEFINITIONS, Protocol

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

PAGE_NOTE = '`pip install "minimtl[page]"` would make report.html'
PAIRS, SOME_PAIRS = Heading(2, "Every pair"), Heading(2, "Some of the pairs")


def page_available() -> bool:
    """Whether Jinja2 can be imported; looks for it without loading it."""
    return importlib.util.find_spec("jinja2") is not None


def render_page(
    tables: Sequence[Table],
    pairs: Sequence[PairView],
    protocol: Protocol,
    about: About,
    figures: Mapping[str, bytes],
) -> str:
    """The whole page; ``figures`` are the .svg files of those that were drawn, by name."""
    content = contents(tables, protocol, about, sorted(figures))
    frame, panels = draw_gains(pairs)
    definitions = DEFINITIONS[protocol.reading.features]
    partial = [panel for panel in panels if panel.n_pairs > len(panel.marks)]
    pairs_heading = SOME_PAIRS if partial else PAIRS
    blocks: list[Block] = [*content.results, *content.details, pairs_heading, *content.ending]
    style, script = _own("page.css"), _own("page.js")
    page: str = (
        _environment()
        .get_template("page.html")
        .render(
            title=TITLE,
            content=content,
            sections=[b for b in blocks if isinstance(b, Heading) and b.level == 2],
            pairs_heading=pairs_heading,
            partial=partial,
            pairs=pairs,
            frame=frame,
            panels=panels,
            tall=TALL,
            wide=WIDE,
            several_runs=any(len(pair.runs) > 1 for pair in pairs),
            enough_runs=any(len(pair.runs) >= MIN_RUNS for pair in pairs),
            min_runs=MIN_RUNS,
            problems=[panel.problem for panel in panels],
            score=SCORE_NAMES[protocol.reading.score],
            read_at=protocol.reading.read_at + 1,
            pictures={name: _data_uri(svg) for name, svg in figures.items()},
            meanings=meanings(definitions),
            terms=TERMS,
            roles=definitions.roles,
            about=about,
            style=style,
            style_hash=_sha256(style),
            script=script,
            script_hash=_sha256(script),
        )
    )
    return page


def render_document(document: Document, version: str, figures: Mapping[str, bytes]) -> str:
    """A page without pairs; ``figures`` are the .svg files of those that it shows, by name."""
    style = _own("page.css")
    page: str = (
        _environment()
        .get_template("document.html")
        .render(
            document=document,
            pictures={name: _data_uri(svg) for name, svg in figures.items()},
            version=version,
            style=style,
            style_hash=_sha256(style),
        )
    )
    return page


def page_environment(package: str) -> "Environment":
    """What renders the templates of a package: everything is escaped, nothing is undefined."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        autoescape=True,
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _environment() -> "Environment":
    environment = page_environment("minimtl.report")
    environment.filters |= {"pieces": pieces, "fixed": text, "short": short, "anchor": anchor}
    environment.filters |= {"counted": counted, "linked": linked, "term_anchor": term_anchor}
    environment.filters["kind"] = lambda block: type(block).__name__.lower()
    return environment


def anchor(heading: Heading) -> str:
    """What a link to the section names: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", heading.text.lower()).strip("-")


def linked(sentence: str) -> "Markup":
    """A sentence in which the first mention of each problem leads to what it means."""
    from markupsafe import Markup, escape

    seen: set[str] = set()

    def link(mention: re.Match[str]) -> str:
        name = mention[0]
        if name in seen:
            return name
        seen.add(name)
        return (
            f'<a class="term" href="#{term_anchor(name)}" title="{escape(TERMS[name])}">{name}</a>'
        )

    return Markup(re.sub(r"\b(UN)?RELATED\b", link, str(escape(sentence))))


def term_anchor(term: str) -> str:
    """What a link to a term of the glossary names."""
    return f"term-{anchor(Heading(2, term))}"


def short(value: float) -> str:
    """A number of any size with four significant digits, or all before the point."""
    digits = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return digits.replace("-", "−")


def _own(name: str) -> Any:
    """A file of the templates, to be put on the page as it is."""
    from markupsafe import Markup

    return Markup((files("minimtl.report") / "templates" / name).read_text(encoding="utf-8"))


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _data_uri(svg: bytes) -> str:
    """An image in the page itself; identifiers and styles inside it meet no other image's."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
