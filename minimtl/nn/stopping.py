"""Early stopping: documents held out of training, and when their scores have stopped rising."""

import copy
from typing import NamedTuple

import numpy as np

from minimtl.nn.arrays import FloatArray, IntArray
from minimtl.nn.network import Network
from minimtl.nn.training import History, Training


class HeldOut(NamedTuple):
    """The rows of one task that are trained on, and those that scores are measured on."""

    train: IntArray
    validation: IntArray


def hold_out(y: IntArray, share: float, rng: np.random.Generator) -> HeldOut:
    """Hold out `share` of the documents of each class of `y`, one document at least in all.

    Raises ValueError where a class would have no document left, or none can be held out.
    """
    rows = rng.permutation(len(y))
    chosen = np.zeros(len(y), bool)
    for k in np.unique(y):
        of_class = rows[y[rows] == k]
        chosen[of_class[: round(share * len(of_class))]] = True
    if not chosen.any():
        largest = np.bincount(y).argmax()
        chosen[rows[y[rows] == largest][0]] = True
    if len(np.unique(y[~chosen])) < len(np.unique(y)):
        raise ValueError(
            f"early_stopping with validation_fraction={share} leaves no document of some class to "
            "train on; lower validation_fraction."
        )
    return HeldOut(np.flatnonzero(~chosen), np.flatnonzero(chosen))


class Stopping:
    """Watches a training, keeps its best network, and says when to end it.

    It ends when the mean accuracy over the tasks has not risen by `tol` above the best one for more
    than `patience` epochs in a row; scikit-learn's perceptron has the same rule.
    """

    def __init__(
        self, training: Training, labels: list[IntArray], tol: float, patience: int, verbose: bool
    ) -> None:
        self._training, self._labels = training, labels
        self._tol, self._patience, self._verbose = tol, patience, verbose
        self._scores: list[list[float]] = []
        self._idle = 0
        self.best = -np.inf
        self.best_network: Network | None = None

    @property
    def scores(self) -> FloatArray:
        """Accuracies on the documents held out, shape (n_tasks, n_epochs)."""
        return np.array(self._scores).T

    def __call__(self, history: History) -> bool:
        now = zip(history.predictions, self._labels, strict=True)
        if self._labels:
            self._scores.append([float(np.mean(predicted[-1] == y)) for predicted, y in now])
        if self._verbose:
            self._print(history)
        if not self._labels:
            return False
        score = float(np.mean(self._scores[-1]))
        self._idle = self._idle + 1 if score < self.best + self._tol else 0
        if score > self.best:
            self.best = score
            self.best_network = copy.deepcopy(self._training.network())
        return self._idle > self._patience

    def _print(self, history: History) -> None:
        n_epochs = history.losses.shape[1]
        losses = ", ".join(f"{loss:.6f}" for loss in history.losses[:, -1])
        scores = ", ".join(f"{score:.6f}" for score in self._scores[-1]) if self._scores else ""
        print(
            f"Epoch {n_epochs}, loss = {losses}" + f", validation score = {scores}" * bool(scores)
        )
