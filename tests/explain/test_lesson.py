"""Where a lesson comes from: which pair, which study; and gain against documents."""

import numpy as np
import pytest

from minimtl.errors import MinimtlError, UsageError
from minimtl.explain.documents import FILE, N_RUNS, measure, read_universes
from minimtl.explain.lesson import DEFAULT_PAIR, find_pair
from minimtl.explain.prediction import f1_by_hand
from minimtl.gains import analyse, table_of
from minimtl.jobs import rng_for
from minimtl.tasks import FEATURE_SETS, PAPER, make_problems
from minimtl.tasks.hierarchy import NEWSGROUPS

(RELATED,) = make_problems("related", PAPER, NEWSGROUPS)
TOPICS = [topic for task in DEFAULT_PAIR for topic in task]


def test_a_pair_is_found_in_either_order_of_its_classes():
    a, b, c, d = TOPICS
    assert find_pair(None, RELATED) == DEFAULT_PAIR
    assert find_pair(TOPICS, RELATED) == find_pair([b, a, d, c], RELATED) == DEFAULT_PAIR


def test_topics_that_are_no_pair_are_refused():
    with pytest.raises(UsageError, match="none of the study's 52 RELATED pairs; name main"):
        find_pair(["sci.med", *TOPICS[1:]], RELATED)


def test_the_folds_are_those_of_the_tables(lesson):
    rng = rng_for("meta-analysis", lesson.study.seed, "related")
    pairs = table_of(lesson.problem, lesson.protocol)
    analysis = analyse(pairs, rng, ("in_fold",), alone=(), fewest=2, tested=())
    table = analysis.of("in_fold", "all").scores
    by_hand, _ = f1_by_hand(lesson, FEATURE_SETS["all"])
    assert table.f1 == pytest.approx(by_hand.mean(), abs=1e-12)


def test_gain_against_documents_is_measured(lesson):
    measured = measure(lesson, 1, lambda line: None)
    sizes = [point.documents for point in measured.points]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == lesson.protocol.sampling.train_per_class
    for point in measured.points:
        assert len(point.gains) == N_RUNS
        assert point.gain == pytest.approx(np.mean(point.gains))


COLUMNS = (
    "universe,about,protocol,train_per_class,dropout,problem,n_pairs,n_runs,single,multi,gain,"
    "low_tasks,high_tasks,low,high,p_value,improved"
)
UNIVERSES = f"""{COLUMNS}
1,paper,paper,200,0.5,related,52,5,0.85,0.84,-0.01,-0.02,0.00,-0.03,0.01,0.5,0.4
2,paper,,50,0.5,related,52,5,0.80,0.82,0.02,0.01,0.03,0.00,0.04,0.1,0.7
3,paper,,100,0.5,related,52,5,0.80,0.82,0.02,0.01,0.03,,,,0.7
4,paper,,50,0.0,related,52,5,0.70,0.72,0.02,0.01,0.03,0.00,0.04,0.1,0.7
5,paper,,50,0.5,unrelated,516,5,0.90,0.92,0.02,0.01,0.03,0.00,0.04,0.1,0.7
"""


def test_gain_against_documents_is_read_from_a_multiverse(tmp_path):
    (tmp_path / FILE).write_text(UNIVERSES)
    points, of = read_universes(tmp_path / FILE, "related")
    assert [(p.documents, p.gains) for p in points] == [
        (50, (0.0, 0.02, 0.04)),
        (100, (0.02,)),
        (200, (-0.03, -0.01, 0.01)),
    ]
    assert "3 universes" in of


@pytest.mark.parametrize(
    "text", [UNIVERSES.replace("0.85", "x"), UNIVERSES.replace(",low,", ",l,")]
)
def test_another_table_is_refused(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(MinimtlError, match="is not a table of `minimtl multiverse`"):
        read_universes(tmp_path / FILE, "related")
