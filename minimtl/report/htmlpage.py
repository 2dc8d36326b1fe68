"""report.html: the contents of the report and every pair, as one file that needs nothing else.

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

from minimtl.report.blocks import Heading, pieces
from minimtl.report.contents import TITLE, About, answer, in_numbers, provenance, results
from minimtl.report.csvfile import Table
from minimtl.report.pairs import MEANINGS, PairView
from minimtl.report.wording import SCORE_NAMES, text
from minimtl.study import ROLES, Protocol

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE_NOTE = '`pip install "minimtl[page]"` would make report.html'
PAIRS = Heading(2, "Every pair")


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
    before, after = results(tables, sorted(figures)), provenance(about, protocol)
    page: str = (
        _environment()
        .get_template("page.html")
        .render(
            title=TITLE,
            answer=answer(tables, protocol),
            evidence=in_numbers(tables, protocol).lines,
            before=before,
            after=after,
            sections=[
                block
                for block in (*before, PAIRS, *after)
                if isinstance(block, Heading) and block.level == 2
            ],
            pairs_heading=PAIRS,
            pairs=pairs,
            several_runs=any(len(pair.runs) > 1 for pair in pairs),
            problems=list(dict.fromkeys(pair.problem for pair in pairs)),
            score=SCORE_NAMES[protocol.reading.score],
            read_at=protocol.reading.read_at + 1,
            pictures={name: _data_uri(svg) for name, svg in figures.items()},
            meanings=MEANINGS,
            roles=ROLES,
            about=about,
            style=_own("page.css"),
            script=_own("page.js"),
            script_hash=_sha256(_own("page.js")),
        )
    )
    return page


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        loader=PackageLoader("minimtl.report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"pieces": pieces, "fixed": text, "short": short, "anchor": anchor}
    environment.filters["kind"] = lambda block: type(block).__name__.lower()
    return environment


def anchor(heading: Heading) -> str:
    """What a link to the section names: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", heading.text.lower()).strip("-")


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
