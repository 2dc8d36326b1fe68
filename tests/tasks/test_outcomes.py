"""Outcomes: labels, shares and gains by hand; scores, curves and features as a store has them."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.tasks import NEWSGROUPS, PAPER, RELEASED, JobResult, Problem, Results
from minimtl.tasks.modeljobs import encode, job_key, joint_job, single_job
from minimtl.tasks.outcomes import (
    collect_outcomes,
    disjoint_pairs,
    improved_share,
    labelled_pairs,
    mean_relative_gain,
)
from minimtl.tasks.taskpairs import unrelated_pairs
from tests.tasks.test_modeljobs import IDENTITY

N_FEATURES = 30


@pytest.fixture
def outcomes(made_up_outcomes):
    """A function of scores (n_pairs, n_runs); the features are numbers in their order."""

    def make(single, multi):
        single, multi = np.array(single, float), np.array(multi, float)
        made = made_up_outcomes("related", *single.shape)
        features = np.arange(made.features.size, dtype=float).reshape(made.features.shape)
        return replace(made, single=single, multi=multi, features=features)

    return make


# Pair 0 gains a lot once and loses a little once; pair 1 ties, then gains; pair 2 loses twice.
SINGLE = [[0.5, 0.5], [0.8, 0.8], [0.9, 0.9]]
MULTI = [[0.7, 0.4], [0.8, 0.9], [0.8, 0.8]]


def test_averaged_runs_give_one_sample_of_mean_gains(outcomes):
    (labelled,) = labelled_pairs(outcomes(SINGLE, MULTI), PAPER.reading)
    assert labelled.y.tolist() == [1, 1, 0]
    np.testing.assert_array_equal(labelled.X, np.arange(90.0).reshape(3, 30) + 45)


def test_each_run_gives_its_own_sample_and_a_tie_is_a_loss(outcomes):
    first, second = labelled_pairs(outcomes(SINGLE, MULTI), RELEASED.reading)
    assert first.y.tolist() == [1, 0, 0]
    assert second.y.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(second.X, np.arange(90.0).reshape(3, 30) + 90)


@pytest.mark.parametrize(("protocol", "share"), [(PAPER, 2 / 3), (RELEASED, 1 / 3)])
def test_improved_share_follows_the_labels(outcomes, protocol, share):
    assert improved_share(outcomes(SINGLE, MULTI), protocol.reading) == pytest.approx(share)


def test_gains_that_cancel_are_a_tie_whatever_the_rounding(outcomes):
    """Gains of +0.1 and −0.1 on 0.3 add up to 1e-17 in floating point, and to nothing on paper."""
    (labelled,) = labelled_pairs(outcomes([[0.3, 0.3]], [[0.3 + 0.1, 0.3 - 0.1]]), PAPER.reading)
    assert np.mean([0.3 + 0.1 - 0.3, 0.3 - 0.1 - 0.3]) > 0
    assert labelled.y.tolist() == [0]


def test_relative_gain_leaves_out_a_single_score_of_zero(outcomes):
    """(0.2/0.5 − 0.1/0.5) / 2 from pair 0; the pair without a single score has no relative gain."""
    made = outcomes([[0.5, 0.5], [0, 0]], [[0.7, 0.4], [1, 1]])
    assert mean_relative_gain(made) == pytest.approx(0.1)


def test_missing_values_are_refused(outcomes):
    with pytest.raises(ValueError, match="not finite"):
        outcomes(SINGLE, [*MULTI[:2], [0.8, float("nan")]])


@pytest.mark.parametrize("protocol", [PAPER, RELEASED])  # of two runs, halves are runs
def test_features_and_labels_of_disjoint_runs(outcomes, protocol):
    sets = disjoint_pairs(outcomes(SINGLE, MULTI), protocol.reading)
    sets.sort(key=lambda data: data.X[0, 0])
    np.testing.assert_array_equal([data.X for data in sets], np.arange(180.0).reshape(2, 3, 30))
    assert [data.y.tolist() for data in sets] == [[0, 1, 0], [1, 0, 0]]  # of the other run
    assert disjoint_pairs(outcomes([[0.5], [0.6]], [[0.6], [0.5]]), protocol.reading) == []


N_RUNS = 2
PROBLEM = Problem("unrelated", unrelated_pairs(NEWSGROUPS).sample(60), N_RUNS)
RNG = np.random.default_rng(2)


class Shelf(dict):
    """Results by key, as a store has them."""

    path = "here"

    def remove(self, key):
        self.pop(key, None)

    def add(self, results):
        self.update(results)


def trained(n_tasks, n_epochs):
    epochs = np.array(PAPER.training.curve_epochs(n_epochs))
    scores = RNG.uniform(0.2, 0.9, (4, n_tasks, len(epochs)))
    losses = RNG.uniform(0.2, 0.9, (n_tasks, n_epochs))
    names = "accuracy", "f1", "f1_negative", "log_loss"
    return JobResult(losses, epochs, dict(zip(names, scores, strict=True)), 0.0)


@pytest.fixture(scope="module")
def results():
    shelf = Shelf()
    for pair in PROBLEM.pairs:
        for run in range(N_RUNS):
            for task in pair:
                shelf[job_key(single_job(task, run), IDENTITY)] = encode(trained(1, 150))
            shelf.setdefault(
                job_key(joint_job(pair, run, PAPER), IDENTITY), encode(trained(2, 100))
            )
    return Results(shelf, IDENTITY, PAPER)


def make_features(problem, run):
    """Numbers that tell the pair and the run."""
    rows = [PROBLEM.pairs.index(pair) for pair in problem.pairs]
    return np.add.outer(100.0 * np.array(rows) + run, np.zeros(N_FEATURES))


def test_outcomes_are_read_in_the_order_of_the_pairs(results):
    outcomes, curves = collect_outcomes(PROBLEM, results, make_features)
    read = curves.epochs.tolist().index(PAPER.reading.read_at + 1)
    assert curves.epochs.tolist() == [*range(1, 97, 5), 100, *range(101, 147, 5), 150]
    for row, pair in enumerate(PROBLEM.pairs):
        for run in range(N_RUNS):
            joint = results.joint_curves(pair, run)
            np.testing.assert_array_equal(curves.multi[row, run], joint.scores.astype("f4"))
            np.testing.assert_array_equal(curves.multi_loss[row, run], joint.losses.astype("f4"))
            assert outcomes.multi[row, run] == joint.scores[read]
            alone = results.single_curves(pair.main, run)
            np.testing.assert_array_equal(curves.single[row, run], alone.scores.astype("f4"))
            assert outcomes.single[row, run] == alone.scores[read]
    np.testing.assert_allclose(curves.of_runs.multi_loss, curves.multi_loss.mean(axis=0), rtol=1e-5)


def test_features_are_made_once_and_read_back(results):
    asked = []

    def make(problem, run):
        asked.append(run)
        return make_features(problem, run)

    models = {key: value for key, value in results.store.items() if value[:6] != b"\x93NUMPY"}
    again = Results(Shelf(models), IDENTITY, PAPER)
    first, _ = collect_outcomes(PROBLEM, again, make)
    second, _ = collect_outcomes(PROBLEM, again, pytest.fail)
    assert asked == list(range(N_RUNS))
    np.testing.assert_array_equal(first.features, second.features)
    np.testing.assert_array_equal(first.features[1, :, 0], 100.0 * np.arange(60) + 1)
