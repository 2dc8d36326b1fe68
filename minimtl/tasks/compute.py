"""One job's computation: the documents of its tasks in its run, a trained model, its curves."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack

from minimtl.corpora import Corpus
from minimtl.nn import Adam, History, Learner, Schedule, Shape, TaskData, initialize, processor_of
from minimtl.stats import accuracy, f1_score
from minimtl.tasks.modeljobs import (
    Job,
    JobResult,
    StudyIdentity,
    encode,
    sampling_rng,
    training_rng,
)
from minimtl.tasks.protocol import ModelSettings, Protocol, TrainingSettings
from minimtl.tasks.sampling import Sample, cut_test_to_smallest, draw_sample
from minimtl.tasks.taskpairs import Task
from minimtl.text import TfidfVectorizer


@dataclass(frozen=True)
class StudyData:
    """The data of all jobs; each worker gets it once.

    Attributes
    ----------
    train, test : CSR float32 (n_documents, n_terms), rows of unit length
    train_topics, test_topics : int64 (n_documents,), indices into `topic_names`
    backend : which code trains, ``"numba"`` or ``"numpy"``
    """

    protocol: Protocol
    corpus_digest: str
    seed: int
    backend: str
    topic_names: tuple[str, ...]
    train: csr_matrix
    test: csr_matrix
    train_topics: np.ndarray
    test_topics: np.ndarray

    @classmethod
    def of(cls, corpus: Corpus, protocol: Protocol, seed: int, backend: str) -> "StudyData":
        """Turn a corpus into numbers: vocabulary and idf from the whole training partition."""
        vectorizer = TfidfVectorizer(max_features=protocol.model.max_features, dtype=np.float32)
        train = vectorizer.fit_transform(corpus.train.texts)
        test = vectorizer.transform(corpus.test.texts)
        return cls(
            protocol, corpus.digest, seed, backend, corpus.topic_names, train, test,
            corpus.train.topics, corpus.test.topics,
        )  # fmt: skip

    @property
    def identity(self) -> StudyIdentity:
        """All that a job's numbers depend on beside the job."""
        return StudyIdentity.of(self.protocol, self.corpus_digest, self.seed)


def sample_of(task: Task, run: int, data: StudyData, times: float = 1.0) -> Sample:
    """The documents of a task in a run, the same for every model that trains on them.

    With `times` so many times as many training documents, those that it has without among them.
    """
    rng = sampling_rng(task, run, data.identity)
    return draw_sample(
        task,
        data.train_topics,
        data.test_topics,
        data.topic_names,
        data.protocol.sampling,
        rng,
        times,
    )


def train_model(
    settings: ModelSettings,
    tasks: Sequence[TaskData],
    n_classes: Sequence[int],
    n_epochs: int,
    rng: np.random.Generator,
    backend: str | None = None,
) -> History:
    """Train one network on the tasks as a protocol's settings have it.

    Parameters
    ----------
    tasks, n_classes : documents of each task, and how many classes they have.
    n_epochs : passes over the documents of the first task.
    rng : of the initial weights, batches and dropout, in this order.
    """
    model, training = settings.model, settings.training
    n_features = tasks[0].X.shape[1]
    shape = Shape(n_features, model.hidden_layer_sizes, tuple(n_classes), model.activation)
    learner = Learner(initialize(shape, rng, model.output_init_bound))
    return learner.run(
        tasks,
        Schedule(
            n_epochs,
            training.batch_size,
            model.dropout,
            (1.0, *[training.aux_weight] * (len(tasks) - 1)),
            training.epoch_documents(len(tasks)),
            training.curve_epochs(n_epochs),
            Adam(training.learning_rate, training.beta1, training.beta2, training.eps),
        ),
        rng,
        backend,
    )


def epochs_of(job: Job, training: TrainingSettings) -> int:
    """For how many epochs the job's model is trained."""
    return training.epochs_single if len(job.tasks) == 1 else training.epochs_joint


def task_data(samples: Sequence[Sample], data: StudyData) -> list[TaskData]:
    """The documents of each task as the network takes them; those for validation come last."""
    return [
        TaskData(
            data.train[sample.train_rows],
            sample.train_labels,
            vstack([data.test[sample.test_rows], data.train[sample.validation_rows]], "csr"),
            np.concatenate([sample.test_labels, sample.validation_labels]),
        )
        for sample in samples
    ]


def samples_of(job: Job, data: StudyData) -> tuple[Sample, ...]:
    """The documents of each of the job's tasks."""
    main, *others = job.tasks
    times = data.protocol.sampling.aux_times
    samples = (
        sample_of(main, job.run, data),
        *(sample_of(task, job.run, data, times) for task in others),
    )
    return cut_test_to_smallest(samples) if data.protocol.sampling.equal_test else samples


def compute(job: Job, data: StudyData) -> bytes:
    """Train the job's model and encode its `JobResult`."""
    began = time.perf_counter()
    samples = samples_of(job, data)
    history = train_model(
        data.protocol.settings,
        task_data(samples, data),
        [2] * len(job.tasks),
        epochs_of(job, data.protocol.training),
        training_rng(job, data.identity),
        data.backend,
    )
    scores = _score_curves(samples, history, "")
    if data.protocol.sampling.validation_share:
        scores |= _score_curves(samples, history, "validation_")
    seconds, trained_by = time.perf_counter() - began, processor_of(data.backend)
    return encode(JobResult(history.losses, history.test_epochs, scores, seconds, trained_by))


def _score_curves(samples: Sequence[Sample], history: History, part: str) -> dict[str, np.ndarray]:
    """Each score, (n_tasks, n_tested), of the test or the validation documents."""
    scored = []
    for sample, predicted, losses in zip(
        samples, history.predictions, history.test_losses, strict=True
    ):
        n_test = len(sample.test_rows)
        here = slice(n_test, None) if part else slice(n_test)
        y = sample.validation_labels if part else sample.test_labels
        scored.append(scores_of(y, predicted[:, here], losses[:, here]))
    return {f"{part}{name}": np.stack([task[name] for task in scored]) for name in scored[0]}


def scores_of(y: np.ndarray, predicted: np.ndarray, losses: np.ndarray) -> dict[str, np.ndarray]:
    """The scores of `JobResult`, float64 (n_tested,), of classes and losses (n_tested, n_test)."""
    return {
        "accuracy": accuracy(y, predicted),
        "f1": f1_score(y, predicted),
        "f1_negative": f1_score(y, predicted, positive=0),
        "log_loss": losses.mean(axis=1),
    }
