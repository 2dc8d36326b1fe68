"""What people look at: tables, figures, report.md and the page.

May import: system, stats, study, meta, claims.
"""

from minimtl.report.blocks import (
    Block,
    Command,
    Document,
    Figure,
    Folded,
    Grid,
    Heading,
    Items,
    Paragraph,
)
from minimtl.report.csvfile import Row, Table, to_csv, write_tables
from minimtl.report.figures import FIGURE_STYLE, FIGURES_NOTE, figures_available, save_figure
from minimtl.report.htmlpage import page_available, page_environment
from minimtl.report.markdown import escape, pipe_table
from minimtl.report.produce import write_document, write_report
from minimtl.report.scope import Scope, scopes_of, warnings_of
from minimtl.report.wording import by_problem, counted, interval, number, problem_of, signed, text

__all__ = [
    "FIGURES_NOTE",
    "FIGURE_STYLE",
    "Block",
    "Command",
    "Document",
    "Figure",
    "Folded",
    "Grid",
    "Heading",
    "Items",
    "Paragraph",
    "Row",
    "Scope",
    "Table",
    "by_problem",
    "counted",
    "escape",
    "figures_available",
    "interval",
    "number",
    "page_available",
    "page_environment",
    "pipe_table",
    "problem_of",
    "save_figure",
    "scopes_of",
    "signed",
    "text",
    "to_csv",
    "warnings_of",
    "write_document",
    "write_report",
    "write_tables",
]
