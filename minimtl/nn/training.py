"""Training a network on one task or several jointly, with its learning curves.

Notation beyond `network`::

    n_t     training documents of task t
    n       documents of each task in an epoch: those of the schedule, or n_0, one pass over task 0
    order   (T, n) documents of an epoch. Each task deals its own from an endless sequence of
            shuffled passes, so tasks of n documents see each once per epoch
    active  the words that occur in some training document. Others never have a gradient: their
            rows keep their initial values and add a constant to a test document's Z_1
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from minimtl.elementary import log
from minimtl.nn.adam import Adam, Moments
from minimtl.nn.arrays import FloatArray, IntArray
from minimtl.nn.backend import StepSettings, Trainer, trainer_class
from minimtl.nn.documents import check_documents, split_columns, stack, words_of
from minimtl.nn.network import Network

# The version of the numbers that training gives. Raise it with every change that gives other
# ones: of dropout masks (dropout.py), of Adam (adam.py, pending.py), of the initial weights
# (network.py), of the order of documents (below), of the kernels (kernels/). Stored models and
# the random streams of jobs depend on it; models of another version are trained anew.
TRAINING_VERSION = 3


@dataclass(frozen=True)
class TaskData:
    """One task: training documents X (n, V) with classes y (n,).

    If given, the documents `X_test` (n_test, V) are predicted after every epoch, and their losses
    computed where their classes `y_test` (n_test,) are given too. The training losses of documents
    are multiplied by the weights of their classes `class_weights` (K,), 1 each by default.
    """

    X: sparse.csr_matrix
    y: IntArray
    X_test: sparse.csr_matrix | None = None
    y_test: IntArray | None = None
    class_weights: FloatArray | None = None


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


# Called after each epoch with what there is so far; true ends the training.
AfterEpoch: TypeAlias = Callable[[History], bool]


class Training:
    """The training of one network, which goes on from call to call of `run`.

    Between calls a trainer holds weights and moments, with the moves that are still pending.
    `network` brings the weights up to date, which changes no bit of what comes after. `moments`,
    copies and pickles end all pending moves: what comes after is then rounded differently, by some
    1e-7, and in the same way for the copy and for the original.

    Parameters
    ----------
    network
        The weights to begin with, float32; changed in place.
    moments
        Those of the training that this one continues; without them Adam begins anew.
    """

    def __init__(self, network: Network, moments: Moments | None = None) -> None:
        self._network = network
        # The words that have had a training document, in the order of the trainer's rows.
        self._words = np.empty(0, np.int64)
        self._columns = np.full(network.shape.n_features, -1, np.int32)
        self._trainer: Trainer | None = None
        self._made_for: tuple[type[Trainer], Adam] | None = None
        self._stale = False  # whether the trainer has newer weights than the network
        self._moments: Moments | None = None  # of `_words`, while there is no trainer
        if moments is not None:
            self._add_words(moments.moved_rows())
            self._moments = moments.with_rows(self._words, np.float32)

    def network(self) -> Network:
        """The network with its weights after the last step."""
        if self._stale and self._trainer is not None:
            self._network.put(self._words[: self._trainer.n_words], self._trainer.weights())
            self._stale = False
        return self._network

    def moments(self) -> Moments:
        """Adam's state after the last step, of all words."""
        self._end_moves()
        moments = Moments.zeros(self._network.shape)
        if self._moments is not None:
            moments.put(self._words, self._moments)
        return moments

    def __getstate__(self) -> dict[str, Any]:
        self._end_moves()
        return vars(self).copy()

    def run(
        self,
        tasks: Sequence[TaskData],
        schedule: Schedule,
        adam: Adam,
        rng: np.random.Generator,
        backend: str | None = None,
    ) -> History:
        """Make the epochs of `schedule` on `tasks`; as `train`."""
        trainer, tasks, _ = self._prepare(tasks, schedule, adam, backend)
        try:
            return self._make_epochs(trainer, tasks, schedule, rng)
        finally:
            trainer.forget()

    def run_or_undo(
        self,
        tasks: Sequence[TaskData],
        schedule: Schedule,
        adam: Adam,
        rng: np.random.Generator,
        backend: str | None = None,
        after_epoch: AfterEpoch | None = None,
    ) -> History:
        """As `run`; if it fails, a training that had begun, and `rng`, are what they were.

        `after_epoch` may look at the network, and ends the training by returning true.

        Raises
        ------
        ValueError
            As `run` does, and where weights have become infinite or NaN.
        """
        begun = self._trainer is not None or self._moments is not None
        trainer, tasks, rows = self._prepare(tasks, schedule, adam, backend)
        undo = trainer.undo(rows) if begun else None
        rng_before = rng.bit_generator.state
        try:
            history = self._make_epochs(trainer, tasks, schedule, rng, after_epoch)
            if not trainer.is_finite(rows):
                raise ValueError(
                    "Training produced non-finite weights; scale the features or lower "
                    "learning_rate."
                )
        except BaseException:
            if undo is not None:
                undo()
                self._stale = True
                rng.bit_generator.state = rng_before
            raise
        finally:
            trainer.forget()
        return history

    def _prepare(
        self, tasks: Sequence[TaskData], schedule: Schedule, adam: Adam, backend: str | None
    ) -> tuple[Trainer, list[TaskData], IntArray]:
        """The trainer with the documents of `tasks`, these as checked, and their words' rows."""
        shape = self._network.shape
        _check(self._network, tasks, schedule)
        tasks = [_with_checked_documents(task, shape.n_features) for task in tasks]
        documents = [task.X for task in tasks]
        words = words_of(documents, shape.n_features)
        made_for = trainer_class(backend), adam
        if made_for != self._made_for:
            self._end_moves()
        n_resumed = len(self._words)
        self._add_words(words[self._columns[words] < 0])
        X = stack(documents, self._columns, len(self._words))
        labels = np.concatenate([task.y for task in tasks]).astype(np.int64)
        weights = np.asarray(schedule.task_weights or np.ones(len(tasks)))
        settings = StepSettings(
            adam,
            schedule.batch_size,
            schedule.dropout,
            weights,
            _class_weights(tasks, max(shape.n_classes)),
        )
        trainer = self._trainer
        if trainer is None:
            make_trainer, _ = made_for
            known = self._words[:n_resumed]
            part = self._network.with_rows(known, np.dtype(make_trainer.dtype))
            trainer = make_trainer(part, X, labels, settings)
            if self._moments is not None:
                trainer.resume(self._moments)
            self._made_for, self._trainer = made_for, trainer
        else:
            trainer.take(X, labels, settings)
        # Also those of an earlier call that was interrupted before this line.
        trainer.add_words(self._network.first[self._words[trainer.n_words :]])
        return trainer, tasks, self._columns[words]

    def _make_epochs(
        self,
        trainer: Trainer,
        tasks: Sequence[TaskData],
        schedule: Schedule,
        rng: np.random.Generator,
        after_epoch: AfterEpoch | None = None,
    ) -> History:
        followed = {
            t: split_columns(task.X_test, self._columns, self._network, len(self._words))
            for t, task in enumerate(tasks)
            if task.X_test is not None
        }
        n_test = [followed[t][0].shape[0] if t in followed else 0 for t in range(len(tasks))]
        losses = np.empty((len(tasks), schedule.n_epochs))
        number = np.int16 if max(self._network.shape.n_classes) <= 1 << 15 else np.int32
        predictions: list[IntArray] = [np.empty((schedule.n_epochs, n), number) for n in n_test]
        classes = [np.zeros(0, np.int64) if task.y_test is None else task.y_test for task in tasks]
        test_losses: list[FloatArray] = [np.empty((schedule.n_epochs, len(y))) for y in classes]
        epochs = _epochs([task.X.shape[0] for task in tasks], schedule, self._network, rng)
        self._stale = True
        for epoch, (order, keys) in enumerate(epochs):
            losses[:, epoch] = trainer.epoch(order, keys)
            for t, (X, base) in followed.items():
                P = trainer.predict_proba(X, base, t)
                predictions[t][epoch] = P.argmax(axis=1)
                test_losses[t][epoch] = _losses_of(P, classes[t])
            if after_epoch is not None:
                n = epoch + 1
                so_far = History(
                    losses[:, :n], [a[:n] for a in predictions], [a[:n] for a in test_losses]
                )
                self._stale = True
                if after_epoch(so_far):
                    return so_far
        return History(losses, predictions, test_losses)

    def _add_words(self, new: IntArray) -> None:
        n = len(self._words)
        self._words = np.append(self._words, new)
        self._columns[new] = n + np.arange(len(new))

    def _end_moves(self) -> None:
        """Bring network and moments up to date, and drop the trainer."""
        if self._trainer is None:
            return
        n = self._trainer.n_words
        # In float32 whatever the backend, as in a saved model.
        self._moments = self._trainer.moments().with_rows(np.arange(n), np.float32)
        self.network()
        # An interrupted call may have left words that the trainer does not know.
        self._columns[self._words[n:]] = -1
        self._words = self._words[:n]
        self._trainer, self._made_for = None, None


