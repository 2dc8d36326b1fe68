"""Scores over seconds: which settings are worth their time, and when a score is reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# A longer training is worth measuring if it adds this much macro-F1 to all shorter ones.
LEAST_GAIN = 0.004
MOST_POINTS = 4


@dataclass(frozen=True)
class Point:
    """One setting of a contestant: CPU seconds of a task, learning and predicting, and macro-F1.

    Attributes
    ----------
    seconds : parsing and learning, and `predict_seconds` on top of it, median over the runs.
    score : macro-F1, mean over the tasks, median over the runs.
    low, high : the smallest and the largest score over the runs.
    n_runs : how many there were.
    """

    params: dict[str, Any] = field(repr=False)
    seconds: float
    score: float
    predict_seconds: float = 0.0
    low: float = float("nan")
    high: float = float("nan")
    n_runs: int = 1


def frontier(points: Iterable[Point], least_gain: float = 0.0) -> list[Point]:
    """Those that no other point beats in both, from the fastest on, each better by `least_gain`."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: (point.seconds, -point.score)):
        if not kept or point.score > kept[-1].score + least_gain:
            kept.append(point)
    return kept


def worth_measuring(points: Sequence[Point]) -> list[Point]:
    """A frontier of at most `MOST_POINTS`: its ends, and evenly many of those between."""
    kept = frontier(points, LEAST_GAIN)
    best = max(points, key=lambda point: point.score)
    if kept[-1].score < best.score and best.seconds < 2.0 * kept[-1].seconds:
        kept[-1] = best
    places = np.linspace(0, len(kept) - 1, min(len(kept), MOST_POINTS)).round().astype(int)
    return [kept[place] for place in places]


def time_to(level: float, points: Iterable[Point]) -> float:
    """The fewest seconds of a point that reaches `level`; NaN if none does."""
    reached = (point.seconds for point in points if point.score >= level)
    return min(reached, default=float("nan"))


def levels(contestants: Iterable[Sequence[Point]]) -> dict[str, float]:
    """The scores at which times are compared, from the lowest.

    What the median contestant reaches at its best, 95 % and 99 % of the best score of all.
    """
    best = [max(point.score for point in points) for points in contestants]
    named = {
        "95 % of the best": 0.95 * max(best),
        "99 % of the best": 0.99 * max(best),
        "the median contestant's best": float(np.median(best)),
    }
    return dict(sorted(named.items(), key=lambda item: item[1]))
