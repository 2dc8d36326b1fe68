"""Who is trained and tested on what."""

import numpy as np
import pytest

from minimtl.advice.sets import TOKENIZERS, prepare
from minimtl.advice.trials import N_FOLDS, PairOfSets, passes_per_epoch

words = TOKENIZERS["words"]


@pytest.fixture
def pair(text_set):
    def make(n_test=0, per_class=200, n=20, aux_labels=("c", "d", "e")):
        main = prepare(text_set("main", n=n, n_test=n_test), words, is_main=True)
        aux = prepare(text_set("aux", labels=aux_labels, n=12, seed=1), words, is_main=False)
        return PairOfSets.of(main, aux, words, per_class)

    return make


def test_folds_cover_the_set_once_a_round_and_keep_the_classes(pair):
    trials = list(pair(n=23).trials(2 * N_FOLDS))
    for round_ in (trials[:N_FOLDS], trials[N_FOLDS:]):
        tested = np.concatenate([trial.test_rows for trial in round_])
        assert sorted(tested) == list(range(46))
        for trial in round_:
            assert not set(trial.main_rows) & set(trial.test_rows)
            assert set(np.bincount(trial.test_labels)) <= {4, 5}
    assert not np.array_equal(trials[0].test_rows, trials[N_FOLDS].test_rows)


def test_a_test_part_is_tested_in_every_run_and_never_learned(pair):
    made = pair(n_test=10)
    assert made.ratio == 20 / 40
    for trial in made.trials(3):
        assert list(trial.test_rows) == list(range(40, 60))
        assert list(trial.main_rows) == list(range(40))
        assert trial.aux_rows.min() >= 60


def test_draws_are_per_class_and_new_in_every_run(pair):
    made = pair(n_test=10, per_class=7)
    first, second = made.trials(2)
    for trial in (first, second):
        assert list(np.bincount(made.labels[trial.main_rows])) == [7, 7]
        assert list(np.bincount(made.labels[trial.aux_rows])) == [7, 7, 7]
        assert set(trial.main.y) == {0, 1}
        assert set(trial.aux.y) == {0, 1, 2}
    assert not np.array_equal(first.main_rows, second.main_rows)


def test_more_runs_leave_the_first_as_they_are(pair):
    (alone,), (first, *_) = pair().trials(1), pair().trials(6)
    assert np.array_equal(alone.main_rows, first.main_rows)
    assert (alone.main.X != first.main.X).nnz == 0


def test_words_only_in_the_test_texts_are_unknown(pair):
    (trial,) = pair(n_test=10).trials(1)
    # Every test text ends in a word of its own; were it known, it would have a column.
    assert trial.main.X.shape[1] == trial.main.X_test.shape[1]
    made = pair(n_test=10)
    known = np.concatenate([np.arange(40), np.arange(60, len(made.labels))])
    assert trial.main.X.shape[1] == len(np.unique(made.counts[known].indices))


def test_the_ratio_of_folds(pair):
    assert pair().ratio == 0.25


@pytest.mark.parametrize(("n_texts", "passes"), [(10, 40), (300, 1), (260, 2), (400, 1), (9000, 1)])
def test_few_texts_are_passed_over_several_times_an_epoch(n_texts, passes):
    assert passes_per_epoch(n_texts) == passes


def test_a_pass_is_whole(pair):
    made = pair(n_test=10)
    (trial,) = made.trials(1)
    assert trial.main.X.shape[0] == 400
    assert (trial.main.X[:40] != trial.main.X[360:]).nnz == 0
    assert list(trial.main.y[:40]) == list(made.labels[trial.main_rows])
