"""How a network is trained: one record, from the estimator or the study down to the kernels."""

from dataclasses import dataclass, field

import numpy as np

from minimtl.nn.adam import Adam
from minimtl.nn.arraytypes import FloatArray


@dataclass(frozen=True)
class Schedule:
    """The settings of a training; ValueError for those that cannot be used.

    A step takes `batch_size` documents of each task and leaves out the share `dropout` of the
    hidden units, in [0, 1). The losses of tasks are multiplied by `task_weights` λ_t, 1 each by
    default. An epoch has `epoch_documents` documents of each task, by default as many as task 0
    has. Test documents are predicted after the `test_epochs`, which count from 0; None is each.
    """

    n_epochs: int = 100
    batch_size: int = 32
    dropout: float = 0.5
    task_weights: tuple[float, ...] | None = None
    epoch_documents: int | None = None
    test_epochs: tuple[int, ...] | None = None
    adam: Adam = field(default_factory=Adam)

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
        weights = self.task_weights
        if weights is not None and not all(0.0 <= weight < np.inf for weight in weights):
            raise ValueError(f"task_weights must be finite and not negative, got {weights}")

    def weights(self, n_tasks: int) -> FloatArray:
        """λ (n_tasks,), float64; ValueError where `task_weights` are those of another number."""
        if self.task_weights is None:
            return np.ones(n_tasks)
        if len(self.task_weights) != n_tasks:
            raise ValueError(f"{len(self.task_weights)} task weights came for {n_tasks} tasks")
        return np.array(self.task_weights, np.float64)
