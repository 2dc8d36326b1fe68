"""Writes a document as Markdown and as a page, with the charts that are files of their own."""

from pathlib import Path

from minimtl.report.blocks import Document, Drawing, Figure, flat
from minimtl.report.htmlpage import to_html
from minimtl.report.markdown import to_markdown
from minimtl.report.svg import svg_file
from minimtl.system import write_atomically


def write_document(document: Document, name: str, out: Path) -> None:
    """Write ``name.md``, ``name.html``, and each named chart as .svg; figures are in `out`."""
    figures = {}
    for block in flat(document.blocks):
        if isinstance(block, Drawing) and block.name:
            write_atomically(out / f"{block.name}.svg", svg_file(block.chart))
        elif isinstance(block, Figure):
            figures[block.name] = (out / f"{block.name}.svg").read_bytes()
    write_atomically(out / f"{name}.md", to_markdown(document).encode())
    write_atomically(out / f"{name}.html", to_html(document, figures).encode())
