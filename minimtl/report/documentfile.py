"""Writes a document as Markdown and, where Jinja2 is, as a page."""

from collections.abc import Callable
from pathlib import Path

from minimtl._version import __version__
from minimtl.report.blocks import Document, Figure
from minimtl.report.htmlpage import page_available, render_document
from minimtl.report.markdown import document_markdown
from minimtl.system import write_atomically


def write_document(
    document: Document, name: str, out: Path, announce: Callable[[str], None]
) -> None:
    """Write a page as ``name.md`` and, where Jinja2 is, ``name.html``; its figures are in `out`.

    `announce` is told which extra would add what is not written.
    """
    write_atomically(out / f"{name}.md", document_markdown(document).encode())
    if page_available():
        figures = {
            block.name: (out / f"{block.name}.svg").read_bytes()
            for block in document.blocks
            if isinstance(block, Figure)
        }
        html = render_document(document, __version__, figures)
        write_atomically(out / f"{name}.html", html.encode())
    else:
        (out / f"{name}.html").unlink(missing_ok=True)  # an earlier one would show other tables
        announce(f'`pip install "minimtl[page]"` would make {name}.html')
