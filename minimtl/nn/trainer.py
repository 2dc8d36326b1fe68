"""Training and prediction by the compiled kernels: allocates, holds the state, calls them."""

import numpy as np
from scipy import sparse

from minimtl.nn.adam import Adam
from minimtl.nn.dropout import drop_threshold
from minimtl.nn.kernels.adam import Constants, Idle, settle
from minimtl.nn.kernels.batch import Batch, Documents
from minimtl.nn.kernels.epoch import Buffers, Flat, Rule, predict, train_epoch
from minimtl.nn.kernels.layers import Layout
from minimtl.nn.moments import Moments
from minimtl.nn.network import ACTIVATIONS, Network, Shape, flat_offsets


class KernelTrainer:
    """Adam with deferred moves; `network`, float32, is trained in place by `epoch` and `finish`.

    Parameters
    ----------
    network
        Its first weight matrix has one row for each column of `X`.
    X
        Training documents of all tasks, CSR.
    labels
        (n_documents,) int64, the class of each within its task.
    adam, batch_size, dropout, task_weights
        The step: `batch_size` documents of each task; `task_weights` (T,).
    """

    def __init__(
        self,
        network: Network,
        X: sparse.csr_matrix,
        labels: np.ndarray,
        *,
        adam: Adam,
        batch_size: int,
        dropout: float,
        task_weights: np.ndarray,
    ) -> None:
        shape = network.shape
        self.network, self.adam, self.batch_size = network, adam, batch_size
        self.documents, self.labels = _documents(X), labels
        n_rows, n_batch = len(network.first), batch_size * len(shape.n_classes)
        self.rows = _aligned(n_rows, 3 * _padded(shape.hidden[0]))
        self.rows[:, : shape.hidden[0]] = network.first
        self.last = np.zeros(n_rows, np.int64)
        self.flat = Flat(network.flat, *np.zeros((3, shape.n_flat), np.float32))
        self.layout = _layout(shape)
        self.rule = Rule(
            drop_threshold(dropout), np.float32(1.0 / (1.0 - dropout)), task_weights.astype(float)
        )
        self.buffers = _buffers(shape, n_batch)
        longest = np.sort(np.diff(X.indptr))[-n_batch:].sum()
        self.batch = _batch(n_rows, int(longest))
        self.constants = _constants(adam)
        self.idle = _idle(adam, 0)
        self.step = 0

    def epoch(self, order: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """One pass over `order` (T, n), rows of X by task; mean training loss of each task (T,).

        `keys` (n_steps, L, 2) uint32 are the steps' dropout keys.
        """
        last_step = self.step + len(keys)
        if last_step >= len(self.idle.step_size):
            self.idle = _idle(self.adam, 2 * last_step, self.idle)
        losses = np.empty(len(order))
        self.step = train_epoch(
            self.documents, self.labels, order, self.batch_size, keys, self.rule, self.rows,
            self.last, self.flat, self.layout, self.batch, self.buffers, self.idle,
            self.constants, self.step, losses,
        )  # fmt: skip
        return losses

    def predict_proba(self, X: sparse.csr_matrix, base: np.ndarray, task: int) -> np.ndarray:
        """P_t of documents whose untrained words add `base` (n, H_1) to the first layer."""
        n_classes = self.network.shape.n_classes[task]
        probabilities = np.empty((X.shape[0], n_classes), np.float32)
        predict(
            _documents(X), base, task, self.rows, self.last, self.step, self.flat.w,
            self.layout, self.buffers, self.idle, self.constants, probabilities,
        )  # fmt: skip
        return probabilities

    def finish(self) -> None:
        """Make all outstanding moves and write the first weight matrix back to the network."""
        settle(self.rows, self.last, self.step, self.idle, self.constants)
        self.network.first[:] = self.rows[:, : self.network.shape.hidden[0]]

    def resume(self, moments: Moments) -> None:
        """Go on from the state of an earlier training, as if this were its next step."""
        m, r = self._moments_of_rows()
        m[:], r[:] = moments.m.first, moments.r.first
        self.flat.m[:], self.flat.r[:] = moments.m.flat, moments.r.flat
        self.last[moments.moved_rows()] = self.step = moments.step

    def moments(self) -> Moments:
        """Where Adam stands after `finish`."""
        m, r = self._moments_of_rows()
        shape = self.network.shape
        return Moments(self.step, Network(shape, m, self.flat.m), Network(shape, r, self.flat.r))

    def _moments_of_rows(self) -> tuple[np.ndarray, np.ndarray]:
        S, width = self.rows.shape[1] // 3, self.network.shape.hidden[0]
        return self.rows[:, S : S + width], self.rows[:, 2 * S : 2 * S + width]


def _padded(width: int) -> int:
    """The next multiple of 8: a vector register, so that no loop over a row has a remainder."""
    return -(-width // 8) * 8


def _aligned(*size: int) -> np.ndarray:
    """Zeros, float32, that begin at a cache line, so that few vector loads straddle two."""
    n = int(np.prod(size))
    memory = np.zeros(4 * n + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + 4 * n].view(np.float32).reshape(size)


def _documents(X: sparse.csr_matrix) -> Documents:
    return Documents(
        X.indptr.astype(np.int64, copy=False),
        X.indices.astype(np.int32, copy=False),
        X.data.astype(np.float32, copy=False),
    )


def _layout(shape: Shape) -> Layout:
    layers, heads = flat_offsets(shape)
    return Layout(
        np.array(shape.hidden, np.int64),
        np.array(layers, np.int64),
        np.array(shape.n_classes, np.int64),
        np.array(heads, np.int64),
        ACTIVATIONS.index(shape.activation),
    )


def _constants(adam: Adam) -> Constants:
    exact = (adam.beta1, adam.beta2, 1.0 - adam.beta1, 1.0 - adam.beta2, adam.eps)
    return Constants(*(np.float32(value) for value in exact))


def _buffers(shape: Shape, n_batch: int) -> Buffers:
    A, R, D, G = _aligned(4, len(shape.hidden), n_batch, _padded(max(shape.hidden)))
    return Buffers(A, R, D, G, _aligned(max(shape.n_classes)), _aligned(_padded(shape.hidden[0])))


def _batch(n_rows: int, n_entries: int) -> Batch:
    n_words = min(n_rows, n_entries)
    return Batch(
        np.full(n_rows, -1, np.int32), np.zeros(n_words, np.int32),
        np.zeros(n_words + 1, np.int64), np.zeros(n_entries, np.int32),
        np.zeros(n_entries, np.float32),
    )  # fmt: skip


def _idle(adam: Adam, last_step: int, before: Idle | None = None) -> Idle:
    """Tables for the steps up to `last_step`, keeping what `before` has gathered."""
    t = np.arange(1.0, last_step + 1)
    with np.errstate(under="ignore"):
        k = np.arange(last_step + 1.0)
        idle = Idle(
            np.zeros((last_step + 1, 4)),
            np.zeros((last_step + 1, 4), np.float32),
            np.append(0.0, adam.learning_rate / -np.expm1(t * np.log(adam.beta1))),
            np.append(0.0, 1.0 / np.sqrt(-np.expm1(t * np.log(adam.beta2)))),
            adam.beta1**k,
            adam.beta2 ** (0.5 * k),
        )
    # A moment this small moves nothing, and would be a slow denormal number in float32.
    idle.decay_m[idle.decay_m < 1e-30] = 0.0
    if before is not None:
        idle.sums[: len(before.sums)] = before.sums
        idle.nodes[: len(before.nodes)] = before.nodes
    return idle
