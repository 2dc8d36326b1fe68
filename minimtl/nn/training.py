"""Training a network on one task or several jointly, with its learning curves.

Notation beyond `network`::

    n_t     training documents of task t
    n       documents of each task in an epoch: those of the schedule, or n_0, one pass over task 0
    order   (T, n) documents of an epoch. Each task deals its own from an endless sequence of
            shuffled passes, so tasks of n documents see each once per epoch
    active  the words that occur in some training document. Others never have a gradient: their
            rows keep their initial values and add a constant to a test document's Z_1
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from minimtl.estimator import check_sparse
from minimtl.nn.adam import Adam, Moments
from minimtl.nn.arrays import FloatArray, IntArray
from minimtl.nn.backend import StepSettings, trainer_class
from minimtl.nn.network import Network

# The version of the numbers that training gives. Raise it with every change that gives other
# ones: of dropout masks (dropout.py), of Adam (adam.py, pending.py), of the initial weights
# (network.py), of the order of documents (below), of the kernels (kernels/). Stored models and
# the random streams of jobs depend on it; models of another version are trained anew.
TRAINING_VERSION = 2


@dataclass(frozen=True)
class TaskData:
    """One task: training documents X (n, V) with classes y (n,).

    If given, the documents `X_test` (n_test, V) are predicted after every epoch, and their losses
    computed where their classes `y_test` (n_test,) are given too.
    """

    X: sparse.csr_matrix
    y: IntArray
    X_test: sparse.csr_matrix | None = None
    y_test: IntArray | None = None


@dataclass(frozen=True)
class Schedule:
    """Epochs, documents of each task per step, dropout rate, weights of the tasks' losses.

    An epoch has `epoch_documents` documents of each task; by default as many as task 0 has.
    """

    n_epochs: int = 100
    batch_size: int = 32
    dropout: float = 0.5
    task_weights: tuple[float, ...] | None = None
    epoch_documents: int | None = None

    def __post_init__(self) -> None:
        if self.epoch_documents is not None and self.epoch_documents < 1:
            raise ValueError(f"epoch_documents must be at least 1, got {self.epoch_documents}")
        if self.n_epochs < 1 or self.batch_size < 1:
            raise ValueError(
                "n_epochs and batch_size must be at least 1, "
                f"got {self.n_epochs} and {self.batch_size}"
            )
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"dropout must lie in [0, 1), got {self.dropout}")
        if not all(0.0 <= weight < np.inf for weight in self.task_weights or ()):
            raise ValueError(
                f"task_weights must be finite and not negative, got {self.task_weights}"
            )


@dataclass(frozen=True)
class History:
    """The mean training losses `losses` (T, n_epochs), computed with dropout on.

    `predictions[t]` (n_epochs, n_test) holds the predicted class of each test document of task t
    after each epoch; n_test is 0 where there was no `X_test`. `test_losses[t]`, of the same shape
    where there was `y_test` and else without columns, holds the loss of each, without dropout.
    """

    losses: FloatArray
    predictions: list[IntArray]
    test_losses: list[FloatArray]


def train(
    network: Network,
    tasks: Sequence[TaskData],
    schedule: Schedule,
    adam: Adam,
    rng: np.random.Generator,
    backend: str | None = None,
    moments: Moments | None = None,
) -> History:
    """Train `network` in place on `tasks` together; deterministic given `rng` and the backend.

    `moments` are those of an earlier training that this one continues, and are updated in place.
    Without them Adam begins anew, and its last moments are dropped.

    Raises
    ------
    ValueError
        For tasks that do not fit the network or the schedule, or documents whose CSR arrays are
        malformed: the kernels follow indices without looking.
    """
    _check(network, tasks, schedule)
    tasks = [_with_checked_documents(task, network.shape.n_features) for task in tasks]
    make_trainer = trainer_class(backend)
    dtype = np.dtype(make_trainer.dtype)
    words = [task.X.indices for task in tasks]
    active = np.unique(np.concatenate(words if moments is None else [*words, moments.moved_rows()]))
    columns = np.full(network.shape.n_features, -1, np.int64)
    columns[active] = np.arange(len(active))
    part = network.with_rows(active, dtype)
    weights = np.asarray(schedule.task_weights or np.ones(len(tasks)))
    trainer = make_trainer(
        part,
        sparse.vstack([_take_columns(task.X, columns, len(active)) for task in tasks], "csr"),
        np.concatenate([task.y for task in tasks]).astype(np.int64),
        StepSettings(adam, schedule.batch_size, schedule.dropout, weights),
    )
    if moments is not None:
        trainer.resume(moments.with_rows(active, dtype))
    followed = [_split_columns(task.X_test, columns, network, len(active)) for task in tasks]
    losses = np.empty((len(tasks), schedule.n_epochs))
    predictions = [np.empty((schedule.n_epochs, X.shape[0]), np.int16) for X, _ in followed]
    classes = [np.zeros(0, np.int64) if task.y_test is None else task.y_test for task in tasks]
    test_losses: list[FloatArray] = [np.empty((schedule.n_epochs, len(y))) for y in classes]
    epochs = _epochs([task.X.shape[0] for task in tasks], schedule, network, rng)
    for epoch, (order, keys) in enumerate(epochs):
        losses[:, epoch] = trainer.epoch(order, keys)
        for t, (X, base) in enumerate(followed):
            if X.shape[0]:
                P = trainer.predict_proba(X, base, t)
                predictions[t][epoch] = P.argmax(axis=1)
                test_losses[t][epoch] = _losses_of(P, classes[t])
    trainer.finish()
    network.put(active, part)
    if moments is not None:
        moments.put(active, trainer.moments())
    return History(losses, predictions, test_losses)


def _losses_of(P: FloatArray, y: IntArray) -> FloatArray:
    """−ln P[i, y_i] in float64; a probability of 0 counts as float64's ε."""
    return -np.log(np.maximum(P[np.arange(len(y)), y].astype(np.float64), np.finfo(float).eps))


