"""The multiverse in sentences, on a page and in figures.

The specification curve has the gain of every universe; the other figure, the gain by documents a
class.

Of a part of the pairs, or of too few runs, there are numbers and no verdict.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from minimtl.report.blocks import Block, Code, Document, Figure, Grid, Heading, Paragraph
from minimtl.report.chart import Axis, Chart, Colour, Dot, Dots, Line, Rule, Shape
from minimtl.report.figurefile import FIGURES_NOTE, draw_charts
from minimtl.report.wording import NOTHING, between, counted, signed, text
from minimtl.stats.crossed import Estimate
from minimtl.study.problemresult import Scope, ends
from minimtl.study.universeresults import (
    ALL,
    SHARE,
    WHOLE,
    Effect,
    UniverseResult,
    universe_rows,
)
from minimtl.study.universes import Choice
from minimtl.tasks.protocol import PAPER, RELEASED

TITLE = "Which choices does the gain depend on?"
_ABOUT = (
    f"“{SHARE}”: the mean change that the choice makes, over all orders in which the choices "
    "between the two protocols can be made (Shapley's rule); the shares add up to the whole "
    f"difference. “{ALL}”: the mean over all universes that differ only in this choice. A "
    "protocol's name: only this choice is changed, everything else is as in that protocol."
)
_INTERVALS = (
    "Effects are differences of gains of the same pairs in the same runs. The interval for these "
    "tasks allows for other runs; the interval for new tasks allows for other runs, main tasks, "
    "auxiliary tasks and topics. p belongs to the second. Neither is adjusted for the number of "
    "effects."
)

SPECIFICATION = "figure_specification"
DOCUMENTS = "figure_documents"
_WHISKERS = "Dark whiskers are 95 % intervals for these tasks, over runs; light ones for new tasks."
CAPTIONS = {
    SPECIFICATION: (
        "The mean gain of every universe, in order, and below it the levels of its choices. "
        f"{_WHISKERS} Orange: the protocols themselves."
    ),
    DOCUMENTS: (f"The mean gain by the number of training documents of a class. {_WHISKERS}"),
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
_PER_CLASS = "train_per_class"


def finding(
    universes: Sequence[UniverseResult], effects: Sequence[Effect], scopes: dict[str, Scope]
) -> list[str]:
    """A paragraph for each problem."""
    paragraphs = []
    for problem, scope in scopes.items():
        of_problem = [one for one in universes if one.outcomes.problem.upper() == problem]
        changes = [effect for effect in effects if effect.problem.upper() == problem]
        shares = [effect for effect in changes if effect.comparison.about == SHARE]
        sentences = []
        if shares:
            sentences += _of_difference(problem, of_problem, shares, scope)
        elif changes:
            largest = max(changes, key=lambda effect: abs(effect.estimate.value))
            sentences.append(
                f"On {problem} the largest change comes with {_step(largest)} "
                f"({largest.comparison.about}): {_effect(largest)}{_verdict(largest, scope)}."
            )
        paragraphs.append(" ".join([*sentences, *_of_all(problem, of_problem, scope)]))
    return paragraphs


def _of_difference(
    problem: str, universes: Sequence[UniverseResult], shares: Sequence[Effect], scope: Scope
) -> list[str]:
    """The difference between the protocols, and the share that each choice has in it."""
    gains = {one.universe.own: signed(one.gain.value, 4) for one in universes}
    (whole,) = (effect for effect in shares if effect.comparison.field == WHOLE)
    # The choice that leads furthest from one gain to the other comes first.
    sign = math.copysign(1, whole.estimate.value)
    first, *others = sorted(
        (effect for effect in shares if effect is not whole),
        key=lambda effect: -sign * effect.estimate.value,
    )
    shared = "; ".join(f"{_step(effect)} {signed(effect.estimate.value, 4)}" for effect in others)
    return [
        f"On {problem} the mean gain is {gains[PAPER.name]} by the protocol {PAPER.name} and "
        f"{gains[RELEASED.name]} by the protocol {RELEASED.name}, a difference of "
        f"{_effect(whole)}{_verdict(whole, scope)}.",
        f"The largest share of it comes with {_step(first)}: {_effect(first)}"
        f"{_verdict(first, scope)}.",
        f"The shares of the others: {shared}.",
    ]


def _of_all(problem: str, universes: Sequence[UniverseResult], scope: Scope) -> list[str]:
    gains = [universe.gain.value for universe in universes]
    sentences = [
        f"Over {counted(len(universes), 'universe')} the mean gain on {problem} lies between "
        f"{signed(min(gains), 4)} and {signed(max(gains), 4)}."
    ]
    if scope.concludes:
        counts = []
        for whose in ("these tasks", "new tasks"):
            intervals = [_by_whose(universe.gain)[whose] for universe in universes]
            above = sum(low > 0 for low, _ in intervals)
            below = sum(high < 0 for _, high in intervals)
            counts.append(f"{above} above and {below} below for {whose}")
        sentences.append(f"Intervals that do not contain 0: {', '.join(counts)}.")
    return sentences


def _step(effect: Effect) -> str:
    comparison = effect.comparison
    return f"{comparison.field} from {comparison.before} to {comparison.after}"


def _by_whose(estimate: Estimate) -> dict[str, tuple[float, float]]:
    return {"these tasks": ends(estimate.these_tasks), "new tasks": ends(estimate.new_tasks)}


def _effect(effect: Effect) -> str:
    """An effect with both of its intervals, as far as they exist."""
    known = [
        f"{between(low, high, 4)} for {whose}"
        for whose, (low, high) in _by_whose(effect.estimate).items()
        if not math.isnan(low)
    ]
    mean = signed(effect.estimate.value, 4)
    return f"{mean} (95 % interval {', '.join(known)})" if known else mean


def _verdict(effect: Effect, scope: Scope) -> str:
    """For whom an effect is decided; nothing where there is too little for a verdict."""
    if not scope.concludes:
        return ""
    decided = {
        whose: low > 0 or high < 0 for whose, (low, high) in _by_whose(effect.estimate).items()
    }
    if all(decided.values()):
        return ", which is not chance, for these tasks or for new ones"
    if not any(decided.values()):
        return ", which may be chance"
    sure, unsure = sorted(decided, key=lambda whose: not decided[whose])
    return f", which is not chance for {sure} and may be for {unsure}"


def document(
    universes: Sequence[UniverseResult],
    effects: Sequence[Effect],
    answer: Sequence[str],
    warnings: Sequence[str],
    figures: Sequence[str],
    made: str,
    command: str,
) -> Document:
    """The page; `figures` are the names of those that were drawn, `command` makes it again."""
    names = list(universes[0].universe.levels)
    pictures: list[Block] = [Figure(name, CAPTIONS[name]) for name in figures]
    return Document(
        TITLE,
        tuple(warnings),
        tuple(answer),
        (
            *(pictures or [Paragraph(FIGURES_NOTE)]),
            Heading(2, "What each choice changes"),
            _effects(effects),
            Paragraph(_ABOUT),
            Paragraph(_INTERVALS),
            Heading(2, "Every universe"),
            _universes(universes, names),
            Heading(2, "How to run it again"),
            Paragraph(made),
            Code(command),
        ),
    )


def _effects(effects: Sequence[Effect]) -> Grid:
    header = (
        "problem", "choice", "from", "to", "about", "effect", "these tasks", "new tasks", "p",
    )  # fmt: skip
    lines = tuple(
        (
            effect.problem.upper(),
            effect.comparison.field,
            effect.comparison.before,
            effect.comparison.after,
            effect.comparison.about,
            signed(effect.estimate.value, 4),
            between(*ends(effect.estimate.these_tasks), 4),
            between(*ends(effect.estimate.new_tasks), 4),
            text(effect.estimate.new_tasks.p_value) if effect.estimate.new_tasks else NOTHING,
        )
        for effect in effects
    )
    return Grid(header, lines, n_labels=5)


def _universes(universes: Sequence[UniverseResult], names: Sequence[str]) -> Grid:
    labels = ("problem", "universe", "protocol", "about", *names)
    header = (
        *labels, "single", "multi", "gain", "these tasks", "new tasks", "improved",
        "Brier, block out",
    )  # fmt: skip
    lines = tuple(
        (
            str(row["problem"]).upper(),
            str(row["universe"]),
            str(row["protocol"]),
            str(row["about"]),
            *universe.universe.levels.values(),
            *(text(float(row[name])) for name in ("single", "multi")),
            signed(universe.gain.value, 4),
            between(*ends(universe.gain.these_tasks), 4),
            between(*ends(universe.gain.new_tasks), 4),
            text(float(row["improved"])),
            text(universe.brier("block_out")),
        )
        for universe, row in zip(universes, universe_rows(universes), strict=True)
    )
    return Grid(header, lines, n_labels=len(labels))


def draw_universes(
    universes: Sequence[UniverseResult], choices: Sequence[Choice], folder: Path
) -> list[str]:
    """Write the figures that the universes allow; return their names, without suffix.

    Points are mean gains, dark whiskers their 95 % intervals for these tasks, and light ones those
    for new tasks. Drawn with Matplotlib, which is an extra: ask `figures_available` first.
    """
    problems: dict[str, list[UniverseResult]] = {}
    for result in universes:
        problems.setdefault(result.outcomes.problem.upper(), []).append(result)
    _draw_specification(problems, folder)
    if not any(choice.name == _PER_CLASS and len(choice.levels) > 1 for choice in choices):
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
            [_gain_marks(problem, members) for problem, members in ordered.items()],
            [_level_marks(members, levels) for members in ordered.values()],
        ],
        folder,
        SPECIFICATION,
        (5.2 * len(problems) + 1.2, 2.6 + height),
        (2.2, height),
    )


def _gain_marks(problem: str, universes: Sequence[UniverseResult]) -> Chart:
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


def _level_marks(universes: Sequence[UniverseResult], levels: Sequence[tuple[str, str]]) -> Chart:
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
        if result.universe.levels[_PER_CLASS] != "none":
            others = [label for name, label in result.universe.levels.items() if name != _PER_CLASS]
            lines.setdefault((result.universe.about, *others), []).append(result)
    names = ("about", *(name for name in universes[0].universe.levels if name != _PER_CLASS))
    several = [k for k in range(len(names)) if len({labels[k] for labels in lines}) > 1]
    series: list[Line | Dots | Rule] = [Rule(axis="y", at=0.0)]
    counts: set[int] = set()
    for number, (labels, members) in enumerate(lines.items()):
        colour, shape = _LINES[number % len(_LINES)]
        members.sort(key=lambda result: int(result.universe.levels[_PER_CLASS]))
        documents = [int(result.universe.levels[_PER_CLASS]) for result in members]
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
