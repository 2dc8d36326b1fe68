"""Who is trained and tested on what."""

import numpy as np
import pytest

from minimtl.advice.sets import prepare
from minimtl.advice.tokenizers import make_vectorizer
from minimtl.advice.trials import N_FOLDS, SetsOfTexts
from minimtl.errors import MinimtlError

words = make_vectorizer("words").build_analyzer()


@pytest.fixture
def sets(text_set):
    def make(n_test=0, per_class=200, n=20, aux_labels=("c", "d", "e"), seed=0):
        main = prepare(text_set("main", n=n, n_test=n_test), words)
        aux = prepare(text_set("aux", labels=aux_labels, n=12, seed=1), words)
        return SetsOfTexts.of([main, aux], "words", per_class, seed)

    return make


def test_folds_cover_the_set_once_a_round_and_keep_the_classes(sets):
    made = sets(n=23)
    draws = [made.draw(0, run) for run in range(2 * N_FOLDS)]
    for round_ in (draws[:N_FOLDS], draws[N_FOLDS:]):
        tested = np.concatenate([draw.tested for draw in round_])
        assert sorted(tested) == list(range(46))
        for draw in round_:
            assert not set(draw.learned) & set(draw.tested)
            assert set(np.bincount(made.labels[draw.tested])) <= {4, 5}
    assert not np.array_equal(draws[0].tested, draws[N_FOLDS].tested)
    tested = made.tested(0, 2)
    assert tested.n_train == pytest.approx(0.8 * 46)
    np.testing.assert_array_equal(tested.labels, made.labels[:46])
    for run, draw in enumerate(draws):
        assert set(np.flatnonzero(tested.folds[run // N_FOLDS] == run % N_FOLDS)) == set(
            draw.tested
        )


def test_a_test_part_is_tested_in_every_run_and_never_learned(sets):
    made = sets(n_test=10)
    assert made.n_folds(0) == 1
    assert (made.tested(0, 3).folds == 0).all()
    assert made.tested(0, 3).n_train == 40
    for run in range(3):
        draw = made.draw(0, run)
        assert list(draw.tested) == list(range(40, 60))
        assert list(draw.learned) == list(range(40))
        assert made.learned_of(1, 0, run).min() >= 60


def test_draws_are_per_class_and_new_in_every_run_and_by_every_seed(sets):
    made = sets(n_test=10, per_class=7)
    for run in range(2):
        own, other = made.draw(0, run).learned, made.learned_of(1, 0, run)
        for rows, number in ((own, 0), (other, 1)):
            drawn = made.trained(rows, number, run, "network")
            assert set(np.bincount(made.labels[drawn])) == {7}
            assert np.array_equal(made.trained(rows, number, run, "regression"), rows)
    first, again = (made.trained(own, 0, run, "network") for run in (0, 1))
    assert not np.array_equal(first, again)
    other = sets(n_test=10, per_class=7, seed=1)
    assert not np.array_equal(first, other.trained(own, 0, 0, "network"))


def test_no_text_of_the_target_is_learned_from_another_set(text_set):
    first = prepare(text_set("main", n=30), words)
    second = prepare(text_set("main", n=40), words)  # the same ones and more
    made = SetsOfTexts.of([first, second], "words", 200, 0)
    left = made.learned_of(1, 0, 0)
    assert not set(made.same[left]) & set(made.same[made.train[0]])
    assert made.can_help(1, 0)
    assert not SetsOfTexts.of([first, first], "words", 200, 0).can_help(1, 0)


def test_counts_are_the_vectorizer_s(sets, text_set):
    made = sets()
    text = text_set("main").train[3].text
    (network,), (pairs, letters) = made.counts["network"], made.counts["regression"]
    assert network[3].sum() == len(list(words(text)))
    assert pairs[3].sum() == 2 * len(list(words(text))) - 1
    assert letters.shape[0] == len(made.labels) == len(made.same) == 40 + 36


GROUPS = {f"row {number}": f"author {number // 3}" for number in range(18)}


@pytest.mark.parametrize("n_test", [0, 10])
def test_no_group_is_both_learned_from_and_tested(text_set, n_test):
    main = prepare(text_set("main", n=25, n_test=n_test), words)
    aux = prepare(text_set("aux", n=25, seed=1), words)
    made = SetsOfTexts.of([main, aux], "words", 200, 0, [GROUPS, GROUPS])
    plain = SetsOfTexts.of([main, aux], "words", 200, 0)
    assert made.digests != plain.digests
    for run in range(2 * N_FOLDS):
        draw, other = made.draw(0, run), made.learned_of(1, 0, run)
        tested = set(made.groups[draw.tested])
        assert not tested & set(made.groups[draw.learned])
        assert not tested & set(made.groups[other])
        assert len(np.unique(made.labels[draw.learned])) == 2
    tested = made.tested(0, 2)
    assert len(np.unique(tested.groups)) == (50 - 36 + 6 if not n_test else 6 - 2)
    assert plain.tested(0, 2).groups is None
    if not n_test:
        sizes = np.bincount(tested.folds[0])
        assert sizes.sum() == 50
        assert sizes.min() >= 8


def test_labels_in_too_few_groups(text_set):
    main = prepare(text_set("main", n=25), words)
    groups = {f"row {number}": str(number % 4) for number in range(25)}
    with pytest.raises(
        MinimtlError, match="'bad' of main are in 4 groups, and each fold needs one"
    ):
        SetsOfTexts.of([main], "words", 200, 0, [groups])
