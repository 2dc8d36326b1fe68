"""explain.ipynb: the same stations as a notebook, which computes all values anew when it is run.

It uses NumPy alone, and a smaller study than the page. nbformat writes it, an extra: ask
`notebook_available` first.
"""

import importlib.util
from collections.abc import Sequence
from typing import Any

from minimtl.explain.lesson import Lesson
from minimtl.explain.source import excerpt
from minimtl.explain.station import Station
from minimtl.explain.stations import STATIONS

NOTEBOOK_NOTE = "explain.ipynb needs nbformat: pip install 'minimtl[notebook]'"

_TITLE = """# From a post to a number in Table 2

This notebook explains, step by step, how minimtl gets from the words of one newsgroup post to one
number of a published table. Run the cells from the top; it takes about a minute. You need NumPy to
follow, and no machine learning.

Everything is computed by the readable NumPy program, on a smaller study than that of the page
`explain.html`: fewer posts, fewer epochs, one run. Its numbers differ from the page's for that
reason."""

_SETUP = """import tempfile
from pathlib import Path

import numpy as np

from minimtl.explain.documents import measure
from minimtl.explain.lesson import SMALL, make_lesson
from minimtl.explain.rules import deferred_move
from minimtl.explain.stations import STATIONS
from minimtl.explain.visit import visit_one

folder = tempfile.TemporaryDirectory()
lesson = make_lesson(
    {pair},
    Path(folder.name),
    command=[],
    announce=print,
    n_workers=1,
    backend="numpy",
    protocol=SMALL,
)
stations = {{station.key: station for station in STATIONS}}"""

# Cells to change and run again, where the page has something to move.
_TRIES = {
    "dropout": """rate, step = 0.5, 1  # change these
mask = lesson.steps.masks(step, rate)[0]
activations = lesson.steps.twin.A[0]
print("units that stay:", (mask > 0).mean())
print("mean activation:", activations.mean(), "and after dropout:", (activations * mask).mean())""",
    "deferred": """s, K, r = 96, 50, 1e-8  # change these: last gradient, gap, root of v
adam = lesson.steps.settings.adam
exact = deferred_move(adam, s, K, 1.0, r)
print("all terms:", exact)
for n in (1, 2, 3):
    move = deferred_move(adam, s, K, 1.0, r, n)
    print(n, "points:", move, "relative error:", abs(move / exact - 1))""",
    "folds": """design = lesson.designs["in_fold"]  # or "main_unseen", "block_out"
fold = 0
pairs = lesson.problem.pairs
train = {pairs[i].main for i in np.flatnonzero(design.train[fold])}
for i in np.flatnonzero(design.test[fold]):
    print(pairs[i].main, "is in training" if pairs[i].main in train else "is not in training")""",
    "table2": """measured = measure(lesson, 1, print)
for point in measured.points:
    print(point.documents, "posts a class: alone", round(point.single, 3), end=", ")
    print("jointly", round(point.multi, 3))""",
}


def notebook_available() -> bool:
    """Whether nbformat can be imported; looks for it without loading it."""
    return importlib.util.find_spec("nbformat") is not None


def make_notebook(topics: Sequence[str] | None) -> str:
    """The notebook as JSON, without outputs; `topics` are the pair's four, None for the default."""
    import nbformat
    from nbformat import v4

    cells = [v4.new_markdown_cell(_TITLE), v4.new_code_cell(_SETUP.format(pair=topics))]
    for place, station in enumerate(STATIONS, start=1):
        cells += _cells_of(place, station)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # else they are random, and no two notebooks the same
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    text: str = nbformat.writes(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}))
    return text + "\n"


def _cells_of(place: int, station: Station[Lesson]) -> list[Any]:
    from nbformat import v4

    formulas = "\n".join(station.formula_texts)
    prose = "\n\n".join(station.prose)
    sections = sorted({section for section, _ in station.formulas})
    where = ", ".join(f"section {section}" for section in sections)
    lines = "\n\n".join(_quoted(name) for name in station.code)
    text = (
        f"## {place}. {station.title}\n\n{prose}\n\n```text\n{formulas}\n```\n\n"
        f"These are formulas of docs/mathematics.md, {where}. The lines that compute them:\n\n"
        f"{lines}"
    )
    cells = [
        v4.new_markdown_cell(text),
        v4.new_code_cell(f'visit_one(stations["{station.key}"], lesson)'),
    ]
    if station.key in _TRIES:
        cells.append(v4.new_code_cell(_TRIES[station.key]))
    hidden = {"jupyter": {"source_hidden": True, "outputs_hidden": True}, "tags": ["answer"]}
    cells += [
        v4.new_markdown_cell(f"**Question.** {station.question}"),
        v4.new_code_cell(f'print(stations["{station.key}"].answer(lesson))', metadata=hidden),
    ]
    return cells


def _quoted(place: str) -> str:
    found = excerpt(place)
    return f"`minimtl/{found.path}:{found.line}`\n\n```python\n{found.text}\n```"
