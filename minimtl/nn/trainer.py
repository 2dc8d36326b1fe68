"""Training and prediction by the compiled kernels: allocates, holds the state, calls them."""

from dataclasses import replace

import numpy as np
from scipy import sparse

from minimtl.nn.adam import Adam
from minimtl.nn.dropout import drop_threshold
from minimtl.nn.kernels.adam import Constants, read_rows
from minimtl.nn.kernels.batch import Batch, Documents
from minimtl.nn.kernels.epoch import Flat, Rule, train_epoch
from minimtl.nn.kernels.layers import Buffers, Layout, Sparse
from minimtl.nn.kernels.predict import predict
from minimtl.nn.kernels.vectors import LANES
from minimtl.nn.moments import Moments
from minimtl.nn.network import ACTIVATIONS, Network, Shape, copy_common, flat_offsets
from minimtl.nn.pending import make_pending


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
        padded = replace(shape, hidden=tuple(_padded(width) for width in shape.hidden))
        self.network, self.adam, self.batch_size = network, adam, batch_size
        self.documents, self.labels = _documents(X), labels
        n_rows, n_batch = len(network.first), batch_size * len(shape.n_classes)
        self.rows = _aligned(n_rows, 3 * padded.hidden[0])
        self.last = np.zeros(n_rows, np.int64)
        self.flat = Flat(*_aligned(4, padded.n_flat))
        # The state as three networks: views of the rows and of the flat vectors.
        self.w, self.m, self.r = (
            Network(padded, first, flat)
            for first, flat in zip(np.split(self.rows, 3, axis=1), self.flat[:3], strict=True)
        )
        copy_common(network, self.w)
        self.layout = _layout(shape, padded)
        self.rule = Rule(
            drop_threshold(dropout), np.float32(1.0 / (1.0 - dropout)), task_weights.astype(float)
        )
        self.buffers = _buffers(padded, n_batch)
        longest = np.sort(np.diff(X.indptr))[-n_batch:].sum()
        self.batch = _batch(n_rows, int(longest))
        self.constants = _constants(adam)
        self.step = 0
        self.pending = make_pending(adam, 0, 0)
        self.W, self.W_step = _aligned(n_rows, padded.hidden[0]), -1

    def epoch(self, order: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """One pass over `order` (T, n), rows of X by task; mean training loss of each task (T,).

        `keys` (n_steps, L, 2) uint32 are the steps' dropout keys.
        """
        last_step = self.step + len(keys)
        if last_step >= len(self.pending.step_size):
            self.pending = make_pending(self.adam, 2 * last_step, self.pending.begun, self.pending)
        losses = np.empty(len(order))
        self.step = train_epoch(
            self.documents, self.labels, order, self.batch_size, keys, self.rule, self.rows,
            self.last, self.flat, self.layout, self.batch, self.buffers, self.pending,
            self.constants, self.step, losses,
        )  # fmt: skip
        return losses

    def predict_proba(self, X: sparse.csr_matrix, base: np.ndarray, task: int) -> np.ndarray:
        """P_t of documents whose untrained words add `base` (n, H_1) to the first layer."""
        n_classes = self.network.shape.n_classes[task]
        probabilities = np.empty((X.shape[0], n_classes), np.float32)
        predict(
            _documents(X), base, task, self._first_weights(), self.flat.w, self.layout,
            self.buffers, probabilities,
        )  # fmt: skip
        return probabilities

    def finish(self) -> None:
        """Write the parameters as they are after the last step back to the network."""
        copy_common(Network(self.w.shape, self._first_weights(), self.flat.w), self.network)

    def resume(self, moments: Moments) -> None:
        """Go on from the state of an earlier training, as if this were its next step."""
        copy_common(moments.m, self.m)
        copy_common(moments.r, self.r)
        self.last[moments.moved_rows()] = self.step = moments.step
        self.pending = make_pending(self.adam, self.step, begun=self.step)

    def moments(self) -> Moments:
        """Where Adam stands after the last step."""
        decayed = []
        for state, decay in ((self.m, self.pending.decay_m), (self.r, self.pending.decay_r)):
            since = decay[self.step - self.last].astype(np.float32)
            network = Network.zeros(self.network.shape, len(self.last), np.float32)
            copy_common(Network(state.shape, state.first * since[:, None], state.flat), network)
            decayed.append(network)
        return Moments(self.step, *decayed)

    def _first_weights(self) -> np.ndarray:
        """The first weight matrix after the last step, padded."""
        if self.W_step != self.step:
            read_rows(self.W, self.rows, self.last, self.step, self.pending, self.constants.eps)
            self.W_step = self.step
        return self.W


def _padded(width: int) -> int:
    return -(-width // LANES) * LANES


def _aligned(*size: int) -> np.ndarray:
    """Zeros, float32, that begin at a cache line, so that no vector load straddles two."""
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


def _layout(shape: Shape, padded: Shape) -> Layout:
    layers, heads = flat_offsets(padded)
    return Layout(
        np.array(shape.hidden, np.int64),
        np.array(padded.hidden, np.int64),
        np.array(layers, np.int64),
        np.array(shape.n_classes, np.int64),
        np.array(heads, np.int64),
        ACTIVATIONS.index(shape.activation),
    )


def _constants(adam: Adam) -> Constants:
    exact = (1.0 - adam.beta1, 1.0 - adam.beta2, adam.eps)
    return Constants(*(np.float32(value) for value in exact))


def _buffers(padded: Shape, n_batch: int) -> Buffers:
    widest = max(padded.hidden)
    longest = max(widest, n_batch)
    A, R, D, G = _aligned(4, len(padded.hidden), n_batch, widest)
    return Buffers(
        A, R, D, G,
        _aligned(max(padded.n_classes)),
        _aligned(padded.hidden[0]),
        _aligned(widest, longest),
        # One place more than a vector has: `nonzeros` writes before it knows what counts.
        Sparse(np.zeros(longest + 1, np.int32), np.zeros(longest + 1, np.float32)),
    )  # fmt: skip


def _batch(n_rows: int, n_entries: int) -> Batch:
    return Batch(
        np.full(n_rows, -1, np.int32),
        np.zeros(n_entries, np.int32),
        np.zeros(n_entries, np.int32),
        np.zeros(n_entries, np.float32),
        # One place more than there can be words: `link` writes before it knows a word is new.
        np.zeros(min(n_rows, n_entries) + 1, np.int32),
    )
