"""Where a lesson comes from: which pair, which folds."""

import pytest

from minimtl.explain.lesson import DEFAULT_PAIR, find_pair
from minimtl.explain.pairstations import f1_by_hand
from minimtl.gains import analyse, table_of
from minimtl.jobs import rng_for
from minimtl.tasks import FEATURE_SETS, NEWSGROUPS, PAPER, make_problems

(RELATED,) = make_problems("related", PAPER, NEWSGROUPS)
TOPICS = [topic for task in DEFAULT_PAIR for topic in task]


def test_a_pair_is_found_in_either_order_of_its_classes():
    a, b, c, d = TOPICS
    assert find_pair(None, RELATED) == DEFAULT_PAIR
    assert find_pair(TOPICS, RELATED) == find_pair([b, a, d, c], RELATED) == DEFAULT_PAIR


def test_the_folds_are_those_of_the_tables(lesson):
    rng = rng_for("meta-analysis", lesson.study.seed, "related")
    pairs = table_of(lesson.problem, lesson.protocol)
    analysis = analyse(pairs, rng, ("in_fold",), alone=(), fewest=2, tested=())
    table = analysis.of("in_fold", "all").scores
    by_hand, _ = f1_by_hand(lesson, FEATURE_SETS["all"])
    assert table.f1 == pytest.approx(by_hand.mean(), abs=1e-12)
