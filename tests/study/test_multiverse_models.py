"""One pool, one store, each model once; and the same numbers as of a study by itself."""

import numpy as np
import pytest

from minimtl.study.definition import Study, data_of
from minimtl.study.universeresults import universe_results
from minimtl.tasks.pairfeatures import DEFINITIONS, FEATURE_NAMES
from minimtl.tasks.plan import plan_jobs
from tests.study.conftest import BASES, concluded_from, trained_store


def results_of(multiverse, store):
    (problem,) = multiverse.problems
    return universe_results(multiverse.universes, multiverse.studies, problem, store)


def test_universes_that_differ_in_reading_share_models(make_multiverse):
    """Six readings about each protocol take the models of one study by it each."""
    multiverse = make_multiverse("score=f1,accuracy,log_loss", "read_at=0,4", "scaling=minmax")
    n_models = sum(len(list(plan_jobs(multiverse.problems, protocol))) for protocol in BASES)
    assert len(multiverse.universes) == 12
    assert len(data_of(multiverse.studies)) == 2
    assert len(multiverse.jobs) == n_models
    varied = make_multiverse("score=f1,accuracy", "dropout=0,0.1,0.5")
    assert len(data_of(varied.studies)) == 6
    assert len(varied.jobs) == 3 * n_models


def test_models_are_trained_once_and_found_by_further_universes(make_multiverse, tmp_path):
    first = make_multiverse("dropout=0.5", n_runs=1)
    with trained_store(tmp_path, first) as (_, n_trained):
        assert n_trained == len(first.jobs)
    more = make_multiverse("dropout=0.2,0.5", "score=f1,accuracy", n_runs=1)
    with trained_store(tmp_path, more) as (_, n_trained):
        assert n_trained == len(more.jobs) - len(first.jobs) > 0


@pytest.mark.parametrize("members", [slice(6), slice(6, 12)], ids=["paper", "released"])
def test_a_universe_has_the_numbers_of_a_study_by_its_protocol(
    members, trained, corpus, tmp_path, monkeypatch
):
    """Exactly, of the last of those that share features: scores, features, intervals, Brier."""
    # Of p-values, which nobody reads.
    monkeypatch.setattr("minimtl.gains.pairlabels.N_SIMULATIONS", 9)
    multiverse, store = trained
    *_, found = universe_results(
        multiverse.universes[members], multiverse.studies[members], *multiverse.problems, store
    )
    study = Study(corpus, found.universe.protocol, multiverse.problems, 0, "numpy")
    with trained_store(tmp_path, study) as (own, _):
        ((analysed, _),) = concluded_from(own, study)
    for name in ("single", "multi", "features"):
        np.testing.assert_array_equal(
            getattr(found.outcomes, name), getattr(analysed.outcomes, name)
        )
    assert found.gain == analysed.meta.pairs.gain
    for design in found.analysis.designs:
        ours, theirs = (one.of(design, "all") for one in (found.analysis, analysed.meta.pairs))
        assert ours.scores.brier == theirs.scores.brier


def test_features_are_computed_once_for_all_readings(make_multiverse, tmp_path, monkeypatch):
    multiverse = make_multiverse("score=f1,accuracy", "dropout=0,0.5", about=BASES[:1])
    made = []

    def feature_maker(study, results):
        def make(problem, run):
            made.append(run)
            return np.zeros((16, len(FEATURE_NAMES)))

        return make

    monkeypatch.setattr("minimtl.study.universeresults.feature_maker", feature_maker)
    with trained_store(tmp_path, multiverse) as (store, _):
        results_of(multiverse, store)
    assert sorted(made) == [0, 0, 1, 1]  # of each run with and without dropout


def test_features_by_the_text_are_of_the_same_models(make_multiverse, tmp_path):
    multiverse = make_multiverse("features=code,text", about=BASES[:1], n_runs=1)
    assert len(data_of(multiverse.studies)) == 1
    with trained_store(tmp_path, multiverse) as (store, _):
        code, text = results_of(multiverse, store)
    np.testing.assert_array_equal(code.outcomes.gains, text.outcomes.gains)
    for found in (code, text):
        names = DEFINITIONS[found.universe.protocol.reading.features].names
        assert found.outcomes.features.shape[2] == len(names)
    assert code.analysis.predictions != text.analysis.predictions


def test_the_epoch_of_each_model_is_that_of_its_best_validation_score(make_multiverse, tmp_path):
    multiverse = make_multiverse("epoch=fixed,validation", "validation_share=0.25")
    assert len(data_of(multiverse.studies)) == 2
    with trained_store(tmp_path, multiverse) as (store, _):
        for found, study in zip(results_of(multiverse, store), multiverse.studies, strict=True):
            reading, read = study.protocol.reading, study.results(store)
            for row, pair in enumerate(found.outcomes.pairs):
                scores = read.single(pair.main, 1).scores
                best = 4
                if reading.epoch == "validation":
                    best = scores[f"validation_{reading.score}"][0, :5].argmax()
                assert found.outcomes.single[row, 1] == scores[reading.score][0, best]


def test_all_documents_that_there_are_where_a_universe_asks_for_more(make_multiverse, capsys):
    multiverse = make_multiverse("train_per_class=20,100000", about=BASES[:1]).check_samples()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "draws 100000 training documents" in said
    assert [u.protocol.sampling.allow_fewer for u in multiverse.universes] == [False, True]
    enough = make_multiverse("train_per_class=20")
    assert enough.check_samples() is enough
