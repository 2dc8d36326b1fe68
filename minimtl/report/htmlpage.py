"""A document as a page, and what other pages are made with: one file that needs nothing else.

Rendered by Jinja2, an extra: ask `page_available` first. Everything is escaped but the stylesheet
and the script, which are this package's own files; the page's policy allows that one script, by its
SHA-256, and no connection to anywhere. The same input gives the same bytes.
"""

import base64
import hashlib
import importlib.util
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from minimtl.report.blocks import Document, Heading, pieces
from minimtl.report.wording import counted, text

if TYPE_CHECKING:
    from jinja2 import Environment

PAGE_NOTE = '`pip install "minimtl[page]"` would make report.html'


def page_available() -> bool:
    """Whether Jinja2 can be imported; looks for it without loading it."""
    return importlib.util.find_spec("jinja2") is not None


def render_document(document: Document, version: str, figures: Mapping[str, bytes]) -> str:
    """A page without pairs; ``figures`` are the .svg files of those that it shows, by name."""
    style = template_file("page.css")
    page: str = (
        block_environment()
        .get_template("document.html")
        .render(
            document=document,
            pictures={name: data_uri(svg) for name, svg in figures.items()},
            version=version,
            style=style,
            style_hash=sha256_of(style),
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


def block_environment() -> "Environment":
    """What renders blocks, with the filters that their templates use."""
    environment = page_environment("minimtl.report")
    environment.filters |= {"pieces": pieces, "fixed": text, "anchor": anchor}
    environment.filters |= {"counted": counted, "term_anchor": term_anchor}
    environment.filters["kind"] = lambda block: type(block).__name__.lower()
    return environment


def anchor(heading: Heading) -> str:
    """What a link to the section names: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", heading.text.lower()).strip("-")


def term_anchor(term: str) -> str:
    """What a link to a term of the glossary names."""
    return f"term-{anchor(Heading(2, term))}"


def template_file(name: str) -> Any:
    """A file of the templates, to be put on the page as it is."""
    from markupsafe import Markup

    return Markup((files("minimtl.report") / "templates" / name).read_text(encoding="utf-8"))


def sha256_of(script: str) -> str:
    """The digest by which a page's policy allows a style or script."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def data_uri(svg: bytes) -> str:
    """An image in the page itself; identifiers and styles inside it meet no other image's."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
