"""Who is trained and tested on what."""

import numpy as np
import pytest

from minimtl.advice.sets import prepare
from minimtl.advice.trials import N_FOLDS, SetsOfTexts
from minimtl.errors import MinimtlError


def test_folds_cover_the_set_once_a_round_and_keep_the_classes(counted_sets):
    made = counted_sets(n=23)
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
        in_fold = np.flatnonzero(tested.folds[run // N_FOLDS] == run % N_FOLDS)
        np.testing.assert_array_equal(in_fold, draw.tested)


def test_a_test_part_is_tested_in_every_run_and_never_learned(counted_sets):
    made = counted_sets(n_test=10)
    assert made.n_folds(0) == 1
    assert (made.tested(0, 3).folds == 0).all()
    assert made.tested(0, 3).n_train == 40
    for run in range(3):
        draw = made.draw(0, run)
        assert list(draw.tested) == list(range(40, 60))
        assert list(draw.learned) == list(range(40))
        assert made.learned_of(1, 0, run).min() >= 60


def test_draws_are_per_class_and_new_in_every_run_and_by_every_seed(counted_sets):
    made = counted_sets(n_test=10, per_class=7)
    for run in range(2):
        own, other = made.draw(0, run).learned, made.learned_of(1, 0, run)
        for rows, number in ((own, 0), (other, 1)):
            drawn = made.trained(rows, number, run, "network")
            assert set(np.bincount(made.labels[drawn])) == {7}
            assert np.array_equal(made.trained(rows, number, run, "regression"), rows)

    first, again = (made.trained(own, 0, run, "network") for run in (0, 1))
    assert not np.array_equal(first, again)
    other = counted_sets(n_test=10, per_class=7, seed=1)
    assert not np.array_equal(first, other.trained(own, 0, 0, "network"))


def test_no_text_of_the_target_is_learned_from_another_set(text_set, words):
    first = prepare(text_set("main", n=30), words)
    second = prepare(text_set("main", n=40), words)  # the same ones and more
    made = SetsOfTexts.of([first, second], "words", 200, 0)
    left = made.learned_of(1, 0, 0)
    assert not set(made.same[left]) & set(made.same[made.train[0]])
    assert made.can_help(1, 0)
    assert not SetsOfTexts.of([first, first], "words", 200, 0).can_help(1, 0)


@pytest.mark.parametrize(("n_test", "n_groups"), [(0, 50 - 36 + 6), (10, 6 - 2)])
def test_no_group_is_both_learned_from_and_tested(counted_sets, n_test, n_groups):
    groups = {f"row {number}": f"author {number // 3}" for number in range(18)}
    made = counted_sets(n=25, n_test=n_test, groups=[groups, groups])
    plain = counted_sets(n=25, n_test=n_test)
    assert made.digests != plain.digests
    for run in range(2 * N_FOLDS):
        draw, other = made.draw(0, run), made.learned_of(1, 0, run)
        tested = set(made.groups[draw.tested])
        assert not tested & set(made.groups[draw.learned])
        assert not tested & set(made.groups[other])
        assert len(np.unique(made.labels[draw.learned])) == 2

    tested = made.tested(0, 2)
    assert len(np.unique(tested.groups)) == n_groups
    assert plain.tested(0, 2).groups is None
    assert np.bincount(tested.folds[0]).min() >= 8


def test_labels_in_too_few_groups(counted_sets):
    groups = {f"row {number}": str(number % 4) for number in range(25)}
    with pytest.raises(
        MinimtlError, match="'bad' of main are in 4 groups, and each fold needs one"
    ):
        counted_sets(n=25, groups=[groups])
