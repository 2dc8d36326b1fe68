"""Training a network on one task or several jointly, its learning curves, and early stopping.

Notation beyond `network`::

    n_t     training documents of task t
    n       documents of each task in an epoch: those of the schedule, or n_0, one pass over task 0
    order   (T, n) documents of an epoch. Each task deals its own from an endless sequence of
            shuffled passes, so tasks of n documents see each once per epoch
    active  the words that occur in some training document. Others never have a gradient: their
            rows keep their initial values and add a constant to a test document's Z_1
    columns (V,) the place of each active word's row in the trainer, −1 for the others
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from minimtl.elementary import log
from minimtl.nn.adam import Moments, Schedule
from minimtl.nn.backend import trainer_class
from minimtl.nn.network import FloatArray, IntArray, Network, Shape
from minimtl.nn.reference import Trainer

# The version of the numbers that training gives. Raise it with every change that gives other
# ones: of dropout masks (dropout.py), of Adam (adam.py), of the initial weights
# (network.py), of the order of documents (below), of the kernels (kernels/). Stored models and
# the random streams of jobs depend on it; models of another version are trained anew.
TRAINING_VERSION = 3


@dataclass(frozen=True)
class TaskData:
    """One task: training documents X (n, V) with classes y (n,).

    If given, the documents `X_test` (n_test, V) are predicted after the schedule's `test_epochs`,
    and their losses computed where their classes `y_test` (n_test,) are given too. The training
    losses of documents are multiplied by the weights of their classes `class_weights` (K,), 1 each
    by default.
    """

    X: sparse.csr_matrix
    y: IntArray
    X_test: sparse.csr_matrix | None = None
    y_test: IntArray | None = None
    class_weights: FloatArray | None = None


@dataclass(frozen=True)
class History:
    """The mean training losses `losses` (T, n_epochs), computed with dropout on.

    `predictions[t]` (n_tested, n_test) holds the predicted class of each test document of task t
    after each of `test_epochs` (n_tested,), which count from 0; n_test is 0 where there was no
    `X_test`. `test_losses[t]`, of the same shape where there was `y_test` and else without columns,
    holds the loss of each, without dropout.
    """

    losses: FloatArray
    test_epochs: IntArray
    predictions: list[IntArray]
    test_losses: list[FloatArray]

    def until(self, n: int) -> "History":
        """The first `n` epochs, views of the same arrays."""
        n_tested = int(np.searchsorted(self.test_epochs, n))
        return History(
            self.losses[:, :n],
            self.test_epochs[:n_tested],
            [predicted[:n_tested] for predicted in self.predictions],
            [losses[:n_tested] for losses in self.test_losses],
        )


NOTHING = TaskData(sparse.csr_matrix((0, 1)), np.empty(0, np.int64))


class Learner:
    """A network that learns, and goes on learning from call to call of `run`.

    Between calls a trainer holds weights and moments, with the moves that are still pending.
    `network` reads the weights, which changes no bit of what comes after. `moments`, copies and
    pickles end all pending moves: what comes after is then rounded differently, by some 1e-7, and
    in the same way for the copy and for the original.

    Parameters
    ----------
    network
        The weights to begin with, float32; they are left as they are.
    moments
        Those of the training that this one continues; without them Adam begins anew.
    """

    def __init__(self, network: Network, moments: Moments | None = None) -> None:
        self._begin_from(network, moments)

    def _begin_from(self, network: Network, moments: Moments | None) -> None:
        words = np.empty(0, np.int64) if moments is None else moments.moved_rows()
        columns = np.full(network.shape.n_features, -1, np.int32)
        columns[words] = np.arange(len(words))

        # Nothing is called between these lines, so that no interrupt comes between them.
        self._network, self._moments, self.shape = network, moments, network.shape
        self._trainer: Trainer | None = None
        self._stale = False  # whether the trainer has newer weights than the network
        # The active ones, in the order of the trainer's rows, and the places of their rows.
        self._words, self._columns = words, columns

    def network(self) -> Network:
        """The network after the last step; steps to come leave it as it is."""
        if self._stale and self._trainer is not None:
            self._network = copy.deepcopy(self._network)
            self._network.put(self._words[: self._trainer.n_words], self._trainer.weights())
            self._stale = False
        return self._network

    def moments(self) -> Moments:
        """Adam's state after the last step, of all words."""
        # In float32 whatever the backend, as in a saved model.
        moments = self._moments or Moments.zeros(self.shape, self.shape.n_features)
        if self._trainer is not None:
            moments.put(self._words[: self._trainer.n_words], self._trainer.moments())
            self._begin_from(self.network(), moments)
        return moments

    def __reduce__(self) -> tuple[Any, ...]:
        self.moments()  # which ends the pending moves
        return Learner, (self._network, self._moments)

    def run(
        self,
        tasks: Sequence[TaskData],
        schedule: Schedule,
        rng: np.random.Generator,
        backend: str | None = None,
        ends: Callable[[History], bool] | None = None,
    ) -> History:
        """Make the epochs of `schedule`; if that fails, a learner that had begun is as it was.

        `tasks` are trusted: kernels follow the indices of their documents without looking, so that
        `check_sparse` must look at a stranger's. `rng` is as it was, too, after a failure. `ends`
        gets what there is after each epoch, may read the network, and ends the training if true.

        Raises
        ------
        ValueError
            Where weights or losses have become infinite or NaN.
        """
        has_begun = self._trainer is not None or self._moments is not None
        n_documents = schedule.epoch_documents or tasks[0].X.shape[0]
        # Memory for more would be wasted.
        schedule = replace(schedule, batch_size=min(schedule.batch_size, n_documents))
        trainer, rows = self._give_documents(tasks, schedule, trainer_class(backend))

        undo = trainer.undo(rows) if has_begun else None
        random_state = rng.bit_generator.state
        try:
            history = self._make_epochs(trainer, tasks, schedule, rng, ends)
            if not (trainer.is_finite(rows) and np.isfinite(history.losses).all()):
                raise ValueError(
                    "Training produced non-finite weights or losses; scale the features or lower "
                    "learning_rate."
                )
        except BaseException:
            rng.bit_generator.state = random_state
            if undo is not None:
                undo()
                self._stale = True
            raise
        finally:
            trainer.take(NOTHING.X, NOTHING.y, schedule)  # it keeps no documents
        return history

    def _give_documents(
        self, tasks: Sequence[TaskData], schedule: Schedule, make_trainer: type[Trainer]
    ) -> tuple[Trainer, IntArray]:
        """The trainer with the tasks' documents, and the rows of their words in it.

        It is made anew if it was of another kind, or made for another Adam.
        """
        trainer = self._trainer
        if trainer is not None and (type(trainer), trainer.adam) != (make_trainer, schedule.adam):
            self.moments()  # which ends the pending moves
        X = tasks[0].X if len(tasks) == 1 else sparse.vstack([task.X for task in tasks], "csr")
        occurs = np.zeros(len(self._columns), bool)
        occurs[X.indices] = True
        words = np.flatnonzero(occurs)
        known = self._words
        self._add_words(words[self._columns[words] < 0])
        X = renumber(X, self._columns, len(self._words))
        labels = np.concatenate([task.y for task in tasks]).astype(np.int64)
        class_weights = _class_weights(tasks, self.shape)

        trainer = self._trainer
        if trainer is None:
            part = self._network.rows(known, make_trainer.dtype)
            moments = None if self._moments is None else self._moments.rows(known)
            trainer = make_trainer(part, schedule.adam, moments)
            self._trainer, self._moments = trainer, None
        trainer.take(X, labels, schedule, class_weights)
        # Also those of an earlier call that was interrupted before this line.
        trainer.add_words(self._network.first[self._words[trainer.n_words :]])
        return trainer, self._columns[words]

    def _make_epochs(
        self,
        trainer: Trainer,
        tasks: Sequence[TaskData],
        schedule: Schedule,
        rng: np.random.Generator,
        ends: Callable[[History], bool] | None,
    ) -> History:
        n_epochs, shape = schedule.n_epochs, self.shape
        number = np.int16 if max(shape.n_classes) <= 1 << 15 else np.int32
        tested = range(n_epochs) if schedule.test_epochs is None else schedule.test_epochs
        history = History(np.empty((len(tasks), n_epochs)), np.array(tested, np.int64), [], [])
        tests, n_tests = [], np.zeros(len(tasks), np.int64)
        for t, task in enumerate(tasks):
            tests.append(task.X[:0] if task.X_test is None else task.X_test)
            n_tests[t] = tests[t].shape[0]
            n_losses = 0 if task.y_test is None else len(task.y_test)
            history.predictions.append(np.empty((len(tested), n_tests[t]), number))
            history.test_losses.append(np.empty((len(tested), n_losses)))

        rows = {}
        if n_tests.any():
            rows = {epoch: row for row, epoch in enumerate(tested)}
            X_test, base = split_columns(sparse.vstack(tests, "csr"), self._words, self._network)
            X_test = X_test.astype(trainer.dtype)

        sizes = [task.X.shape[0] for task in tasks]
        for epoch, (order, keys) in enumerate(_epochs(sizes, schedule, shape, rng)):
            self._stale = True
            history.losses[:, epoch] = trainer.epoch(order, keys)
            if epoch in rows:
                row, of_tasks = rows[epoch], trainer.predict_proba(X_test, base, n_tests)
                for t, (P, task) in enumerate(zip(of_tasks, tasks, strict=True)):
                    history.predictions[t][row] = P.argmax(axis=1)
                    if task.y_test is not None:
                        history.test_losses[t][row] = _losses_of(P, task.y_test)

            if ends is not None and ends(history.until(epoch + 1)):
                return history.until(epoch + 1)
        return history

    def _add_words(self, new: IntArray) -> None:
        n = len(self._words)
        self._words = np.append(self._words, new)
        self._columns[new] = n + np.arange(len(new))


