"""One pool, one store, each model once; and the same numbers as of a study by itself."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from minimtl.gains import conclude
from minimtl.jobs import Workers
from minimtl.jobs.store import open_store
from minimtl.study.definition import Study, data_of, feature_maker, jobs_of
from minimtl.study.training import train_models
from minimtl.study.universeresults import universe_results
from minimtl.tasks.pairfeatures import DEFINITIONS, FEATURE_NAMES
from minimtl.tasks.plan import plan_jobs
from tests.study.conftest import BASES


def results_of(multiverse, store):
    (problem,) = multiverse.problems
    return universe_results(multiverse.universes, multiverse.studies, problem, store)


def planned(multiverse, universe):
    return sum(1 for _ in plan_jobs(multiverse.problems, universe.protocol))


def test_universes_that_differ_in_reading_share_models(make_multiverse):
    """Six readings about each protocol take the models of one study by it each."""
    multiverse = make_multiverse("score=f1,accuracy,log_loss", "read_at=0,4", "scaling=minmax")
    assert len(multiverse.universes) == 12
    assert len(data_of(multiverse.studies)) == 2
    by_paper, by_released = (multiverse.universes[n] for n in (0, -1))
    n_models = planned(multiverse, by_paper) + planned(multiverse, by_released)
    assert len(multiverse.jobs) == n_models
    varied = make_multiverse("score=f1,accuracy", "dropout=0,0.1,0.5")
    assert len(data_of(varied.studies)) == 6
    assert len(varied.jobs) == 3 * n_models


def test_models_are_trained_once_and_found_by_further_universes(make_multiverse, train, tmp_path):
    first = make_multiverse("dropout=0.5", n_runs=1)
    store, n_computed = train(first, tmp_path)
    store.close()
    assert n_computed == len(first.jobs)
    more = make_multiverse("dropout=0.2,0.5", "score=f1,accuracy", n_runs=1)
    store, n_computed = train(more, tmp_path)
    store.close()
    assert n_computed == len(more.jobs) - len(first.jobs) > 0


def test_a_universe_has_the_numbers_of_a_study_by_its_protocol(
    trained, corpus, tmp_path, monkeypatch
):
    """Exactly: scores, gains, features, share improved, intervals and Brier scores."""
    # Of p-values, which nobody reads.
    monkeypatch.setattr("minimtl.gains.pairlabels.N_SIMULATIONS", 9)
    multiverse, store = trained
    results = results_of(multiverse, store)
    for number in (0, len(results) - 1):
        found = results[number]
        study = Study(corpus, found.universe.protocol, multiverse.problems, 0, "numpy")
        folder = tmp_path / str(number)
        with (
            open_store(folder, study.identity, announce=pytest.fail) as own,
            ThreadPoolExecutor(1) as executor,
        ):
            train_models(jobs_of([study]), own, Workers(executor, (study.data,)), quiet=True)
            read = study.results(own)
            ((analysed, _),) = conclude(study.problems, read, 0, feature_maker(study, read))
        for name in ("single", "multi", "features"):
            np.testing.assert_array_equal(
                getattr(found.outcomes, name), getattr(analysed.outcomes, name)
            )
        assert found.gain == analysed.meta.pairs.gain
        for design in found.analysis.designs:
            ours, theirs = (one.of(design, "all") for one in (found.analysis, analysed.meta.pairs))
            assert ours.scores.brier == theirs.scores.brier


def test_features_are_computed_once_for_all_readings(make_multiverse, train, tmp_path, monkeypatch):
    multiverse = make_multiverse("score=f1,accuracy", "dropout=0,0.5", about=BASES[:1])
    made = []
    monkeypatch.setattr(
        "minimtl.study.universeresults.feature_maker",
        lambda study, results: (
            lambda problem, run: made.append(run) or np.zeros((16, len(FEATURE_NAMES)))
        ),
    )
    store, _ = train(multiverse, tmp_path)
    with store:
        results_of(multiverse, store)
    assert sorted(made) == [0, 0, 1, 1]  # of each run with and without dropout


def test_features_by_the_text_are_of_the_same_models(make_multiverse, train, tmp_path):
    multiverse = make_multiverse("features=code,text", about=BASES[:1], n_runs=1)
    assert len(data_of(multiverse.studies)) == 1
    store, _ = train(multiverse, tmp_path)
    with store:
        code, text = results_of(multiverse, store)
    np.testing.assert_array_equal(code.outcomes.gains, text.outcomes.gains)
    for found in (code, text):
        names = DEFINITIONS[found.universe.protocol.reading.features].names
        assert found.outcomes.features.shape[2] == len(names)
    assert code.analysis.predictions != text.analysis.predictions


def test_the_epoch_of_each_model_is_that_of_its_best_validation_score(
    make_multiverse, train, tmp_path
):
    multiverse = make_multiverse("epoch=fixed,validation", "validation_share=0.25")
    assert len(data_of(multiverse.studies)) == 2
    store, _ = train(multiverse, tmp_path)
    with store:
        results = results_of(multiverse, store)
        for found, study in zip(results, multiverse.studies, strict=True):
            reading, read = study.protocol.reading, study.results(store)
            for row, pair in enumerate(found.outcomes.pairs):
                result = read.single(pair.main, 1)
                curve, held = (result.scores[p + reading.score] for p in ("", "validation_"))
                best = 4
                if reading.epoch == "validation":
                    best = max(range(5), key=lambda epoch: (held[0, epoch], -epoch))
                assert found.outcomes.single[row, 1] == curve[0, best]


def test_all_documents_that_there_are_where_a_universe_asks_for_more(make_multiverse, capsys):
    multiverse = make_multiverse("train_per_class=20,100000", about=BASES[:1]).check_samples()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "draws 100000 training documents" in said
    assert [u.protocol.sampling.allow_fewer for u in multiverse.universes] == [False, True]
    enough = make_multiverse("train_per_class=20")
    assert enough.check_samples() is enough
