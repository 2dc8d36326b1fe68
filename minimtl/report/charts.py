"""What the page's drawings need: the learning curves of a pair, and the gains of all pairs.

Notation
--------
e, s        epoch, from 1, and the score after it
x, y        where that is in the drawing's frame, in whole units: x = STEP·(e − 1), y from 0 at
            the highest score of the frame to HEIGHT at its lowest

The frame of the curves spans the scores from the `SETTLED`-th epoch on, for a gain is small beside
the rise of the first epochs; what lies outside is cut off. The frame of the gains spans them all;
intervals that reach further are cut off.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minimtl.report.wording import signed
from minimtl.stats import FloatArray

STEP, HEIGHT = 4, 200
SETTLED = 40
TALL = 1000  # height of the frame of the gains; a pair is WIDE units wide
WIDE = 10
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2)  # distances between the lines of the grid, in scores
_MOST_TICKS = 6


class Chart(NamedTuple):
    """What a template needs to draw both curves.

    Attributes
    ----------
    width : of the frame.
    single, multi : the ``d`` of a path each.
    read_x : of the epoch at which scores are read.
    lines : (y, label) of the horizontal lines.
    epochs : (x, label) of the marks below.
    """

    width: int
    single: str
    multi: str
    read_x: int
    lines: tuple[tuple[int, str], ...]
    epochs: tuple[tuple[int, str], ...]


def draw_chart(single: FloatArray, multi: FloatArray, read_at: int) -> Chart:
    """The chart of scores after each epoch, float64 (n_epochs,) each; `read_at` counts from 0."""
    n_epochs = max(len(single), len(multi))
    low, high, scores = _frame(np.concatenate([_settled(single), _settled(multi)]))
    return Chart(
        width=STEP * (n_epochs - 1),
        single=_path(single, low, high),
        multi=_path(multi, low, high),
        read_x=STEP * read_at,
        lines=tuple((round(_height(score, low, high)), f"{score:.2f}") for score in scores),
        epochs=tuple(
            (STEP * (epoch - 1), str(epoch)) for epoch in (1, *range(50, n_epochs + 1, 50))
        ),
    )


def _settled(scores: FloatArray) -> FloatArray:
    return scores[min(SETTLED, len(scores)) - 1 :]


def _frame(values: FloatArray) -> tuple[float, float, list[float]]:
    """Lowest and highest value of the frame, and the values of its horizontal lines."""
    for distance in _TICKS:
        low = math.floor(values.min() / distance) * distance
        high = max(math.ceil(values.max() / distance), round(low / distance) + 1) * distance
        n_lines = round((high - low) / distance)
        if n_lines < _MOST_TICKS:
            break
    return low, high, [low + distance * line for line in range(n_lines + 1)]


def _height(value: float, low: float, high: float, height: int = HEIGHT) -> float:
    return height * (high - value) / (high - low)


def _path(scores: FloatArray, low: float, high: float) -> str:
    """Relative moves in whole units, each from where the last one really ended."""
    heights = [round(_height(score, low, high)) for score in scores.tolist()]
    moves = np.diff(heights).tolist()
    return f"M0 {heights[0]}l" + " ".join(f"{STEP}{move:+d}" for move in moves)


class GainMark(NamedTuple):
    """Where a gain and its interval are in the frame; ``interval`` is a path, empty without."""

    x: int
    y: int
    interval: str


class GainFrame(NamedTuple):
    """The scale of the gains of all problems: ``lines`` are (y, label), and 0 is at ``zero``."""

    low: float
    high: float
    zero: int
    lines: tuple[tuple[int, str], ...]


def frame_gains(gains: Sequence[float], half_widths: Sequence[float]) -> GainFrame:
    """The scale for all gains; `half_widths` are of their intervals, NaN where there is none."""
    known = [width for width in half_widths if not math.isnan(width)]
    margin = float(np.median(known)) if known else 0.0
    low, high, values = _frame(np.array([0.0, min(gains) - margin, max(gains) + margin]))
    lines = tuple(
        (round(_height(value, low, high, TALL)), signed(value, 2) if abs(value) > 1e-9 else "0")
        for value in values
    )
    return GainFrame(low, high, round(_height(0.0, low, high, TALL)), lines)


def mark_gain(frame: GainFrame, rank: int, gain: float, half_width: float) -> GainMark:
    """The mark of the gain that is the `rank`-th of its problem, from 0."""
    x, y = WIDE * rank + WIDE // 2, round(_height(gain, frame.low, frame.high, TALL))
    if math.isnan(half_width):
        return GainMark(x, y, "")
    top, bottom = (
        round(_height(gain + sign * half_width, frame.low, frame.high, TALL)) for sign in (1, -1)
    )
    return GainMark(x, y, f"M{x} {top}V{bottom}")
