"""The mathematics at work: one page, or a notebook, that computes what it explains.

May import: stats, text, nn, corpora, report, jobs, tasks, gains, study.
"""

from minimtl.explain.explainpage import (
    disagreements,
    explain_notebook,
    explain_page,
    visit_all,
)
from minimtl.explain.lesson import make_lesson

__all__ = [
    "disagreements",
    "explain_notebook",
    "explain_page",
    "make_lesson",
    "visit_all",
]
