"""Early stopping: documents held out of training, and when their scores have stopped rising."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from minimtl.nn.network import Network
from minimtl.nn.training import History, Learner, TaskData


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

    def __init__(self, tasks: Sequence[TaskData], tol: float, patience: int) -> None:
        self._tasks, self._tol, self._patience = tasks, tol, patience
        self._idle = 0
        self.scores: list[list[float]] = []
        self.best = -np.inf
        self.best_network: Network | None = None

    def ends(self, history: History, learner: Learner) -> bool:
        """Look at the last epoch; whether training should end with it."""
        now = zip(history.predictions, self._tasks, strict=True)
        self.scores.append(
            [float(np.mean(predicted[-1] == task.y_test)) for predicted, task in now]
        )
        score = float(np.mean(self.scores[-1]))
        self._idle = self._idle + 1 if score < self.best + self._tol else 0
        if score > self.best:
            self.best, self.best_network = score, learner.network()
        return self._idle > self._patience
