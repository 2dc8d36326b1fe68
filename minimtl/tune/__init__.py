"""Tunes the paper's hyper-parameters as the paper did: single-task networks, k-fold CV.

May import: system, stats, text, nn, corpora, store, execution, study, report.
"""

from minimtl.tune.conduct import tune
from minimtl.tune.figure import draw
from minimtl.tune.grid import make_grid
from minimtl.tune.summary import finding, markdown, table

__all__ = [
    "draw",
    "finding",
    "make_grid",
    "markdown",
    "table",
    "tune",
]
