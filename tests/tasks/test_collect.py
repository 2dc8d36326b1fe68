"""Outcomes from a store: scores, curves and features of each pair, in the order of the plan."""

import numpy as np
import pytest

from minimtl.tasks.modeljobs import JobResult, encode, job_key, joint_job, single_job
from minimtl.tasks.outcomes import Results, collect_outcomes
from minimtl.tasks.plan import Problem
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS, unrelated_pairs
from tests.tasks.test_modeljobs import IDENTITY

N_RUNS, N_FEATURES = 2, 30
PROBLEM = Problem("unrelated", unrelated_pairs(NEWSGROUPS).sample(60), N_RUNS)
RNG = np.random.default_rng(2)


class Shelf(dict):
    """Results by key, as a store has them."""

    path = "here"

    def remove(self, key):
        self.pop(key, None)

    def add(self, results):
        self.update(results)


def result(n_tasks, n_epochs):
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
                shelf[job_key(single_job(task, run), IDENTITY)] = encode(result(1, 150))
            shelf.setdefault(job_key(joint_job(pair, run, PAPER), IDENTITY), encode(result(2, 100)))
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
