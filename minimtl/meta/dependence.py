"""What pairs share, so that their gains are dependent; the mean gain with that in mind.

Pairs of one main task share its single-task score; pairs of one auxiliary task, or with a topic in
common, share data. `minimtl.stats` has what follows for a mean, in arrays of numbers; here tasks
and topics become numbers.
"""

from collections.abc import Sequence

import numpy as np

from minimtl.stats import IntArray, MeanGain, mean_gain
from minimtl.study import Outcomes, Pair, Task


def pair_levels(pairs: Sequence[Pair]) -> dict[str, IntArray]:
    """The levels of the crossed effects of each pair, as `stats.crossed_effects` takes them.

    Returns
    -------
    dict of int64 arrays
        ``main`` and ``aux``, (n_pairs,), in which a task has one number in either role, whichever
        of its topics is positive; ``main_topics`` and ``aux_topics``, (n_pairs, 2).
    """
    tasks = _numbers([(_unordered(pair.main), _unordered(pair.aux)) for pair in pairs])
    topics = _numbers([(*pair.main, *pair.aux) for pair in pairs])
    return {
        "main": tasks[:, 0],
        "aux": tasks[:, 1],
        "main_topics": topics[:, :2],
        "aux_topics": topics[:, 2:],
    }


def mean_of_gains(outcomes: Outcomes) -> MeanGain | None:
    """The mean gain and its intervals; None of fewer than two main or two auxiliary tasks."""
    levels = pair_levels(outcomes.pairs)
    if min(len(np.unique(levels[role])) for role in ("main", "aux")) < 2:
        return None
    blocks = np.array([" / ".join(block) for block in outcomes.blocks])
    return mean_gain(
        outcomes.gains,
        levels["main"],
        levels["aux"],
        main_topics=levels["main_topics"],
        aux_topics=levels["aux_topics"],
        blocks=blocks,
    )


def _unordered(task: Task) -> tuple[str, ...]:
    return tuple(sorted(task))


def _numbers(rows: list[tuple[object, ...]]) -> IntArray:
    """A number from 0 for each thing, in order of first appearance."""
    numbers: dict[object, int] = {}
    return np.array(
        [[numbers.setdefault(item, len(numbers)) for item in row] for row in rows], np.int64
    )
