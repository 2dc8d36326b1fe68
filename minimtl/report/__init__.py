"""What people look at: tables, figures, report.md and the page.

May import: system, stats, study, meta, claims.
"""

from minimtl.report.csvfile import Row, Table, to_csv, write_tables
from minimtl.report.figures import FIGURE_STYLE, FIGURES_NOTE, figures_available, save_figure
from minimtl.report.markdown import escape, pipe_table
from minimtl.report.produce import write_report
from minimtl.report.wording import counted, signed

__all__ = [
    "FIGURES_NOTE",
    "FIGURE_STYLE",
    "Row",
    "Table",
    "counted",
    "escape",
    "figures_available",
    "pipe_table",
    "save_figure",
    "signed",
    "to_csv",
    "write_report",
    "write_tables",
]
