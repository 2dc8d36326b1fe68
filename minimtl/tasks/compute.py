"""One job's computation: the documents of its tasks in its run, a trained model, its curves."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import csr_matrix, vstack

from minimtl.corpora.editions import Corpus
from minimtl.errors import MinimtlError
from minimtl.nn.adam import Adam, Schedule
from minimtl.nn.backend import processor_of
from minimtl.nn.network import Shape, initialize
from minimtl.nn.training import History, Learner, TaskData
from minimtl.stats.scores import accuracy, f1_score
from minimtl.tasks.modeljobs import (
    Job,
    JobResult,
    StudyIdentity,
    encode,
    sampling_rng,
    training_rng,
)
from minimtl.tasks.protocol import ModelSettings, Protocol, Sampling, TrainingSettings
from minimtl.tasks.taskpairs import Task
from minimtl.text.tfidf import TfidfVectorizer

# The difference between a longer and a shorter training is the cost of the epochs alone.
_SHORT = 5
_LONG = 25


@dataclass(frozen=True)
class Sample:
    """Rows of the training and of the test partition, int64, with labels (1 = positive, int64).

    Rows are in the order in which they were drawn, so the first k of them are a random k. Those
    for validation are of the training partition, and are not among those to train on.
    """

    train_rows: np.ndarray
    train_labels: np.ndarray
    test_rows: np.ndarray
    test_labels: np.ndarray
    validation_rows: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    validation_labels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


def draw_sample(
    task: Task,
    train_topics: np.ndarray,
    test_topics: np.ndarray,
    topic_names: Sequence[str],
    sampling: Sampling,
    rng: np.random.Generator,
    times: float = 1.0,
) -> Sample:
    """Draw the documents of one task for one run.

    A draw depends on the generator, the topics and the protocol's `Sampling` only. So the single
    and the joint models of a task in one run, given equal generators, see the same documents.

    Parameters
    ----------
    train_topics, test_topics : int (n_documents,)
        Of each document of a partition, the index of its topic in ``topic_names``.
    times : so many times as many training documents; a larger draw holds the smaller one.

    Raises
    ------
    MinimtlError
        If the corpus lacks one of the task's topics or has too few documents of it.
    """
    positive, negative = _topic_indices(task, topic_names)
    train_rows = rng.permutation(np.flatnonzero(np.isin(train_topics, (positive, negative))))
    test_rows = rng.permutation(np.flatnonzero(np.isin(test_topics, (positive, negative))))

    if sampling.within_smaller_partition:
        smaller = min(len(train_rows), len(test_rows))
        train_rows, test_rows = train_rows[:smaller], test_rows[:smaller]

    is_positive = train_topics[train_rows] == positive
    if sampling.train_per_class is not None:
        n_class = round(times * sampling.train_per_class)
        chosen = _first_of_each(task, is_positive, n_class, sampling.allow_fewer)
        train_rows, is_positive = train_rows[chosen], is_positive[chosen]
    else:
        n_task = round(times * sampling.n_train)
        if not sampling.allow_fewer:
            _require(" and ".join(map(repr, task)), len(train_rows), n_task)
        train_rows, is_positive = train_rows[:n_task], is_positive[:n_task]

    test_rows = test_rows[: sampling.max_test]
    test_positive = test_topics[test_rows] == positive
    validates = _last_of_each(is_positive, sampling.validation_share)
    _require_both_classes(task, is_positive[~validates], "training")
    _require_both_classes(task, test_positive, "test")
    if sampling.validation_share:
        _require_both_classes(task, is_positive[validates], "validation")
    labels = is_positive.astype(np.int64)
    return Sample(
        train_rows[~validates], labels[~validates], test_rows, test_positive.astype(np.int64),
        train_rows[validates], labels[validates],
    )  # fmt: skip


def cut_test_to_smallest(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """The samples of a joint run, each with as many test documents as the one with fewest."""
    n_test = min(len(sample.test_rows) for sample in samples)
    return tuple(
        replace(
            sample, test_rows=sample.test_rows[:n_test], test_labels=sample.test_labels[:n_test]
        )
        for sample in samples
    )


def _topic_indices(task: Task, topic_names: Sequence[str]) -> list[int]:
    for topic in task:
        if topic not in topic_names:
            raise MinimtlError(
                f"the corpus has no topic {topic!r}; use a corpus with all topics of the study"
            )
    return [list(topic_names).index(topic) for topic in task]


def _first_of_each(task: Task, is_positive: np.ndarray, n: int, allow_fewer: bool) -> np.ndarray:
    """Positions of the first ``n`` documents of each class, in the order of the documents."""
    chosen = []
    for topic, of_class in zip(task, (is_positive, ~is_positive), strict=True):
        positions = np.flatnonzero(of_class)
        if not allow_fewer:
            _require(repr(topic), len(positions), n)
        chosen.append(positions[:n])
    return np.sort(np.concatenate(chosen))


def _last_of_each(is_positive: np.ndarray, share: float) -> np.ndarray:
    """A mask of the documents in the last share of their class; at least one, of a share."""
    chosen = np.zeros(len(is_positive), bool)
    for of_class in (is_positive, ~is_positive):
        positions = np.flatnonzero(of_class)
        n = max(1, round(share * len(positions))) if share else 0
        chosen[positions[len(positions) - n :]] = True
    return chosen


def _require(topics: str, n_found: int, n_needed: int) -> None:
    if n_found < n_needed:
        raise MinimtlError(
            f"the protocol draws {n_needed} training documents of {topics}, but the corpus offers "
            f"{n_found}; use a larger corpus"
        )


def _require_both_classes(task: Task, is_positive: np.ndarray, partition: str) -> None:
    for topic, found in zip(task, (is_positive.any(), (~is_positive).any()), strict=True):
        if not found:
            raise MinimtlError(
                f"no {partition} document of topic {topic!r} was drawn; use a corpus with more"
            )


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
        return StudyIdentity(self.protocol.settings, self.corpus_digest, self.seed)


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
    history = _train(job, data, task_data(samples, data), epochs_of(job, data.protocol.training))
    of_tasks = [
        _scores_of_sample(sample, predicted, losses)
        for sample, predicted, losses in zip(
            samples, history.predictions, history.test_losses, strict=True
        )
    ]
    scores = {name: np.stack([one[name] for one in of_tasks]) for name in of_tasks[0]}
    seconds, trained_by = time.perf_counter() - began, processor_of(data.backend)
    return encode(JobResult(history.losses, history.test_epochs, scores, seconds, trained_by))


def time_training(job: Job, data: StudyData) -> float:
    """Seconds that a core takes to train the job's model, from a few of its epochs.

    The kernels are loaded, or compiled, before.
    """
    tasks = task_data(samples_of(job, data), data)

    def timed(n_epochs: int) -> float:
        began = time.perf_counter()
        _train(job, data, tasks, n_epochs)
        return time.perf_counter() - began

    timed(1)
    short = timed(_SHORT)
    per_epoch = (timed(_LONG) - short) / (_LONG - _SHORT)
    return short + (epochs_of(job, data.protocol.training) - _SHORT) * per_epoch


def _train(job: Job, data: StudyData, tasks: list[TaskData], n_epochs: int) -> History:
    rng = training_rng(job, data.identity)
    return train_model(data.protocol.settings, tasks, [2] * len(tasks), n_epochs, rng, data.backend)


def _scores_of_sample(
    sample: Sample, predicted: np.ndarray, losses: np.ndarray
) -> dict[str, np.ndarray]:
    """The scores of the test documents and, where there are some, of those for validation."""
    n_test = len(sample.test_rows)
    scores = scores_of(sample.test_labels, predicted[:, :n_test], losses[:, :n_test])
    if sample.validation_rows.size:
        held_out = scores_of(sample.validation_labels, predicted[:, n_test:], losses[:, n_test:])
        scores |= {f"validation_{name}": values for name, values in held_out.items()}
    return scores


def scores_of(y: np.ndarray, predicted: np.ndarray, losses: np.ndarray) -> dict[str, np.ndarray]:
    """The scores of `JobResult`, float64 (n_tested,), of classes and losses (n_tested, n_test)."""
    return {
        "accuracy": accuracy(y, predicted),
        "f1": f1_score(y, predicted),
        "f1_negative": f1_score(y, predicted, positive=0),
        "log_loss": losses.mean(axis=1),
    }
