"""The mathematics at work: one page, or a notebook, that computes what it explains.

May import: stats, text, nn, corpora, report, jobs, tasks, gains, study.
"""

from minimtl.explain.explainpage import (
    NOTEBOOK_NOTE,
    Visit,
    explain_notebook,
    explain_page,
    notebook_available,
    visit,
    visit_all,
)
from minimtl.explain.firststeps import deferred_move
from minimtl.explain.lesson import SMALL, Lesson, find_pair, make_lesson
from minimtl.explain.station import Excerpt, excerpt
from minimtl.explain.tablestations import Measured, measure

__all__ = [
    "NOTEBOOK_NOTE",
    "SMALL",
    "Excerpt",
    "Lesson",
    "Measured",
    "Visit",
    "deferred_move",
    "excerpt",
    "explain_notebook",
    "explain_page",
    "find_pair",
    "make_lesson",
    "measure",
    "notebook_available",
    "visit",
    "visit_all",
]
