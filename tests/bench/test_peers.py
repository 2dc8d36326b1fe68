"""The measurement of peers people would pick: its arithmetic, and what it gives the contestants.

Nothing here asserts a time.
"""

import math

import numpy as np
import pytest


def points(*pairs):
    from bench.peers_frontier import Point

    return [Point({"n": number}, *pair) for number, pair in enumerate(pairs)]


def test_the_frontier_is_what_nothing_beats_in_both():
    from bench.peers_frontier import frontier

    some = points((3.0, 0.8), (1.0, 0.5), (2.0, 0.7), (2.5, 0.6), (1.0, 0.6), (4.0, 0.8))
    assert [point.params["n"] for point in frontier(some)] == [4, 2, 0]
    assert [point.params["n"] for point in frontier(some, 0.15)] == [4, 0]


def test_measured_are_at_most_so_many_with_both_ends():
    from bench.peers_frontier import MOST_POINTS, worth_measuring

    some = points(*((1.0 + n, 0.5 + 0.01 * n) for n in range(20)))
    kept = [point.params["n"] for point in worth_measuring(some)]
    assert len(kept) == MOST_POINTS
    assert (kept[0], kept[-1]) == (0, 19)
    # Too small a gain for a place of its own, but not left out for a worse one of that time.
    assert [p.params["n"] for p in worth_measuring(points((1.0, 0.7), (1.5, 0.702)))] == [1]
    assert [p.params["n"] for p in worth_measuring(points((1.0, 0.7), (9.0, 0.702)))] == [0]


def test_time_to_a_level_is_the_fastest_point_that_reaches_it():
    from bench.peers_frontier import levels, time_to

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
    from bench.peers_contestants import contestants
    from bench.peers_problems import PAIRS, TOPICS

    assert set(chosen()) == {TOPICS, PAIRS}
    for settings in chosen().values():
        for who, kept in settings.items():
            possible = [params for line in contestants()[who].lines for params in line.settings()]
            assert kept
            assert all(params in possible for params in kept), who


@pytest.mark.parametrize(
    ("who", "package"),
    [
        ("minimtl MLP", "minimtl"),
        ("minimtl MLP, tasks jointly", "minimtl"),
        ("minimtl LogisticRegression", "minimtl"),
        ("fastText", "fasttext"),
        ("Vowpal Wabbit", "vowpalwabbit"),
        ("Vowpal Wabbit --nn", "vowpalwabbit"),
        ("scikit-learn LogisticRegression", "sklearn"),
        ("scikit-learn SGDClassifier", "sklearn"),
        ("scikit-learn MLPClassifier", "sklearn"),
        ("PyTorch EmbeddingBag", "torch"),
    ],
)
def test_each_contestant_learns_and_predicts(who, package):
    """Two and three classes that one word tells apart: all find them in so many passes."""
    pytest.importorskip(package)
    from bench.peers import Attempt
    from bench.peers_contestants import contestants
    from bench.peers_problems import TextTask

    rng = np.random.default_rng(0)
    for n_classes in (2, 3):
        labels = np.arange(120) % n_classes
        texts = [
            f"{' '.join(f'noise{n}' for n in rng.integers(20, size=5))} topic{y} Topic{y}, {y}"
            for y in labels
        ]
        task = TextTask(texts[:90], labels[:90], texts[90:], labels[90:])
        contestant = contestants()[who]
        most = list(contestant.lines[0].settings())[-1]
        attempt = Attempt(contestant.learner(), most, [[[task]]])
        attempt()
        assert attempt.point().score > 0.9
        assert 0 < attempt.predict_seconds[0] < attempt.seconds[0]
