"""The multiverse in sentences, read off its tables: which choice changes the gain, and how surely.

Of a part of the pairs, or of too few runs, there are numbers and no verdict.
"""

import math
from collections.abc import Sequence

from minimtl.report import between, counted, signed
from minimtl.study.multiverse.effects import SHARE, WHOLE, Effect
from minimtl.study.multiverse.universeresults import UniverseResult, new_tasks, these_tasks
from minimtl.study.report.scope import Scope
from minimtl.tasks import PAPER, RELEASED

_WHOSE = (("these tasks", these_tasks), ("new tasks", new_tasks))


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
        for whose, ends in _WHOSE:
            intervals = [ends(universe.gain) for universe in universes]
            above = sum(low > 0 for low, _ in intervals)
            below = sum(high < 0 for _, high in intervals)
            counts.append(f"{above} above and {below} below for {whose}")
        sentences.append(f"Intervals that do not contain 0: {', '.join(counts)}.")
    return sentences


def _step(effect: Effect) -> str:
    comparison = effect.comparison
    return f"{comparison.field} from {comparison.before} to {comparison.after}"


def _effect(effect: Effect) -> str:
    """An effect with both of its intervals, as far as they exist."""
    known = [
        f"{between(low, high, 4)} for {whose}"
        for whose, ends in _WHOSE
        for low, high in [ends(effect.estimate)]
        if not math.isnan(low)
    ]
    mean = signed(effect.estimate.value, 4)
    return f"{mean} (95 % interval {', '.join(known)})" if known else mean


def _verdict(effect: Effect, scope: Scope) -> str:
    """For whom an effect is decided; nothing where there is too little for a verdict."""
    if not scope.concludes:
        return ""
    decided = {
        whose: low > 0 or high < 0
        for whose, ends in _WHOSE
        for low, high in [ends(effect.estimate)]
    }
    if all(decided.values()):
        return ", which is not chance, for these tasks or for new ones"
    if not any(decided.values()):
        return ", which may be chance"
    sure, unsure = sorted(decided, key=lambda whose: not decided[whose])
    return f", which is not chance for {sure} and may be for {unsure}"