def renumber(X: sparse.csr_matrix, columns: IntArray, n: int) -> sparse.csr_matrix:
    """`X` with its columns at the places `columns` (V,), of which there are `n`."""
    return sparse.csr_matrix((X.data, columns[X.indices], X.indptr), shape=(X.shape[0], n))


def split_columns(
    X: sparse.csr_matrix, words: IntArray, network: Network
) -> tuple[sparse.csc_matrix, FloatArray]:
    """The columns `words` of `X`, by words, and what the others add to Z_1, (n_X, H_1)."""
    is_other = np.ones(X.shape[1], bool)
    is_other[words] = False
    others = np.flatnonzero(is_other)
    base = X[:, others] @ network.first[others]
    return X[:, words].tocsc(), np.ascontiguousarray(base, network.first.dtype)


def _losses_of(P: FloatArray, y: IntArray) -> FloatArray:
    """−ln P[i, y_i] in float64; a probability of 0 counts as float64's ε."""
    return -log(np.maximum(P[np.arange(len(y)), y].astype(np.float64), np.finfo(float).eps))


def _epochs(
    sizes: Sequence[int], schedule: Schedule, shape: Shape, rng: np.random.Generator
) -> Iterator[tuple[IntArray, IntArray]]:
    """The order of each epoch and the dropout keys of its steps."""
    n = schedule.epoch_documents or sizes[0]
    n_steps = -(-n // schedule.batch_size)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    waiting = [np.empty(0, np.int64)] * len(sizes)
    for _ in range(schedule.n_epochs):
        order = np.empty((len(sizes), n), np.int64)
        for t, size in enumerate(sizes):
            passes, n_dealt = [waiting[t]], len(waiting[t])
            while n_dealt < n:
                passes.append(rng.permutation(size) + starts[t])
                n_dealt += size
            dealt = np.concatenate(passes)
            order[t], waiting[t] = dealt[:n], dealt[n:]
        keys = rng.integers(2**32, size=(n_steps, len(shape.hidden), 2), dtype=np.uint32)
        yield order, keys


def _class_weights(tasks: Sequence[TaskData], shape: Shape) -> FloatArray:
    """The weights of the tasks' classes in rows of one length."""
    weights = np.ones((len(tasks), max(shape.n_classes)))
    for row, task in zip(weights, tasks, strict=True):
        if task.class_weights is not None:
            row[: len(task.class_weights)] = task.class_weights
    return weights


def hold_out(task: TaskData, share: float, rng: np.random.Generator) -> TaskData:
    """`task` with `share` of the documents of each class, one at least in all, as its test part.

    Raises ValueError where a class would have no document left, or none can be held out.
    """
    X, y = task.X, task.y
    rows = rng.permutation(len(y))
    is_held_out = np.zeros(len(y), bool)
    for k in np.unique(y):
        of_class = rows[y[rows] == k]
        is_held_out[of_class[: round(share * len(of_class))]] = True
    if not is_held_out.any():
        largest = np.bincount(y).argmax()
        is_held_out[rows[y[rows] == largest][0]] = True
    if len(np.unique(y[~is_held_out])) < len(np.unique(y)):
        raise ValueError(
            f"early_stopping with validation_fraction={share} leaves no document of some class to "
            "train on; lower validation_fraction."
        )

    train, validation = np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)
    return replace(task, X=X[train], y=y[train], X_test=X[validation], y_test=y[validation])


class Stopping:
    """Watches a training, keeps its best network, and says when to end it.

    It ends when the mean accuracy over the tasks has not risen by `tol` above the best one for more
    than `patience` epochs in a row; scikit-learn's perceptron has the same rule.

    Attributes
    ----------
    scores : accuracies on the documents held out, a list of one for each task after each epoch.
    best, best_network : the highest mean of them, and the network of that epoch.
    """

    def __init__(
        self, learner: Learner, tasks: Sequence[TaskData], tol: float, patience: int
    ) -> None:
        self._learner, self._tasks = learner, tasks
        self._tol, self._patience = tol, patience
        self._idle = 0
        self.scores: list[list[float]] = []
        self.best = -np.inf
        self.best_network = learner.network()

    def ends(self, history: History) -> bool:
        """Look at the last epoch; whether training should end with it."""
        now = zip(history.predictions, self._tasks, strict=True)
        self.scores.append(
            [float(np.mean(predicted[-1] == task.y_test)) for predicted, task in now]
        )
        score = float(np.mean(self.scores[-1]))
        self._idle = self._idle + 1 if score < self.best + self._tol else 0
        if score > self.best:
            self.best, self.best_network = score, self._learner.network()
        return self._idle > self._patience
