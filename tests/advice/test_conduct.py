"""The first round, what it drops and when it ends everything; nothing is trained."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from minimtl.advice import conduct
from minimtl.advice.conduct import Measuring, best_alone, way_to_take
from minimtl.advice.fits import Given, Settings, encode
from minimtl.advice.sets import prepare
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.verdicts import CANNOT_TELL, HELPS, HURTS
from minimtl.advice.ways import all_ways
from minimtl.jobs.executors import Workers
from minimtl.jobs.store import open_store


@pytest.fixture
def measuring(text_set, words, tmp_path, monkeypatch):
    """Measures by ``score(fit)`` in place of training; ``counted`` has the fits by way and set."""

    def make(score, n_aux=2, constant=False, **settings):
        sets = [text_set("main", n=200)]
        sets += [text_set(f"aux{i}", ("c", "d"), n=100, seed=i) for i in range(1, n_aux + 1)]
        names = tuple(one.name for one in sets)
        data = SetsOfTexts.of([prepare(one, words) for one in sets], "words", 10, 0)
        counted = Counter()

        def compute(fit, data):
            counted[fit.target, fit.way.describe(names)] += 1
            tested = data.draw(fit.target, fit.run).tested
            share = float(np.clip(score(fit), 0, 1))
            rng = np.random.default_rng(list(f"{fit.way} {fit.run}".encode()))
            easiness = np.random.default_rng(0).random(len(data.labels))[tested]
            right = easiness + 0.05 * rng.normal(size=len(tested)) < share
            labels = data.labels[tested]
            others = (labels + 1) % len(data.classes[fit.target])
            chosen = np.zeros_like(labels) if constant else np.where(right, labels, others)
            return encode(Given(chosen, np.full(len(chosen), 0.5)))

        monkeypatch.setattr(conduct, "compute", compute)
        store = open_store(tmp_path, {"a": 1}, announce=print)
        workers = Workers(ThreadPoolExecutor(1), data)
        return Measuring(data, names, Settings(**settings), store, workers, False), counted

    return make


def named(made):
    ways = all_ways(made.sets.classes)
    return {row.way.describe(made.names): row for row in made.measure(ways)}


def test_a_clear_loser_is_dropped_after_the_first_round(measuring):
    def score(fit):
        return 0.8 - (0.4 if fit.way.use == "pretrained" else 0.0)

    made, counted = measuring(score, runs=20)
    for name, row in named(made).items():
        n_runs = 5 if name.startswith("pretrained") else 20
        assert (row.n_runs, counted[0, name]) == (n_runs, n_runs)
        assert (row.verdict == HURTS) == name.startswith("pretrained")


def test_the_first_round_ends_it_if_all_is_clear(measuring):
    shares = {"alone": 0.5, "words": 0.5, "jointly": 0.9, "pretrained": 0.1}
    made, counted = measuring(lambda fit: shares[fit.way.use], n_aux=1, runs=40)
    rows = named(made)
    assert set(counted.values()) == {5}
    assert rows["jointly with aux1 (network)"].verdict == HELPS
    assert rows["pretrained on aux1 (network)"].verdict == HURTS


def test_networks_that_are_unlikely_to_win_end_after_the_first_look(measuring):
    shares = {"words": 0.8, "jointly": 0.78, "pretrained": 0.78}

    def score(fit):
        return 0.76 if fit.way.model == "network" else shares.get(fit.way.use, 0.8)

    made, counted = measuring(score, n_aux=1, runs=20)
    rows = named(made)
    for name, row in rows.items():
        ends = name.endswith("(network)")
        assert (row.n_runs, counted[0, name]) == ((5, 5) if ends else (20, 20))
        assert not ends or row.comparison is None or row.comparison.further_runs is None
    assert way_to_take(list(rows.values())).n_runs == 20
    assert best_alone(list(rows.values())).way.model == "regression"


def test_regressions_have_an_answer_before_a_network_is_trained(measuring, capsys):
    made, counted = measuring(lambda fit: 0.8 if fit.way.use == "words" else 0.7, runs=5)
    named(made)
    models = [name.endswith("(network)") for _, name in counted]
    assert models == sorted(models)
    assert "The best regression so far: alone, with the words of" in capsys.readouterr().err


@pytest.mark.parametrize(("runs", "made_runs"), [(2, 5), (5, 5), (6, 10)])
def test_rounds_are_made_whole(measuring, runs, made_runs):
    made, counted = measuring(lambda fit: 0.8, runs=runs)
    named(made)
    assert set(counted.values()) == {made_runs}


def test_constant_ways_tell_nothing(measuring):
    made, _ = measuring(lambda fit: 0.33, constant=True, runs=5)
    assert {row.verdict for row in named(made).values()} == {"", CANNOT_TELL}
