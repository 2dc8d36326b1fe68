"""The estimate of a training's time, on a clock that a fake training moves."""

from importlib import import_module

import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.jobs.runner import duration
from minimtl.study.conductor import plan_study
from minimtl.study.definition import Study, jobs_of
from minimtl.study.training import Conditions
from minimtl.tasks.plan import WHOLE, make_problems
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS

SETUP = 0.5
SECONDS_PER_EPOCH = {1: 2.0, 2: 5.0}  # by the number of tasks


@pytest.fixture
def trainings(monkeypatch):
    """The number of tasks and of epochs of each fake training, which takes exactly so long."""
    done = []

    def train_model(settings, tasks, n_classes, n_epochs, rng, backend):
        done.append((len(tasks), n_epochs))

    def clock():
        return sum(SETUP + SECONDS_PER_EPOCH[n_tasks] * epochs for n_tasks, epochs in done)

    computing = import_module("minimtl.tasks.compute")
    monkeypatch.setattr(computing, "train_model", train_model)
    monkeypatch.setattr(computing.time, "perf_counter", clock)
    return done


def test_every_epoch_of_every_model_counts(trainings, tmp_path):
    problems = make_problems("related", PAPER, NEWSGROUPS, n_pairs=2, n_runs=1)
    study = Study(generate_synthetic(), PAPER, problems, 0, "numpy")
    n_tasks = [len(placed.job.tasks) for placed in jobs_of([study]).values()]
    seconds = {1: SETUP + 150 * 2.0, 2: SETUP + 100 * 5.0}
    plan = plan_study([study], WHOLE, Conditions(tmp_path, 1))
    assert f"{len(n_tasks)} models, seed 0" in plan
    assert f", about {duration(sum(map(seconds.get, n_tasks)))} on 1 of this machine's" in plan
    assert max(epochs for _, epochs in trainings) < 30  # it is quick
