"""Contestants measured in turn, round after round, so that a slow minute slows all of them.

A *contestant* is a function without arguments. Its CPU time leaves out what neighbours on the
machine take; its wall time does not. Both are kept, tables show the CPU time.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

Contestant = Callable[[], object]


@dataclass
class Timing:
    """Seconds of each round of one contestant, divided by the `units` it does in a round."""

    units: float = 1.0
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def take(self, contestant: Contestant) -> None:
        """Run the contestant once."""
        wall, cpu = time.perf_counter(), time.process_time()
        contestant()
        self.cpu.append((time.process_time() - cpu) / self.units)
        self.wall.append((time.perf_counter() - wall) / self.units)


Timings = dict[str, Timing]


def interleave(
    contestants: Mapping[str, Contestant], rounds: int, *, warm_up: int = 1, units: float = 1.0
) -> Timings:
    """Time all contestants in turn, `rounds` times after `warm_up` rounds that do not count.

    Every round begins with another contestant, so that none always follows the same one.
    """
    names = list(contestants)
    timings = {name: Timing(units) for name in names}
    for number in range(-warm_up, rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            if number < 0:
                contestants[name]()
            else:
                timings[name].take(contestants[name])
    return timings


def ratio(slower: Timing, faster: Timing) -> float:
    """Median over the rounds of how many times as long `slower` took in the same round."""
    return float(np.median(np.divide(slower.cpu, faster.cpu)))
