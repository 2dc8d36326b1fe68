"""The specification curve, and the gain by documents a class.

In both, points are mean gains, dark whiskers their 95 % intervals for these tasks, and light ones
those for new tasks. Drawn with Matplotlib, which is an extra: ask `figures_available` first.
"""

from collections.abc import Sequence
from pathlib import Path

from minimtl.report import Axis, Chart, Colour, Dot, Dots, Line, Rule, Shape, draw_charts
from minimtl.study.multiverse.universeresults import UniverseResult
from minimtl.study.multiverse.universes import Choice
from minimtl.study.report.problemresult import ends

SPECIFICATION = "figure_specification"
DOCUMENTS = "figure_documents"
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
_LINES: tuple[tuple[Colour, Shape], ...] = (
    ("blue", "circle"),
    ("orange", "square"),
    ("green", "triangle"),
    ("pink", "diamond"),
    ("yellow", "cross"),
    ("sky", "plus"),
)
_MANY = 30  # universes: with more, markers and whiskers are thin
_SHIFT = 1.06  # factor between lines at the same number of documents, so that whiskers stand apart
_DOCUMENTS = "train_per_class"


def draw_figures(
    universes: Sequence[UniverseResult], choices: Sequence[Choice], folder: Path
) -> list[str]:
    """Write the figures that the universes allow; return their names, without suffix."""
    problems: dict[str, list[UniverseResult]] = {}
    for result in universes:
        problems.setdefault(result.outcomes.problem.upper(), []).append(result)
    _draw_specification(problems, folder)
    if not any(choice.name == _DOCUMENTS and len(choice.levels) > 1 for choice in choices):
        return [SPECIFICATION]
    panels = [_documents(problem, members) for problem, members in problems.items()]
    draw_charts([panels], folder, DOCUMENTS, (3.4 * len(panels) + 0.6, 3.0))
    return [DOCUMENTS, SPECIFICATION]


def _draw_specification(problems: dict[str, list[UniverseResult]], folder: Path) -> None:
    """Above the gains of a problem in order, below the levels of each universe."""
    universes = [result for members in problems.values() for result in members]
    levels = [
        (name, label)
        for name in universes[0].universe.levels
        for label in dict.fromkeys(result.universe.levels[name] for result in universes)
    ]
    abouts = list(dict.fromkeys(result.universe.about for result in universes))
    levels += [("about", about) for about in abouts if len(abouts) > 1]
    ordered = {
        problem: sorted(members, key=lambda result: (result.gain.value, result.universe.number))
        for problem, members in problems.items()
    }
    height = 0.15 * len(levels) + 0.3
    draw_charts(
        [
            [_gains(problem, members) for problem, members in ordered.items()],
            [_levels(members, levels) for members in ordered.values()],
        ],
        folder,
        SPECIFICATION,
        (5.2 * len(problems) + 1.2, 2.6 + height),
        (2.2, height),
    )


def _gains(problem: str, universes: Sequence[UniverseResult]) -> Chart:
    size = 0.5 if len(universes) > _MANY else 1.0
    marks = [_mark(place, result, size) for place, result in enumerate(universes)]
    return Chart(
        title=problem,
        series=(
            Rule(axis="y", at=0.0),
            *(
                Dots(dots=(mark,), colour=_colour(result))
                for mark, result in zip(marks, universes, strict=True)
            ),
        ),
        x=Axis(low=-1, high=len(universes), ticks=()),
        y=Axis(label="mean gain"),
    )


def _levels(universes: Sequence[UniverseResult], levels: Sequence[tuple[str, str]]) -> Chart:
    size = 0.6 if len(universes) > _MANY else 1.0
    strokes = []
    for place, result in enumerate(universes):
        known = {**result.universe.levels, "about": result.universe.about}
        lines = [line for line, (name, label) in enumerate(levels) if known[name] == label]
        dots = tuple(Dot(x=place, y=line, size=size) for line in lines)
        strokes.append(Dots(dots=dots, colour=_colour(result), shape="stroke"))
    names = tuple((line, f"{name}: {label}") for line, (name, label) in enumerate(levels))
    return Chart(
        title="",
        series=tuple(strokes),
        x=Axis(label="universes, by their gain", low=-1, high=len(universes), ticks=()),
        y=Axis(low=len(levels) - 0.4, high=-0.6, ticks=names),
    )


def _colour(result: UniverseResult) -> Colour:
    return "orange" if result.universe.own else "blue"


def _documents(problem: str, universes: Sequence[UniverseResult]) -> Chart:
    """The gains by the number of documents, a line for each set of other levels."""
    lines: dict[tuple[str, ...], list[UniverseResult]] = {}
    for result in universes:
        if result.universe.levels[_DOCUMENTS] != "none":
            others = [label for name, label in result.universe.levels.items() if name != _DOCUMENTS]
            lines.setdefault((result.universe.about, *others), []).append(result)
    names = ("about", *(name for name in universes[0].universe.levels if name != _DOCUMENTS))
    several = [k for k in range(len(names)) if len({labels[k] for labels in lines}) > 1]
    series: list[Line | Dots | Rule] = [Rule(axis="y", at=0.0)]
    counts: set[int] = set()
    for number, (labels, members) in enumerate(lines.items()):
        colour, shape = _LINES[number % len(_LINES)]
        members.sort(key=lambda result: int(result.universe.levels[_DOCUMENTS]))
        documents = [int(result.universe.levels[_DOCUMENTS]) for result in members]
        counts.update(documents)
        dots = tuple(
            _mark(count * _SHIFT**number, result)
            for count, result in zip(documents, members, strict=True)
        )
        line = Line(
            name=", ".join(f"{names[k]}: {labels[k]}" for k in several),
            x=[dot.x for dot in dots],
            y=[dot.y for dot in dots],
            colour=colour,
            shape=shape,
        )
        series += [line, Dots(dots=dots, colour=colour, shape=shape)]
    return Chart(
        title=problem,
        series=tuple(series),
        x=Axis(
            label="training documents of a class",
            ticks=tuple((count, str(count)) for count in sorted(counts)),
            is_log=True,
        ),
        y=Axis(label="mean gain from multi-task learning"),
        has_legend=bool(several),
    )


def _mark(x: float, result: UniverseResult, size: float = 1.0) -> Dot:
    """A gain with both of its intervals, as far as they exist."""
    low, high = ends(result.gain.these_tasks)
    outer_low, outer_high = ends(result.gain.new_tasks)
    return Dot(
        x=x,
        y=result.gain.value,
        low=low,
        high=high,
        outer_low=outer_low,
        outer_high=outer_high,
        size=size,
    )
