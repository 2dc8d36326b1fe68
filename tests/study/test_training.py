"""The estimate of a training's time, on a clock that a fake training moves."""

from importlib import import_module

import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.study import training
from minimtl.study.definition import PlacedJob
from minimtl.tasks.compute import StudyData
from minimtl.tasks.plan import make_problems, plan_jobs
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS

SETUP = 0.5
SECONDS_PER_EPOCH = {1: 2.0, 2: 3.0}  # by the number of tasks


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


def test_every_epoch_of_every_model_counts(trainings):
    jobs = list(plan_jobs(make_problems("related", PAPER, NEWSGROUPS, n_pairs=2, n_runs=1), PAPER))
    n_single = sum(len(job.tasks) == 1 for job in jobs)
    assert 0 < n_single < len(jobs)
    data = StudyData.of(generate_synthetic(), PAPER, 0, "numpy")
    kinds = training.kinds_of([PlacedJob(0, job) for job in jobs])
    assert [len(kind[0].job.tasks) for kind in kinds] == [1, 2]
    assert [len(kind) for kind in kinds] == [n_single, len(jobs) - n_single]
    seconds = [training.seconds_of(kind[0], [data]) for kind in kinds]
    assert seconds == pytest.approx([SETUP + 150 * 2.0, SETUP + 100 * 3.0])
    assert max(epochs for _, epochs in trainings) < 30  # it is quick
    assert len(trainings) == 2 * 3
