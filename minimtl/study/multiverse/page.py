"""The multiverse in sentences and on a page: answer, picture, what each choice changes, all rows.

Of a part of the pairs, or of too few runs, there are numbers and no verdict.
"""

import math
from collections.abc import Sequence

from minimtl.report import (
    FIGURES_NOTE,
    NOTHING,
    Block,
    Code,
    Document,
    Figure,
    Grid,
    Heading,
    Paragraph,
    between,
    counted,
    signed,
    text,
)
from minimtl.stats import Estimate
from minimtl.study.multiverse.universefigures import CAPTIONS
from minimtl.study.multiverse.universeresults import (
    ALL,
    SHARE,
    WHOLE,
    Effect,
    UniverseResult,
    universe_rows,
)
from minimtl.study.report.problemresult import Scope, ends
from minimtl.tasks import PAPER, RELEASED

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
