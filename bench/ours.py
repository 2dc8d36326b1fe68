"""minimtl's training as a contestant: an epoch at a time, batch order and dropout drawn within."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from scipy import sparse

from bench.harness import Contestant
from minimtl.nn.adam import Schedule
from minimtl.nn.network import Network, Shape, initialize
from minimtl.nn.trainer import KernelTrainer
from minimtl.nn.training import TaskData

SEED = 20
BATCH = 32
# Epochs of a round: in a training one follows the other, and finds the caches as that left them.
EPOCHS = 5


def fresh_network(n_features: int, n_tasks: int, hidden: tuple[int, ...] = (100, 100)) -> Network:
    """The same weights for every contestant."""
    shape = Shape(n_features, hidden, (2,) * n_tasks)
    return initialize(shape, np.random.default_rng(SEED))


def active_words(tasks: Sequence[TaskData]) -> tuple[list[TaskData], np.ndarray]:
    """The tasks with those columns only that occur in a training document, and these columns."""
    active = np.unique(np.concatenate([task.X.indices for task in tasks]))
    return [TaskData(task.X[:, active], task.y) for task in tasks], active


def several_epochs(contestants: Mapping[str, Contestant]) -> dict[str, Contestant]:
    """The contestants, each of which makes an epoch, with `EPOCHS` of them at a time."""

    def repeat(epoch: Contestant) -> None:
        for _ in range(EPOCHS):
            epoch()

    return {who: partial(repeat, epoch) for who, epoch in contestants.items()}


class OurEpochs:
    """Training of one network, continued from epoch to epoch, on the active words as in `Learner`.

    Attributes
    ----------
    X : CSR float32, the documents of all tasks, one task after the other, active columns only.
    n_steps : steps in an epoch.
    """

    def __init__(
        self, tasks: Sequence[TaskData], dropout: float = 0.5, hidden: tuple[int, ...] = (100, 100)
    ) -> None:
        only_active, active = active_words(tasks)
        self.X = sparse.vstack([task.X for task in only_active], "csr")
        network = fresh_network(tasks[0].X.shape[1], len(tasks), hidden)
        labels = np.concatenate([task.y for task in tasks]).astype(np.int64)
        schedule = Schedule(batch_size=BATCH, dropout=dropout)
        self.trainer = KernelTrainer(network.rows(active, np.float32), schedule.adam)
        self.trainer.take(self.X, labels, schedule)
        self.rng = np.random.default_rng(SEED)
        self.n_tasks, self.n_documents = len(tasks), tasks[0].X.shape[0]
        self.n_layers = len(hidden)
        self.n_steps = -(-self.n_documents // BATCH)

    def draw_order(self) -> np.ndarray:
        """The order of an epoch, (n_tasks, n_documents), rows of `X`."""
        return np.stack(
            [
                self.rng.permutation(self.n_documents) + task * self.n_documents
                for task in range(self.n_tasks)
            ]
        )

    def epoch(self) -> np.ndarray:
        """One epoch; the mean loss of each task."""
        keys = self.rng.integers(2**32, size=(self.n_steps, self.n_layers, 2), dtype=np.uint32)
        return self.trainer.epoch(self.draw_order(), keys)
