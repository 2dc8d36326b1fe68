"""What one job computes: the documents of its tasks in its run, a trained model, its curves."""

import time

import numpy as np

from minimtl.nn import Adam, Schedule, Shape, TaskData, initialize, train
from minimtl.stats import accuracy, f1_score
from minimtl.study.data import StudyData
from minimtl.study.jobs import Job, JobResult, encode, sampling_rng, training_rng
from minimtl.study.sampling import Sample, cut_test_to_smallest, draw_sample
from minimtl.study.tasks import Task


def sample_of(task: Task, run: int, data: StudyData) -> Sample:
    """The documents of a task in a run, the same for every model that trains on them."""
    rng = sampling_rng(task, run, data.identity)
    return draw_sample(
        task, data.train_topics, data.test_topics, data.topic_names, data.protocol, rng
    )


def compute(job: Job, data: StudyData) -> bytes:
    """Train the job's model and encode its `JobResult`."""
    began = time.perf_counter()
    samples = _samples(job, data)
    protocol, rng = data.protocol, training_rng(job, data.identity)
    n_tasks = len(job.tasks)
    shape = Shape(
        data.train.shape[1], protocol.hidden_layer_sizes, (2,) * n_tasks, protocol.activation
    )
    history = train(
        initialize(shape, rng, protocol.output_init_bound),
        [
            TaskData(
                data.train[sample.train_rows],
                sample.train_labels,
                data.test[sample.test_rows],
            )
            for sample in samples
        ],
        Schedule(
            protocol.epochs_single if n_tasks == 1 else protocol.epochs_joint,
            protocol.batch_size,
            protocol.dropout,
        ),
        Adam(protocol.learning_rate, protocol.beta1, protocol.beta2, protocol.eps),
        rng,
        data.backend,
    )
    scored = [
        (accuracy(sample.test_labels, predicted), f1_score(sample.test_labels, predicted))
        for sample, predicted in zip(samples, history.predictions, strict=True)
    ]
    accuracies, f1s = (np.stack(curves) for curves in zip(*scored, strict=True))
    return encode(JobResult(history.losses, accuracies, f1s, time.perf_counter() - began))


def _samples(job: Job, data: StudyData) -> tuple[Sample, ...]:
    samples = tuple(sample_of(task, job.run, data) for task in job.tasks)
    return cut_test_to_smallest(samples) if data.protocol.equal_test else samples
