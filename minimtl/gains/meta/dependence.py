"""What pairs share, so that their gains are dependent; the mean gain with that in mind.

Pairs of one main task share its single-task score; pairs of one auxiliary task, or with a topic in
common, share data. `minimtl.stats` has what follows for a mean, in arrays of numbers; here tasks
and topics become numbers.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from minimtl.stats import Effects, IntArray, MeanGain, crossed_effects, mean_gain
from minimtl.tasks import Outcomes, Pair, Task


def effects_of(pairs: Sequence[Pair]) -> Effects:
    """The crossed effects of pairs, by `pair_levels`."""
    return _effects(pairs if isinstance(pairs, Hashable) else tuple(pairs))


@lru_cache(maxsize=3)  # every statistic of a problem asks for the same
def _effects(pairs: Sequence[Pair]) -> Effects:
    return crossed_effects(pair_levels(pairs))


def are_crossed(effects: Effects) -> bool:
    """Whether there are two main and two auxiliary tasks at least, as an interval needs them."""
    n_levels = {name: Z.shape[1] for name, Z in zip(effects.names, effects.incidence, strict=True)}
    return min(n_levels["main"], n_levels["aux"]) >= 2


def pair_levels(pairs: Sequence[Pair]) -> dict[str, IntArray]:
    """The levels of the crossed effects of each pair, as `stats.crossed_effects` takes them.

    Returns
    -------
    dict of int64 arrays
        ``main`` and ``aux``, (n_pairs,), in which a task has one number in either role, whichever
        of its topics is positive; ``main_topics`` and ``aux_topics``, (n_pairs, 2).
    """
    n = len(pairs)
    tasks = numbers(_unordered(task) for pair in pairs for task in pair).reshape(n, 2)
    topics = numbers(topic for pair in pairs for task in pair for topic in task).reshape(n, 4)
    return {
        "main": tasks[:, 0],
        "aux": tasks[:, 1],
        "main_topics": topics[:, :2],
        "aux_topics": topics[:, 2:],
    }


def mean_of_gains(outcomes: Outcomes) -> MeanGain | None:
    """The mean gain and its intervals; None of fewer than two main or two auxiliary tasks."""
    if not are_crossed(effects_of(outcomes.pairs)):
        return None
    levels = pair_levels(outcomes.pairs)
    blocks = numbers(outcomes.blocks)
    gain = mean_gain(
        outcomes.gains,
        levels["main"],
        levels["aux"],
        main_topics=levels["main_topics"],
        aux_topics=levels["aux_topics"],
        blocks=blocks,
    )
    names = (" / ".join(block) for block in dict.fromkeys(outcomes.blocks))
    of_blocks = zip(gain.blocks, names, strict=True)
    return replace(gain, blocks=tuple(of_one._replace(block=name) for of_one, name in of_blocks))


def _unordered(task: Task) -> tuple[str, ...]:
    return tuple(sorted(task))


def numbers(things: Iterable[Hashable]) -> IntArray:
    """A number from 0 for each thing, int64 (n,), in order of first appearance."""
    known: dict[Hashable, int] = {}
    return np.fromiter((known.setdefault(thing, len(known)) for thing in things), np.int64)
