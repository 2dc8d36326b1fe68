"""The mathematics at work: one page, or a notebook, that computes what it explains.

May import: stats, text, nn, corpora, report, jobs, tasks, gains, study.
"""

from minimtl.explain.documents import gain_by_documents
from minimtl.explain.lesson import find_pair, make_lesson
from minimtl.explain.notebook import NOTEBOOK_NOTE, make_notebook, notebook_available
from minimtl.explain.page import PAGE_NOTE, render
from minimtl.explain.visit import visit

__all__ = [
    "NOTEBOOK_NOTE",
    "PAGE_NOTE",
    "find_pair",
    "gain_by_documents",
    "make_lesson",
    "make_notebook",
    "notebook_available",
    "render",
    "visit",
]
