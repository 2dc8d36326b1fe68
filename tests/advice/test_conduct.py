"""The pilot, what it drops and when it ends everything; scores are made up, nothing is trained."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from minimtl.advice import conduct
from minimtl.advice.conduct import Measuring
from minimtl.advice.sets import prepare
from minimtl.advice.settings import Settings
from minimtl.advice.tokenizers import make_vectorizer
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.verdicts import CANNOT_TELL, HELPS, HURTS
from minimtl.advice.ways import all_ways
from minimtl.jobs import Workers, open_store

words = make_vectorizer("words").build_analyzer()


@pytest.fixture
def measuring(text_set, tmp_path, monkeypatch):
    """Measures by ``score(fit)`` in place of training; ``counted`` has the fits by way and set."""

    def make(score, n_aux=2, constant=False, **settings):
        sets = [
            prepare(text_set("main", n=200), words, is_main=True),
            *(
                prepare(text_set(f"aux{i}", ("c", "d"), seed=i), words, is_main=False)
                for i in range(1, n_aux + 1)
            ),
        ]
        names = tuple(one.name for one in sets)
        data = SetsOfTexts.of(sets, "words", 10, 0)
        counted = Counter()

        def compute(fit, data):
            counted[fit.target, fit.way.describe(names)] += 1
            f1 = float(np.clip(score(fit), 0, 1))
            return json.dumps({"f1": f1, "is_constant": constant}).encode()

        monkeypatch.setattr(conduct, "compute", compute)
        store = open_store(tmp_path, {"a": 1}, announce=print)
        workers = Workers(ThreadPoolExecutor(1), data)
        return Measuring(data, names, Settings(**settings), store, workers, True), counted

    return make


def noise(fit, size):
    name = f"{fit.target} {fit.way} {fit.run}"
    return size * np.random.default_rng(list(name.encode())).normal()


def test_a_clear_loser_is_dropped_after_the_pilot(measuring):
    def score(fit):
        worse = 0.4 if fit.way.use == "pretrained" else 0.0
        return 0.8 - worse + noise(fit, 0.02)

    made, counted = measuring(score, runs=20)
    rows = {row.way.describe(made.names): row for row in made.measure(all_ways(made.sets.classes))}
    for name, row in rows.items():
        n_runs = 5 if name.startswith("pretrained") else 20
        assert (len(row.scores), counted[0, name]) == (n_runs, n_runs)
        assert (row.verdict == HURTS) == name.startswith("pretrained")
    assert sum(row.comparison is None for row in rows.values()) == 1


def test_the_pilot_ends_it_if_all_is_clear(measuring):
    base = {"alone": 0.5, "jointly": 0.9, "pretrained": 0.1}
    base_of_model = {"network": 0.0, "regression": 0.3}

    def score(fit):
        offset = base_of_model[fit.way.model] if fit.way.use == "alone" else 0.25
        return base[fit.way.use] + offset - 0.25 + noise(fit, 0.005)

    made, counted = measuring(score, n_aux=1, runs=40)
    rows = made.measure(all_ways(made.sets.classes))
    assert set(counted.values()) == {5}
    assert [row.verdict for row in rows] == ["", HURTS, HELPS, HURTS]


def test_few_runs_have_no_pilot_and_all_of_the_error(measuring):
    made, counted = measuring(lambda fit: 0.8 + noise(fit, 0.02), runs=5)
    assert (made.settings.pilot, made.settings.final_error) == (0, pytest.approx(0.05))
    made.measure(all_ways(made.sets.classes))
    assert set(counted.values()) == {5}
    many = Settings(runs=100)
    assert many.pilot == 10
    assert many.pilot_error + many.final_error == pytest.approx(0.05)


def test_what_is_in_the_store_is_not_measured_again(measuring):
    made, counted = measuring(lambda fit: 0.8 + noise(fit, 0.02), runs=8)
    first = made.measure(all_ways(made.sets.classes))
    n_first = sum(counted.values())
    again = made.measure(all_ways(made.sets.classes))
    assert sum(counted.values()) == n_first
    assert [row.scores.tolist() for row in again] == [row.scores.tolist() for row in first]


def test_two_constant_ways_tell_nothing(measuring):
    made, _ = measuring(lambda fit: 0.33, constant=True, runs=5)
    assert {row.verdict for row in made.measure(all_ways(made.sets.classes))} == {"", CANNOT_TELL}


def test_the_matrix_says_who_helps_whom(measuring):
    def score(fit):
        # Set 1 helps set 2, and nothing else does anything.
        helped = fit.target == 2 and fit.way.aux == (1,)
        return 0.6 + 0.2 * helped + noise(fit, 0.01)

    made, counted = measuring(score, runs=10)
    matrix = made.matrix()
    assert [matrix[i][i] for i in range(3)] == [None] * 3
    gains = np.array([[c.gain if c else 0 for c in row] for row in matrix])
    assert gains[2, 1] == pytest.approx(0.2, abs=0.02)
    assert matrix[2][1].verdict == HELPS
    gains[2, 1] = 0
    assert np.abs(gains).max() < 0.02
    assert len(counted) == 9
    assert set(counted.values()) == {10}
