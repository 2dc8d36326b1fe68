"""Features of sets with any classes, held against those of the study where they overlap."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.advice.features import align, features_of_pair
from minimtl.advice.measure import Measured
from minimtl.advice.sets import TOKENIZERS, prepare
from minimtl.advice.trials import PairOfSets
from minimtl.study.features import FEATURE_NAMES, features_of_run
from minimtl.study.protocol import PAPER
from minimtl.study.sampling import Sample
from minimtl.study.tasks import Pair, Task
from minimtl.study.words import FeatureWords, WordCounts

words = TOKENIZERS["words"]


def losses(seed):
    rng = np.random.default_rng(seed)
    return 0.7 - 0.1 * np.log1p(0.1 * np.arange(150)) + rng.normal(0, 0.001, 150)


def measured():
    return Measured(0.8, 0.8, losses(1), losses(2))


@pytest.fixture
def pair(text_set):
    def make(main_labels=("bad", "good"), aux_labels=("bad", "good"), topic="x"):
        main = prepare(text_set("main", main_labels, n_test=9), words, is_main=True)
        aux = prepare(text_set("aux", aux_labels, seed=1, topic=topic), words, is_main=False)
        return PairOfSets.of(main, aux, words, 200)

    return make


def test_two_classes_are_the_study_s_features_averaged_over_both_orientations(pair):
    made = pair()
    (trial,) = made.trials(1)
    ours = features_of_pair(made, [trial], [measured()])
    counted = WordCounts(made.counts, made.counts)
    main, aux = Task("m1", "m0"), Task("x1", "x0")

    def sample(rows, test, positive):
        as_label = (made.labels == positive).astype(int)
        return Sample(rows, as_label[rows], test, as_label[test])

    turns = [
        features_of_run(
            [Pair(main, aux)],
            {
                main: sample(trial.main_rows, trial.test_rows, positive),
                aux: sample(trial.aux_rows, trial.aux_rows, positive),
            },
            {main: losses(1), aux: losses(2)},
            FeatureWords(counted, counted),
            PAPER.reading,
        )[0]
        for positive in (0, 1)
    ]
    np.testing.assert_allclose(ours, np.mean(turns, axis=0), rtol=1e-12)
    # The orientation is of no consequence outside the columns named after a class.
    for name, first, second in zip(FEATURE_NAMES, *turns, strict=True):
        if "positive" not in name and "negative" not in name:
            assert first == pytest.approx(second, rel=1e-12), name


def test_renaming_the_classes_changes_nothing(pair, text_set):
    made = pair(aux_labels=("c", "d"))
    (trial,) = made.trials(1)
    swapped_labels = made.labels.copy()
    n_main = len(made.main.train) + len(made.main.test)
    swapped_labels[n_main:] = 1 - swapped_labels[n_main:]
    swapped = replace(made, labels=swapped_labels)
    np.testing.assert_allclose(
        features_of_pair(made, [trial], [measured()]),
        features_of_pair(swapped, [trial], [measured()]),
        rtol=1e-12,
    )


def test_equal_labels_stand_side_by_side(pair):
    made = pair()
    (trial,) = made.trials(1)
    assert align(made, trial) == [0, 1]


def test_other_labels_stand_by_their_words(pair, text_set):
    # Sorted, "a" stands for the words of "good" and "b" for those of "bad".
    renamed = {"good": "a", "bad": "b"}
    original = text_set("aux", seed=1)
    aux_set = replace(
        original,
        train=tuple(row._replace(label=renamed[row.label]) for row in original.train),
    )
    main = prepare(text_set("main", n_test=9), words, is_main=True)
    made = PairOfSets.of(main, prepare(aux_set, words, is_main=False), words, 200)
    (trial,) = made.trials(1)
    assert align(made, trial) == [1, 0]


@pytest.mark.parametrize(
    ("main_labels", "aux_labels"),
    [(("a", "b", "c"), ("d", "e")), (("a", "b"), ("d", "e", "f")), (("a", "b", "c"),) * 2],
)
def test_any_number_of_classes(pair, main_labels, aux_labels):
    made = pair(main_labels, aux_labels)
    (trial,) = made.trials(1)
    beside = align(made, trial)
    assert len(beside) == len(main_labels)
    assert len(set(beside)) == min(len(main_labels), len(aux_labels))
    features = features_of_pair(made, [trial], [measured()])
    assert np.isfinite(features).all()
    jsd = [j for j, name in enumerate(FEATURE_NAMES) if "jsd" in name and "ratio" not in name]
    assert (features[jsd] > 0).all()
    assert (features[jsd] < np.log(2)).all()


def test_runs_without_curves_take_no_part(pair):
    made = pair()
    trials = list(made.trials(2))
    both = features_of_pair(made, trials, [measured(), Measured(0.1, 0.2, None, None)])
    np.testing.assert_array_equal(both, features_of_pair(made, trials[:1], [measured()]))
