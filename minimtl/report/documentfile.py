"""Writes a document as Markdown and as a page, with the charts that are files of their own."""

from pathlib import Path

from minimtl.report.blocks import Document, Drawing, Figure, walk
from minimtl.report.htmlpage import to_html
from minimtl.report.svg import svg_file
from minimtl.report.textforms import to_markdown
from minimtl.system import write_atomically


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
    files = {
        f"{name}.html": to_html(document, figures).encode(),
        **charts,
        f"{name}.md": to_markdown(document).encode(),
    }
    for file, content in files.items():
        write_atomically(out / file, content)
    return [out / file for file in files]
