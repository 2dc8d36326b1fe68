"""One pool, one store, each model once; and the same numbers as of a study by itself."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from minimtl.gains import table_of
from minimtl.jobs import Workers
from minimtl.jobs.store import open_store
from minimtl.stats import estimate_mean
from minimtl.study.definition import Study, data_of, feature_maker, jobs_of
from minimtl.study.training import train_models
from minimtl.study.universeresults import universe_result
from minimtl.tasks import collect_outcomes
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


def test_a_universe_has_the_numbers_of_a_study_by_its_protocol(trained, corpus, tmp_path):
    """Exactly: scores, gains and their intervals."""
    multiverse, store = trained
    (problem,) = multiverse.problems
    for number in (0, len(multiverse.universes) - 1):
        universe = multiverse.universes[number]
        found = universe_result(universe, multiverse.studies[number], problem, store)
        study = Study(corpus, universe.protocol, multiverse.problems, 0, "numpy")
        folder = tmp_path / str(number)
        with (
            open_store(folder, study.identity, announce=pytest.fail) as own,
            ThreadPoolExecutor(1) as executor,
        ):
            train_models(jobs_of([study]), own, Workers(executor, (study.data,)), quiet=True)
            read = study.results(own)
            outcomes, _ = collect_outcomes(problem, read, feature_maker(study, read))
        for name in ("single", "multi"):
            np.testing.assert_array_equal(getattr(found.outcomes, name), getattr(outcomes, name))
        assert found.gain == estimate_mean(
            outcomes.gains, table_of(outcomes, universe.protocol).effects
        )


def test_all_documents_that_there_are_where_a_universe_asks_for_more(make_multiverse, capsys):
    multiverse = make_multiverse("train_per_class=20,100000", about=BASES[:1]).check_samples()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "draws 100000 training documents" in said
    assert [u.protocol.sampling.allow_fewer for u in multiverse.universes] == [False, True]
    enough = make_multiverse("train_per_class=20")
    assert enough.check_samples() is enough
