"""The two learning curves of a pair as paths of a small drawing.

Notation
--------
e, s        epoch, from 1, and the score after it
x, y        where that is in the drawing's frame, in whole units: x = STEP·(e − 1), y from 0 at
            the highest score of the frame to HEIGHT at its lowest

The frame spans the scores from the `SETTLED`-th epoch on, for a gain is small beside the rise of
the first epochs; what lies outside is cut off.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STEP, HEIGHT = 4, 200
SETTLED = 40
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
    low, high, distance = _frame(np.concatenate([_settled(single), _settled(multi)]))
    n_lines = round((high - low) / distance)
    scores = [low + distance * line for line in range(n_lines + 1)]
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


def _frame(scores: FloatArray) -> tuple[float, float, float]:
    """Lowest and highest score of the frame, and how far apart its lines are."""
    for distance in _TICKS:
        low = math.floor(scores.min() / distance) * distance
        high = max(math.ceil(scores.max() / distance), round(low / distance) + 1) * distance
        if round((high - low) / distance) < _MOST_TICKS:
            break
    return low, high, distance


def _height(score: float, low: float, high: float) -> float:
    return HEIGHT * (high - score) / (high - low)


def _path(scores: FloatArray, low: float, high: float) -> str:
    """Relative moves in whole units, each from where the last one really ended."""
    heights = [round(_height(score, low, high)) for score in scores.tolist()]
    moves = np.diff(heights).tolist()
    return f"M0 {heights[0]}l" + " ".join(f"{STEP}{move:+d}" for move in moves)
