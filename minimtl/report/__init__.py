"""What people look at: tables, figures, report.md and the page.

May import: system, stats, study, meta.
"""

from minimtl.report.blocks import Block, Figure, Grid, Heading, Items, Paragraph
from minimtl.report.csvfile import Row, Table, to_csv, write_tables
from minimtl.report.figures import FIGURE_STYLE, FIGURES_NOTE, figures_available, save_figure
from minimtl.report.htmlpage import page_available, render_plain_page
from minimtl.report.markdown import escape, pipe_table, render_plain_markdown
from minimtl.report.produce import write_report
from minimtl.report.wording import counted, signed, text

__all__ = [
    "FIGURES_NOTE",
    "FIGURE_STYLE",
    "Block",
    "Figure",
    "Grid",
    "Heading",
    "Items",
    "Paragraph",
    "Row",
    "Table",
    "counted",
    "escape",
    "figures_available",
    "page_available",
    "pipe_table",
    "render_plain_markdown",
    "render_plain_page",
    "save_figure",
    "signed",
    "text",
    "to_csv",
    "write_report",
    "write_tables",
]
