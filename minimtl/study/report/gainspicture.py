"""The picture of all gains: a dot a pair, from the largest gain down, a chart a protocol."""

import math
from collections.abc import Sequence

import numpy as np

from minimtl.report import (
    SCORE_NAMES,
    Axis,
    Beside,
    Block,
    Chart,
    Colour,
    Dot,
    Dots,
    Drawing,
    Rule,
    Shape,
    counted,
    round_axis,
    signed,
    text,
)
from minimtl.study.report.problemresult import PairGain, ProblemResult
from minimtl.study.report.scope import MIN_RUNS

_MANY = 120  # pairs: with more, dots are small and have no intervals
_LOOKS: tuple[tuple[str, Colour, Shape], ...] = (
    ("gain", "orange", "circle"),
    ("undecided", "ink", "circle"),
    ("lose", "blue", "square"),
)


def gains_picture(results: Sequence[ProblemResult]) -> list[Block]:
    """A row of charts a problem."""
    blocks: list[Block] = []
    for problem in dict.fromkeys(result.problem for result in results):
        members = [result for result in results if result.problem == problem]
        axis = _axis(members)
        blocks.append(Beside(tuple((_picture(result, axis),) for result in members)))
    return blocks


def _axis(results: Sequence[ProblemResult]) -> Axis:
    """The scale of all gains of a problem; intervals much longer than most are cut."""
    pairs = [pair for result in results for pair in result.pairs]
    gains = [pair.gain for pair in pairs]
    widths = [pair.high - pair.gain for pair in pairs if not math.isnan(pair.high)]
    margin = float(np.median(widths)) if widths and len(results[0].pairs) <= _MANY else 0.0
    return round_axis([0.0, min(gains) - margin, max(gains) + margin])


def _picture(result: ProblemResult, axis: Axis) -> Drawing:
    ordered = sorted(result.pairs, key=lambda pair: (-pair.gain, *pair.pair))
    enough = result.outcomes.n_runs >= MIN_RUNS
    dots: dict[str, list[Dot]] = {name: [] for name, _, _ in _LOOKS}
    for rank, pair in enumerate(ordered):
        name = "undecided"
        if enough and (pair.low > 0 or pair.high < 0):
            name = "gain" if pair.low > 0 else "lose"
        dots[name].append(_dot(rank, pair, len(ordered), name == "undecided"))

    score = SCORE_NAMES[result.protocol.reading.score]
    decided = ", ".join(f"{len(found)} {name}" for name, found in dots.items())
    chart = Chart(
        title=f"Gain of each of {counted(len(ordered), 'pair')}, from the largest down",
        series=(
            Rule(axis="y", at=0.0, is_dashed=False),
            *(
                Dots(dots=tuple(dots[name]), colour=colour, shape=shape)
                for name, colour, shape in _LOOKS
            ),
        ),
        x=Axis(low=-1, high=len(ordered), ticks=()),
        y=axis,
        width=480,
        height=180,
    )
    caption = f"{result.name} {result.protocol.meaning}, gain in {score}: {decided}."
    return Drawing(chart, caption)


def _dot(rank: int, pair: PairGain, n_pairs: int, is_hollow: bool) -> Dot:
    main, aux = pair.pair
    words = f"{' / '.join(main)} with {' / '.join(aux)}: {signed(pair.gain)}"
    low = high = math.nan
    if not math.isnan(pair.low):
        words += f" ± {text(pair.high - pair.gain)}"
        if n_pairs <= _MANY:
            low, high = pair.low, pair.high
    return Dot(
        x=rank + 0.5,
        y=pair.gain,
        low=low,
        high=high,
        words=words,
        is_hollow=is_hollow,
        size=0.6 if n_pairs <= _MANY else 0.4,
    )
