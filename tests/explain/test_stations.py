"""Every station: its formulas and code are there, and what is computed twice agrees."""

import re

import numpy as np
import pytest

from minimtl.explain.source import excerpt
from minimtl.explain.station import Comparison, number
from minimtl.explain.stations import STATIONS

BY_KEY = {station.key: station for station in STATIONS}
ORDER = (
    "text tokens counts tfidf first-layer dropout second-layer loss gradients adam deferred curve "
    "fit features divergence newton folds table2"
)


def test_the_way_has_all_its_stations_in_order():
    assert list(BY_KEY) == ORDER.split()


@pytest.mark.parametrize("key", BY_KEY)
def test_its_formulas_and_its_code_are_there(key):
    station = BY_KEY[key]
    assert station.formula_texts
    for place in (*station.code, *station.also):
        found = excerpt(place)
        assert re.search(rf"(def|class) {found.name.rpartition('.')[2]}\b", found.text)
        assert '"""' not in "".join(found.text.split("\n")[:2])
    assert all(len(paragraph) > 80 for paragraph in station.prose)


@pytest.mark.parametrize("key", BY_KEY)
def test_what_is_computed_twice_agrees(lesson, key):
    values = BY_KEY[key].values(lesson)
    assert values.comparisons
    for comparison in values.comparisons:
        assert comparison.agrees, (comparison.name, comparison.difference, comparison.tolerance)
        assert np.shape(comparison.ours) == np.shape(comparison.twin)
        assert np.size(comparison.twin)


@pytest.mark.parametrize("key", BY_KEY)
def test_its_question_has_a_computed_answer(lesson, key):
    station = BY_KEY[key]
    assert station.question.endswith("?")
    answer = station.answer(lesson)
    assert any(character.isdigit() for character in answer)
    assert answer.endswith(".")
    assert "nan" not in answer


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
        (["a", "b"], ["a", "b"], True),
    ],
)
def test_a_comparison_that_must_fail_fails(ours, twin, agrees):
    compared = Comparison("x", np.array(ours), np.array(twin), "us", "them", 1e-6)
    assert compared.agrees is agrees


def test_numbers_for_people():
    assert [number(x) for x in (1234, -2.0, 0.123456, 1e-9)] == ["1,234", "−2", "0.1235", "1e−09"]
