"""The lesson and its stations: formulas and code are there, what is computed twice agrees."""

import re
from pathlib import Path

import numpy as np
import pytest

from minimtl.explain.explainpage import excerpt, explain_notebook, visit, visit_all
from minimtl.explain.firststeps import gauss_rule, pending_terms
from minimtl.explain.lesson import (
    DEFAULT_PAIR,
    TwinComparison,
    find_pair,
    number,
    paragraphs,
    stations,
)
from minimtl.explain.networkstations import FIRST_OF_RULE, RULE_ERROR
from minimtl.explain.pairstations import f1_by_hand
from minimtl.gains.engine import analyse
from minimtl.gains.pairtable import table_of
from minimtl.jobs.identity import rng_for
from minimtl.nn.adam import Adam
from minimtl.tasks.pairfeatures import FEATURE_SETS
from minimtl.tasks.plan import make_problems
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS

KEYS = [
    *("text", "tokens", "counts", "tfidf", "first-layer", "dropout", "loss"),
    *("gradients", "adam", "deferred", "curve", "features", "divergence", "newton"),
    *("folds", "table2"),
]
MATHEMATICS = Path(__file__).parents[2] / "docs" / "mathematics.md"


def test_a_pair_is_found_in_either_order_of_its_classes():
    (related,) = make_problems("related", PAPER, NEWSGROUPS)
    a, b, c, d = (topic for task in DEFAULT_PAIR for topic in task)
    assert find_pair(None, related) == DEFAULT_PAIR
    assert find_pair([a, b, c, d], related) == find_pair([b, a, d, c], related) == DEFAULT_PAIR


def test_the_folds_are_those_of_the_tables(lesson):
    rng = rng_for("meta-analysis", lesson.study.seed, "related")
    pairs = table_of(lesson.problem, lesson.protocol)
    analysis = analyse(pairs, rng, ("in_fold",), alone=(), fewest=2, tested=())
    by_hand, _ = f1_by_hand(lesson, FEATURE_SETS["all"])
    assert analysis.of("in_fold", "all").scores.f1 == pytest.approx(by_hand.mean(), abs=1e-12)


@pytest.mark.parametrize("station", stations(), ids=KEYS)
def test_its_formulas_and_its_code_are_there(station):
    sections = re.split(r"(?m)^## \d+\. ", MATHEMATICS.read_text(encoding="utf-8"))
    for formula in station.formulas:
        assert re.search(
            rf" {{3,}}{re.escape(formula)}[,;.]?( {{3}}|\n)", sections[station.section]
        )
    for place in (*station.code, *station.further):
        found = excerpt(place)
        assert re.search(rf"(def|class) {re.split('[:.]', place)[-1]}\b", found.text)
        assert '"""' not in "".join(found.text.split("\n")[:2])
    assert all(len(paragraph) > 80 for paragraph in station.prose)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_computed_twice_agrees_and_the_question_is_answered(lesson, key):
    here = visit(key, lesson)
    assert here.comparisons
    for comparison in here.comparisons:
        assert np.size(comparison.twin)
    question, answer = here.question
    assert question.endswith("?")
    assert re.search(r"\d.*\.$", answer)
    assert not re.search(r"nan|[{}]", answer)


def test_code_that_is_gone_is_an_error():
    with pytest.raises(LookupError, match=r"minimtl/nn/adam\.py::Adam\.jump is not there"):
        excerpt("nn/adam.py::Adam.jump")


@pytest.mark.parametrize(
    ("ours", "twin", "agrees"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-9], True),
        ([1.0, 2.0], [1.0, 2.1], False),
        ([1.0, np.nan], [1.0, 2.0], False),
        ([1.0], [1.0, 2.0], False),
        (["a", "b"], ["a", "c"], False),
    ],
)
def test_a_comparison_that_must_fail_fails(ours, twin, agrees):
    compared = TwinComparison("x", np.array(ours), np.array(twin), "us", "them", 1e-6)
    assert compared.agrees is agrees


def test_numbers_for_people():
    assert [number(x) for x in (1234, -2.0, 0.123456, 1e-9)] == ["1,234", "−2", "0.1235", "1e−09"]
    assert paragraphs("{a} of\n{b:2}, {c:%}", {"a": "x", "b": 1.234, "c": 0.5}) == (
        "x of 1.2, 50.0 %",
    )


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_rule_sums_polynomials_as_all_terms_do(n):
    w, z = pending_terms(Adam(), 20, 100)
    y = z / z[0] - 1
    places, weights = gauss_rule(w, y, n)
    assert len(places) == n
    for power in range(2 * n):
        np.testing.assert_allclose(weights @ places**power, w @ y**power, rtol=1e-9)
    assert abs(weights @ places ** (2 * n) / (w @ y ** (2 * n)) - 1) > 1e-6


def test_the_rule_is_as_good_as_the_page_says():
    pending = pytest.importorskip("minimtl.nn.kernels.adamrows")
    assert pending.first_step_of_rule(Adam()) == FIRST_OF_RULE
    assert pending.RULE_ERROR == RULE_ERROR
    np.testing.assert_allclose(pending_terms(Adam(), 50, 99), pending.terms(Adam(), 50, 100), 1e-12)


@pytest.mark.slow
def test_the_notebook_runs_with_numpy_alone(tmp_path, monkeypatch):
    client, nbformat = map(pytest.importorskip, ("nbclient", "nbformat"))
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # then no kernel of ours can be imported
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    cells = nbformat.reads(explain_notebook(None), as_version=4)
    alone = "import sys; assert 'minimtl.nn.kernels.jit' not in sys.modules"
    cells.cells.append(nbformat.v4.new_code_cell(alone))
    client.NotebookClient(
        cells, timeout=1200, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    code = [cell for cell in cells.cells if cell.cell_type == "code"]
    values = [cell for cell in code if "= visit(" in cell.source]
    assert len(values) == len(KEYS)
    assert all("text/html" in cell.outputs[-1].data for cell in values)
    answers = [cell for cell in code if "here.question" in cell.source]
    # A line may come in two outputs.
    assert all("".join(one.text for one in cell.outputs).endswith(".\n") for cell in answers)


def test_one_line_is_said_before_each_station(lesson):
    lines = []
    assert [one.station.key for one in visit_all(lesson, lines.append)] == KEYS
    assert lines[0] == "1 of 16: A post and its class"
