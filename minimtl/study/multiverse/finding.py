"""The multiverse in sentences, read off its tables: which choice changes the gain, and how surely.

Of a part of the pairs, or of too few runs, there are numbers and no verdict.
"""

import math
from collections.abc import Sequence

from minimtl.report import Row, counted, interval, number, problem_of, signed
from minimtl.study.multiverse.effects import SHARE, WHOLE
from minimtl.study.report.scope import Scope
from minimtl.tasks import PAPER, RELEASED

_WHOSE = (("_tasks", "these tasks"), ("", "new tasks"))


def finding(
    universes: Sequence[Row], effects: Sequence[Row], scopes: dict[str, Scope]
) -> list[str]:
    """A paragraph for each problem."""
    paragraphs = []
    for problem, scope in scopes.items():
        rows = [row for row in universes if problem_of(row) == problem]
        own = [row for row in effects if problem_of(row) == problem]
        sentences = []
        if shares := [row for row in own if row["about"] == SHARE]:
            sentences += _of_difference(problem, rows, shares, scope)
        elif own:
            largest = max(own, key=lambda row: abs(number(row, "effect")))
            sentences.append(
                f"On {problem} the largest change comes with {_step(largest)}, about "
                f"{largest['about']}: {_effect(largest)}{_verdict(largest, scope)}."
            )
        paragraphs.append(" ".join([*sentences, *_of_all(problem, rows, scope)]))
    return paragraphs


def _of_difference(
    problem: str, rows: Sequence[Row], shares: Sequence[Row], scope: Scope
) -> list[str]:
    """The difference between the protocols, and the share that each choice has in it."""
    gains = {row["protocol"]: signed(number(row, "gain"), 4) for row in rows}
    (whole,) = (row for row in shares if row["field"] == WHOLE)
    # The choice that leads furthest from one gain to the other comes first.
    sign = math.copysign(1, number(whole, "effect"))
    first, *others = sorted(
        (row for row in shares if row is not whole), key=lambda row: -sign * number(row, "effect")
    )
    told = "; ".join(f"{_step(row)} {signed(number(row, 'effect'), 4)}" for row in others)
    return [
        f"On {problem} the mean gain is {gains[PAPER.name]} by the protocol {PAPER.name} and "
        f"{gains[RELEASED.name]} by the protocol {RELEASED.name}, a difference of "
        f"{_effect(whole)}{_verdict(whole, scope)}.",
        f"The largest share of it has {_step(first)}: {_effect(first)}{_verdict(first, scope)}.",
        f"The shares of the others: {told}.",
    ]


def _of_all(problem: str, rows: Sequence[Row], scope: Scope) -> list[str]:
    gains = [number(row, "gain") for row in rows]
    sentences = [
        f"Over {counted(len(rows), 'universe')} the mean gain on {problem} lies between "
        f"{signed(min(gains), 4)} and {signed(max(gains), 4)}."
    ]
    if scope.concludes:
        counts = ", ".join(
            f"{sum(number(row, f'low{ending}') > 0 for row in rows)} above and "
            f"{sum(number(row, f'high{ending}') < 0 for row in rows)} below for {whose}"
            for ending, whose in _WHOSE
        )
        sentences.append(f"Intervals that leave out 0: {counts}.")
    return sentences


def _step(row: Row) -> str:
    return f"{row['field']} from {row['from']} to {row['to']}"


def _effect(row: Row) -> str:
    """An effect with both of its intervals, as far as they exist."""
    known = [
        f"{interval(row, ending, 4)} for {whose}"
        for ending, whose in _WHOSE
        if not math.isnan(number(row, f"low{ending}"))
    ]
    effect = signed(number(row, "effect"), 4)
    return f"{effect} (95 % interval {', '.join(known)})" if known else effect


def _verdict(row: Row, scope: Scope) -> str:
    """For whom an effect is decided; nothing where there is too little for a verdict."""
    if not scope.concludes:
        return ""
    decided = [
        whose
        for ending, whose in _WHOSE
        if number(row, f"low{ending}") > 0 or number(row, f"high{ending}") < 0
    ]
    if len(decided) == len(_WHOSE):
        return ", which is not chance, for these tasks or for new ones"
    open_ = [whose for _, whose in _WHOSE if whose not in decided]
    if decided:
        return f", which is not chance for {decided[0]} and may be for {open_[0]}"
    return ", which may be chance"
