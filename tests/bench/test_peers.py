"""The measurement of peers people would pick: its arithmetic, and what it gives the contestants.

Nothing here asserts a time.
"""

import math

import numpy as np
import pytest

from bench.peers_contestants import contestants
from bench.peers_frontier import MOST_POINTS, Point, frontier, levels, time_to, worth_measuring


def points(*pairs):
    return [Point({"n": number}, *pair) for number, pair in enumerate(pairs)]


def numbers(chosen):
    return [point.params["n"] for point in chosen]


def test_the_frontier_is_what_nothing_beats_in_both():
    some = points((3.0, 0.8), (1.0, 0.5), (2.0, 0.7), (2.5, 0.6), (1.0, 0.6), (4.0, 0.8))
    assert numbers(frontier(some)) == [4, 2, 0]
    assert numbers(frontier(some, 0.15)) == [4, 0]


def test_measured_are_at_most_so_many_with_both_ends():
    rising = points(*((1.0 + n, 0.5 + 0.01 * n) for n in range(20)))
    measured = numbers(worth_measuring(rising))
    assert len(measured) == MOST_POINTS
    assert (measured[0], measured[-1]) == (0, 19)
    # Too small a gain for a place of its own, but not left out for a worse one of that time.
    assert numbers(worth_measuring(points((1.0, 0.7), (1.5, 0.702)))) == [1]
    assert numbers(worth_measuring(points((1.0, 0.7), (9.0, 0.702)))) == [0]


def test_time_to_a_level_is_the_fastest_point_that_reaches_it():
    some = points((1.0, 0.5), (2.0, 0.7), (3.0, 0.7), (9.0, 0.9))
    assert time_to(0.7, some) == 2.0
    assert math.isnan(time_to(0.95, some))
    named = levels([some, points((1.0, 0.8)), points((1.0, 0.6))])
    assert named["99 % of the best"] == pytest.approx(0.891)
    assert named["the median contestant's best"] == 0.8
    assert list(named.values()) == sorted(named.values())


def test_what_was_chosen_can_be_measured():
    """Each setting of the file belongs to a line of a contestant that there is."""
    from bench.peers_choose import chosen
    from bench.peers_problems import PAIRS, TOPICS

    assert set(chosen()) == {TOPICS, PAIRS}
    for settings in chosen().values():
        for who, kept in settings.items():
            possible = [params for line in contestants()[who].lines for params in line.settings()]
            assert kept
            assert all(params in possible for params in kept), who


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("who", contestants())
def test_each_contestant_learns_and_predicts(who, n_classes):
    """Classes that one word tells apart: all find them in so many passes."""
    contestant = contestants()[who]
    pytest.importorskip(contestant.package)
    from bench.peers import Attempt
    from bench.peers_problems import TextTask

    rng = np.random.default_rng(0)
    labels = np.arange(120) % n_classes
    texts = [
        f"{' '.join(f'noise{n}' for n in rng.integers(20, size=5))} topic{y} Topic{y}, {y}"
        for y in labels
    ]
    task = TextTask(texts[:90], labels[:90], texts[90:], labels[90:])
    *_, most = contestant.lines[0].settings()
    attempt = Attempt(contestant.learner(), most, [[[task]]])
    attempt()
    assert attempt.point().score > 0.9
    assert 0 < attempt.predict_seconds[0] < attempt.seconds[0]
