"""The specification curve, and the gain by documents a class.

In both, points are mean gains, dark whiskers their 95 % intervals for these tasks, and light ones
those for new tasks. Drawn with Matplotlib, which is an extra: ask `figures_available` first.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minimtl.report import FIGURE_STYLE, Row, by_problem, number, problem_of, save_figure
from minimtl.study.multiverse.choices import Choice

SPECIFICATION = "figure_specification"
DOCUMENTS = "figure_documents"
NO_FIGURES = (
    "Matplotlib is not installed, so there are no figures; after pip install 'minimtl[figures]' "
    "the same command draws them without training."
)
_INTERVALS = (
    "Dark whiskers are 95 % intervals for these tasks, over runs; light ones for new tasks."
)
CAPTIONS = {
    SPECIFICATION: (
        "The mean gain of every universe, in order, and below it the levels of its choices. "
        f"{_INTERVALS} Orange: the protocols themselves."
    ),
    DOCUMENTS: (f"The mean gain by the number of training documents of a class. {_INTERVALS}"),
}
_POINT, _OWN = "#0072B2", "#D55E00"
# Okabe and Ito's, told apart by the colour-blind, and by their markers in grey.
_LINES = (
    ("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#E69F00", "v"),
    ("#56B4E9", "P"),
)  # fmt: skip
_MANY = 30  # universes: with more, markers and whiskers are thin
_SHIFT = 1.06  # factor between lines at the same number of documents, so that whiskers stand apart


def draw_figures(universes: Sequence[Row], choices: Sequence[Choice], folder: Path) -> list[str]:
    """Write the figures that the universes allow; return their names, without suffix."""
    from matplotlib import style

    with style.context(["default", FIGURE_STYLE]):
        save_figure(_specification(universes, choices), folder, SPECIFICATION)
        if not varies_documents(choices):
            return [SPECIFICATION]
        save_figure(_documents(universes, choices), folder, DOCUMENTS)
    return [DOCUMENTS, SPECIFICATION]


def varies_documents(choices: Sequence[Choice]) -> bool:
    """Whether there are several numbers of documents a class."""
    return any(c.name == "train_per_class" and len(c.levels) > 1 for c in choices)


def _specification(universes: Sequence[Row], choices: Sequence[Choice]) -> Any:
    from matplotlib.figure import Figure

    problems = by_problem(universes)
    levels = [
        (choice.name, label)
        for choice in choices
        for label in dict.fromkeys(str(row[choice.name]) for row in universes)
    ]
    abouts = list(dict.fromkeys(str(row["about"]) for row in universes))
    levels += [("about", about) for about in abouts if len(abouts) > 1]
    height = 0.15 * len(levels) + 0.3
    figure = Figure(figsize=(5.2 * len(problems) + 1.2, 2.6 + height), layout="constrained")
    axes = figure.subplots(
        2, len(problems), squeeze=False, height_ratios=(2.2, height), sharex="col", sharey="row"
    )
    for column, rows in enumerate(problems):
        ordered = sorted(rows, key=lambda row: (number(row, "gain"), row["universe"]))
        above, below = axes[:, column]
        thin = len(ordered) > _MANY
        for place, row in enumerate(ordered):
            colour = _OWN if row["protocol"] else _POINT
            _whiskers(above, place, row, colour, 0.5 if thin else 1.0)
            above.plot(place, number(row, "gain"), "o", color=colour, ms=2 if thin else 4)
            marks = [line for line, (name, label) in enumerate(levels) if str(row[name]) == label]
            below.plot([place] * len(marks), marks, "|", color=colour, ms=4 if thin else 7)
        above.axhline(0, color="0.3", lw=0.8, ls="--")
        above.set_title(problem_of(ordered[0]))
        below.set_ylim(len(levels) - 0.4, -0.6)
        below.set_xticks([])
        below.set_xlabel("universes, by their gain")
    axes[0, 0].set_ylabel("mean gain")
    axes[1, 0].set_yticks(range(len(levels)), [f"{name}: {label}" for name, label in levels])
    return figure


def _documents(universes: Sequence[Row], choices: Sequence[Choice]) -> Any:
    from matplotlib.figure import Figure

    problems = by_problem(universes)
    others = [choice.name for choice in choices if choice.name != "train_per_class"]
    figure = Figure(figsize=(3.4 * len(problems) + 0.6, 3.0), layout="constrained")
    axes = figure.subplots(1, len(problems), squeeze=False, sharey=True)[0]
    for place, rows in zip(axes, problems, strict=True):
        lines: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            if row["train_per_class"] != "none":
                key = ("about", *others)
                lines.setdefault(tuple(str(row[name]) for name in key), []).append(row)
        several = [k for k in range(len(others) + 1) if len({labels[k] for labels in lines}) > 1]
        for number_, (labels, members) in enumerate(lines.items()):
            colour, marker = _LINES[number_ % len(_LINES)]
            members.sort(key=lambda row: int(row["train_per_class"]))
            x = [int(row["train_per_class"]) * _SHIFT**number_ for row in members]
            name = ", ".join(f"{('about', *others)[k]}: {labels[k]}" for k in several)
            gains = [number(row, "gain") for row in members]
            place.plot(x, gains, color=colour, marker=marker, ms=4, lw=1, label=name or None)
            for at, row in zip(x, members, strict=True):
                _whiskers(place, at, row, colour, 1.0)
        counts = sorted(
            {int(row["train_per_class"]) for row in rows if row["train_per_class"] != "none"}
        )
        place.set_xscale("log")
        place.set_xticks(counts, [str(count) for count in counts])
        place.set_xticks([], minor=True)
        place.axhline(0, color="0.3", lw=0.8, ls="--")
        place.set(title=problem_of(rows[0]), xlabel="training documents of a class")
        if several:
            place.legend(frameon=False)
    axes[0].set_ylabel("mean gain from multi-task learning")
    return figure


def _whiskers(axes: Any, x: float, row: Row, colour: str, width: float) -> None:
    """Both intervals of a gain, as far as they exist."""
    for ending, opacity, factor in (("", 0.3, 1.0), ("_tasks", 1.0, 1.0)):
        low, high = number(row, f"low{ending}"), number(row, f"high{ending}")
        if not math.isnan(low):
            axes.plot([x, x], [low, high], color=colour, alpha=opacity, lw=factor * width)