def train(
    network: Network,
    tasks: Sequence[TaskData],
    schedule: Schedule,
    adam: Adam,
    rng: np.random.Generator,
    backend: str | None = None,
) -> History:
    """Train `network` in place on `tasks` together; deterministic given `rng` and the backend.

    Raises
    ------
    ValueError
        For tasks that do not fit the network or the schedule, or documents whose CSR arrays are
        malformed: the kernels follow indices without looking.
    """
    training = Training(network)
    history = training.run(tasks, schedule, adam, rng, backend)
    training.network()  # brings it up to date
    return history


def _losses_of(P: FloatArray, y: IntArray) -> FloatArray:
    """−ln P[i, y_i] in float64; a probability of 0 counts as float64's ε."""
    return -log(np.maximum(P[np.arange(len(y)), y].astype(np.float64), np.finfo(float).eps))


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
            n_deals = max(0, -(-(n - len(waiting[t])) // size))
            dealt = [rng.permutation(size) + starts[t] for _ in range(n_deals)]
            waiting[t] = np.concatenate([waiting[t], *dealt])
            order[t], waiting[t] = waiting[t][:n], waiting[t][n:]
        keys = rng.integers(2**32, size=(n_steps, len(network.weights), 2), dtype=np.uint32)
        yield order, keys


def _with_checked_documents(task: TaskData, n_features: int) -> TaskData:
    X_test = None if task.X_test is None else check_documents(task.X_test, n_features)
    return replace(task, X=check_documents(task.X, n_features), X_test=X_test)


def _class_weights(tasks: Sequence[TaskData], n_classes: int) -> FloatArray | None:
    """The weights of the tasks' classes in rows of `n_classes`, or None where no task has any."""
    if all(task.class_weights is None for task in tasks):
        return None
    weights = np.ones((len(tasks), n_classes))
    for row, task in zip(weights, tasks, strict=True):
        if task.class_weights is not None:
            row[: len(task.class_weights)] = task.class_weights
    return weights


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
        y = np.asarray(task.y)
        if y.ndim != 1 or y.dtype.kind not in "iu":
            raise ValueError(
                f"task {t} has labels of type {y.dtype} in {y.ndim} dimensions; it needs one whole "
                f"number for each document, in 0 … {n_classes[t] - 1}"
            )
        outside = np.flatnonzero((y < 0) | (y >= n_classes[t]))
        if len(outside):
            raise ValueError(
                f"task {t} has labels outside 0 … {n_classes[t] - 1}: {y[outside[0]]} is that of "
                f"document {outside[0]}"
            )
        if task.class_weights is not None and len(task.class_weights) != n_classes[t]:
            raise ValueError(
                f"task {t} has {len(task.class_weights)} class weights for {n_classes[t]} classes"
            )
        if task.y_test is not None:
            n_test = 0 if task.X_test is None else task.X_test.shape[0]
            if len(task.y_test) != n_test or not np.isin(task.y_test, range(n_classes[t])).all():
                raise ValueError(
                    f"task {t} has {n_test} test documents and needs as many classes of them in "
                    f"0 … {n_classes[t] - 1}"
                )
