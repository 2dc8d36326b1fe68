"""The documents of a task in a run, as each protocol draws them."""

import numpy as np
import pytest

from minimtl.errors import MinimtlError
from minimtl.tasks.compute import cut_test_to_smallest, draw_sample
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import Task

TASK = Task("b", "a")
TRAIN = np.repeat([0, 1, 2], [300, 250, 50])
TEST = np.repeat([2, 1, 0], [40, 120, 200])


def draw(protocol, task=TASK, train=TRAIN, test=TEST, seed=0, times=1.0):
    """A sample of documents whose topics, "a", "b" and "c", are given by number."""
    rng = np.random.default_rng(seed)
    return draw_sample(task, train, test, ("a", "b", "c"), protocol.sampling, rng, times)


@pytest.mark.parametrize("protocol", [PAPER, RELEASED])
def test_labels_are_1_for_documents_of_the_positive_topic(protocol):
    sample = draw(protocol)
    assert np.array_equal(sample.train_labels, TRAIN[sample.train_rows] == 1)
    assert np.array_equal(sample.test_labels, TEST[sample.test_rows] == 1)
    assert not (TRAIN[sample.train_rows] == 2).any()


def test_paper_draws_200_of_each_class_and_tests_on_all():
    sample = draw(PAPER)
    assert len(set(sample.train_rows)) == 400
    assert sample.train_labels.sum() == 200
    assert sorted(sample.test_rows) == np.flatnonzero(TEST < 2).tolist()


@pytest.mark.parametrize(
    ("train", "test", "n_test"),
    [
        (TRAIN, TEST, 320),  # of 550 and 320
        (TRAIN[:500], np.repeat(TEST, 5), 500),  # of 500 and 1,600
        (np.repeat(TRAIN, 5), np.repeat(TEST, 5), 700),
    ],
)
def test_released_tests_on_700_and_no_more_than_the_smaller_partition(train, test, n_test):
    sample = draw(RELEASED, train=train, test=test)
    assert len(set(sample.train_rows)) == 200
    assert len(set(sample.test_rows)) == n_test


def test_released_draws_are_not_stratified():
    # Hypergeometric: 200 of 300 + 250, mean 90.9, standard deviation 5.6. Over 200 draws the mean
    # is known to 0.4; five of these are allowed. Stratified draws would have no deviation at all.
    positives = [draw(RELEASED, seed=seed).train_labels.sum() for seed in range(200)]
    assert np.mean(positives) == pytest.approx(200 * 250 / 550, abs=2.0)
    assert np.std(positives) == pytest.approx(5.6, abs=1.4)


def test_every_document_is_drawn_at_the_same_rate():
    drawn = np.zeros(len(TRAIN))
    for seed in range(300):
        drawn[draw(PAPER, seed=seed).train_rows] += 1
    # Binomial with p = 200/300 and 200/250 over 300 draws: six standard deviations of 8.2 and 6.9.
    assert np.abs(drawn[:300] - 200).max() < 50
    assert np.abs(drawn[300:550] - 240).max() < 42


def test_a_joint_run_is_cut_to_the_fewest_test_documents():
    long, short = draw(PAPER), draw(PAPER, task=Task("b", "c"), train=np.repeat(TRAIN, 4))
    cut, whole = cut_test_to_smallest([long, short])
    assert np.array_equal(cut.test_rows, long.test_rows[:160])
    assert np.array_equal(cut.test_labels, long.test_labels[:160])
    assert np.array_equal(cut.train_rows, long.train_rows)
    assert np.array_equal(whole.test_rows, short.test_rows)


@pytest.mark.parametrize(
    ("protocol", "train", "test", "task", "sentence"),
    [
        (PAPER, TRAIN, TEST, Task("a", "c"), "200 training documents of 'c', .* offers 50"),
        (RELEASED, TRAIN[240:400], TEST, TASK, "200 training .* of 'b' and 'a', .* offers 160"),
        (PAPER, TRAIN, TEST, Task("a", "z"), "no topic 'z'"),
        (PAPER, TRAIN, TEST[TEST != 1], TASK, "no test document of topic 'b'"),
        (RELEASED, TRAIN[TRAIN != 0], TEST, TASK, "no training document of topic 'a'"),
    ],
)
def test_a_corpus_with_too_little_is_named(protocol, train, test, task, sentence):
    with pytest.raises(MinimtlError, match=sentence):
        draw(protocol, task=task, train=train, test=test)


def test_validation_documents_are_a_share_of_each_class_and_not_trained_on():
    plain, held = draw(PAPER), draw(PAPER.replace(validation_share=0.2))
    assert len(held.validation_rows) == 80
    assert held.validation_labels.sum() == 40
    assert np.array_equal(held.validation_labels, TRAIN[held.validation_rows] == 1)
    assert not set(held.validation_rows) & set(held.train_rows)
    assert set(held.validation_rows) | set(held.train_rows) == set(plain.train_rows)
    assert np.array_equal(held.test_rows, plain.test_rows)


def test_a_draw_of_more_holds_the_smaller_one():
    half = PAPER.replace(train_per_class=100)
    assert np.array_equal(draw(half, times=2.0).train_rows, draw(PAPER).train_rows)
    assert set(draw(half).train_rows) < set(draw(PAPER).train_rows)
    in_all = RELEASED.replace(within_smaller_partition=False)
    larger = draw(in_all, times=1.5).train_rows
    assert np.array_equal(larger[:200], draw(in_all).train_rows)
    assert len(larger) == 300


def test_fewer_documents_than_asked_for_only_where_that_is_allowed():
    asking = PAPER.replace(train_per_class=280)
    with pytest.raises(MinimtlError, match=r"draws 280 training documents of 'b'.*offers 250"):
        draw(asking)
    sample = draw(asking.replace(allow_fewer=True))
    assert (sample.train_labels.sum(), len(sample.train_rows)) == (250, 530)
    in_all = PAPER.replace(train_per_class=None, train_per_task=600, allow_fewer=True)
    assert len(draw(in_all).train_rows) == 550
