"""The floor: the operations of a training step, counted on the real batches, in bare loops.

A step on B documents with N nonzeros in R distinct words, hidden layers of H units and P
parameters above the first layer, needs

    R·H  pending moves      one ÷; m and √v are read, w is read and written
    R·H  moments            one √; m and √v are read and written
    P    Adam steps         one √, one ÷
    2NH  multiply-adds      the first layer, forward and backward
    3BHH multiply-adds      the second layer: forward, and both products of backward
    2BH  sigmoids           one ÷ each

Not counted: batch order, dropout's hashes, turning the batch round, heads, losses.

Predicting n test documents with N nonzeros in words that are trained, R distinct ones, needs
once an epoch

    R·H  pending moves      one ÷; w, m and √v are read, the weight is written
    NH   multiply-adds      the first layer
    nHH  multiply-adds      the second layer
    2nH  sigmoids           one ÷ each

Not counted: heads, and taking the most probable class.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from bench.floor_loops import advance, move, multiply_add, sigmoids, update
from bench.harness import interleave
from bench.ours import BATCH, OurEpochs
from bench.rows import Row, timing_row
from bench.settings import Settings
from minimtl.nn.training import TaskData

SECTION = "The floor, part by part"
WIDTH = 100
VECTOR = 128  # floats that small operands are worked on at a time
GRADIENT = np.float32(1e-3)


class Counts(NamedTuple):
    """Of an average step: nonzeros, distinct words."""

    nonzeros: float
    words: float


class Floor:
    """The bare loops of one epoch of `ours`, on arrays as large as its own."""

    def __init__(self, ours: OurEpochs) -> None:
        self.n_steps, self.counts = ours.n_steps, count(ours)
        n_rows, n_flat = ours.X.shape[1], ours.trainer.shape.n_flat
        self.first = np.full((3, n_rows * WIDTH), 1e-3, np.float32)
        self.flat = np.full((3, n_flat), 1e-3, np.float32)
        self.z, self.W = np.zeros(VECTOR, np.float32), np.full((16, VECTOR), 1e-3, np.float32)
        self.n_batch = ours.n_documents / ours.n_steps * ours.n_tasks
        self.at = 0

    def parts(self) -> dict[str, Callable[[], None]]:
        """What a step consists of, by name."""
        return {
            "pending moves": lambda: move(*self._rows()),
            "moments": lambda: advance(*self._rows()[1:], GRADIENT),
            "Adam, the rest": lambda: update(*self.flat, GRADIENT),
            "first layer, both ways": lambda: self._products(2 * self.counts.nonzeros * WIDTH),
            "second layer, both ways": lambda: self._products(3 * self.n_batch * WIDTH**2),
            "sigmoids": lambda: sigmoids(self.z, round(2 * self.n_batch * WIDTH)),
        }

    def epoch(self) -> None:
        """All parts of every step."""
        parts = self.parts().values()
        for _ in range(self.n_steps):
            for part in parts:
                part()

    def _rows(self) -> np.ndarray:
        # Calls go on through the rows, as batches do, so that a step finds its rows where one
        # finds what was used some steps ago: beyond the nearest caches.
        n = round(self.counts.words) * WIDTH
        here = self.first[:, self.at : self.at + n]
        self.at = 0 if self.at + 2 * n > self.first.shape[1] else self.at + n
        return here

    def _products(self, n: float) -> None:
        multiply_add(self.z, self.W, round(n))


class PredictionFloor:
    """The bare loops of predicting the test documents of `tasks` once."""

    def __init__(self, tasks: Sequence[TaskData]) -> None:
        trained = np.zeros(tasks[0].X.shape[1], bool)
        for task in tasks:
            trained[task.X.indices] = True
        tests = [task.X_test for task in tasks if task.X_test is not None]
        words = np.concatenate([X.indices[trained[X.indices]] for X in tests])
        self.n_nonzeros, self.n_documents = len(words), sum(X.shape[0] for X in tests)
        self.rows = np.full((3, len(np.unique(words)) * WIDTH), 1e-3, np.float32)
        self.z, self.W = np.zeros(VECTOR, np.float32), np.full((16, VECTOR), 1e-3, np.float32)

    def epoch(self) -> None:
        """All parts, once."""
        move(*self.rows)
        multiply_add(self.z, self.W, self.n_nonzeros * WIDTH)
        multiply_add(self.z, self.W, self.n_documents * WIDTH**2)
        sigmoids(self.z, 2 * self.n_documents * WIDTH)


def count(ours: OurEpochs, n_epochs: int = 20) -> Counts:
    """Averages over the steps of some epochs, in the order `ours` draws its batches."""
    totals = np.zeros(2)
    for _ in range(n_epochs):
        order = ours.draw_order()
        for start in range(0, ours.n_documents, BATCH):
            entries = ours.X[order[:, start : start + BATCH].ravel()].indices
            totals += len(entries), len(np.unique(entries))
    return Counts(*(totals / (n_epochs * ours.n_steps)))


def measure(settings: Settings) -> list[Row]:
    """Microseconds of each part of a step's floor, single and joint."""
    rows = []
    for n_tasks, what in ((1, "single task"), (2, "two tasks jointly")):
        floor = Floor(OurEpochs(settings.tasks(n_tasks)))
        counts = floor.counts
        note = (
            f"{counts.nonzeros:,.0f} nonzeros in {counts.words:,.0f} words, of "
            f"{len(floor.first[0]) // WIDTH:,} that ever occur"
        )
        timings = interleave(floor.parts(), settings.choose(301, 51), warm_up=20)
        rows += [
            timing_row(SECTION, what, part, timing, "µs", note=note)
            for part, timing in timings.items()
        ]
    return rows
