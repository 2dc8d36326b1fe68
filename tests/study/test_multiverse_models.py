"""One pool, one store, each model once; and the same numbers as of a study by itself."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from minimtl.gains import conclude
from minimtl.jobs import Workers
from minimtl.jobs.store import open_store
from minimtl.study.definition import Study, data_of, feature_maker, jobs_of
from minimtl.study.multiverse import collect_universes
from minimtl.study.training import train_models
from minimtl.tasks.pairfeatures import FEATURE_NAMES
from minimtl.tasks.plan import plan_jobs
from tests.study.conftest import BASES


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
    monkeypatch.setattr(
        "minimtl.gains.labelnull.N_SIMULATIONS", 9
    )  # of p-values, which nobody reads
    multiverse, store = trained
    results = collect_universes(multiverse, multiverse.problems[0], store)
    for number in (0, len(results) - 1):
        found = results[number]
        protocol = found.universe.protocol
        study = Study(corpus, protocol, multiverse.problems, 0, "numpy")
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
        assert found.analysis.gain == analysed.meta.pairs.gain
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
        collect_universes(multiverse, multiverse.problems[0], store)
    assert sorted(made) == [0, 0, 1, 1]  # of each run with and without dropout


def test_all_documents_that_there_are_where_a_universe_asks_for_more(make_multiverse, capsys):
    multiverse = make_multiverse("train_per_class=20,100000", about=BASES[:1]).check_samples()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "draws 100000 training documents" in said
    assert [u.protocol.sampling.allow_fewer for u in multiverse.universes] == [False, True]
    enough = make_multiverse("train_per_class=20")
    assert enough.check_samples() is enough