def _epochs(
    sizes: Sequence[int], schedule: Schedule, network: Network, rng: np.random.Generator
) -> Iterator[tuple[IntArray, IntArray]]:
    """The order of each epoch and the dropout keys of its steps."""
    n = schedule.epoch_documents or sizes[0]
    n_steps = -(-n // schedule.batch_size)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    waiting = [np.empty(0, np.int64) for _ in sizes]
    for _ in range(schedule.n_epochs):
        order = np.empty((len(sizes), n), np.int64)
        for t, size in enumerate(sizes):
            while len(waiting[t]) < n:
                waiting[t] = np.append(waiting[t], rng.permutation(size) + starts[t])
            order[t], waiting[t] = waiting[t][:n], waiting[t][n:]
        keys = rng.integers(2**32, size=(n_steps, len(network.weights), 2), dtype=np.uint32)
        yield order, keys


def _take_columns(X: sparse.csr_matrix, columns: IntArray, n: int) -> sparse.csr_matrix:
    """The columns j of `X` with ``columns[j] >= 0``, at their new places."""
    new = columns[X.indices]
    kept = np.concatenate([[0], np.cumsum(new >= 0)])
    here = new >= 0
    return sparse.csr_matrix((X.data[here], new[here], kept[X.indptr]), shape=(X.shape[0], n))


def _split_columns(
    X: sparse.csr_matrix | None, columns: IntArray, network: Network, n_active: int
) -> tuple[sparse.csr_matrix, FloatArray]:
    """The active columns of `X`, and what the others add to Z_1 (n, H_1)."""
    if X is None:
        X = sparse.csr_matrix((0, network.shape.n_features))
    others = np.where(columns < 0, np.arange(len(columns)), -1)
    base = _take_columns(X, others, len(columns)) @ network.first
    return _take_columns(X, columns, n_active), np.ascontiguousarray(base, network.first.dtype)


def _with_checked_documents(task: TaskData, n_features: int) -> TaskData:
    documents = [None if X is None else check_sparse(X) for X in (task.X, task.X_test)]
    for X in documents:
        if X is not None and X.shape[1] != n_features:
            raise ValueError(
                f"documents have {X.shape[1]} features, but the network has {n_features}"
            )
    return TaskData(documents[0], task.y, documents[1], task.y_test)


def _check(network: Network, tasks: Sequence[TaskData], schedule: Schedule) -> None:
    n_classes = network.shape.n_classes
    if len(tasks) != len(n_classes):
        raise ValueError(f"the network has {len(n_classes)} heads, but {len(tasks)} tasks came")
    if schedule.task_weights is not None and len(schedule.task_weights) != len(tasks):
        raise ValueError(f"{len(schedule.task_weights)} task weights came for {len(tasks)} tasks")
    for t, task in enumerate(tasks):
        if task.X.shape[0] == 0 or task.X.shape[0] != len(task.y):
            raise ValueError(
                f"task {t} has {task.X.shape[0]} documents and {len(task.y)} labels; "
                "it needs as many of each, and one at least"
            )
        if np.min(task.y) < 0 or np.max(task.y) >= n_classes[t]:
            raise ValueError(f"task {t} has labels outside 0 … {n_classes[t] - 1}")
        if task.y_test is not None:
            n_test = 0 if task.X_test is None else task.X_test.shape[0]
            if len(task.y_test) != n_test or not np.isin(task.y_test, range(n_classes[t])).all():
                raise ValueError(
                    f"task {t} has {n_test} test documents and needs as many classes of them in "
                    f"0 … {n_classes[t] - 1}"
                )
