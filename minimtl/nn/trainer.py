"""Training and prediction by the compiled kernels: allocates, holds the state, calls them."""

from dataclasses import replace

import numpy as np
from scipy import sparse

from minimtl.nn.adam import Moments
from minimtl.nn.arrays import FloatArray, IntArray
from minimtl.nn.backend import StepSettings
from minimtl.nn.dropout import drop_threshold
from minimtl.nn.kernels.adam import read_rows
from minimtl.nn.kernels.batch import Batch, Documents
from minimtl.nn.kernels.epoch import Plan, Scratch, State, train_epoch
from minimtl.nn.kernels.layers import Buffers, Flat, Layout, Rule, Sparse
from minimtl.nn.kernels.predict import predict
from minimtl.nn.kernels.vectors import LANES
from minimtl.nn.network import ACTIVATIONS, Network, Shape, copy_common
from minimtl.nn.pending import make_pending


class KernelTrainer:
    """`backend.Trainer` by the kernels; `network` is up to date only after `finish`."""

    dtype = "float32"

    def __init__(
        self, network: Network, X: sparse.csr_matrix, labels: IntArray, settings: StepSettings
    ) -> None:
        self.network, self.labels, self.documents = network, labels, _documents(X)
        self.adam, batch_size, dropout, task_weights = settings
        shape, n_rows = network.shape, len(network.first)
        padded = replace(shape, hidden=tuple(-(-width // LANES) * LANES for width in shape.hidden))
        flat = Flat(*_aligned(4, padded.n_flat))
        self.state = State(
            _aligned(n_rows, 3 * padded.hidden[0]),
            np.zeros(n_rows, np.int64),
            flat,
            make_pending(self.adam, 0, 0),
            0,
        )
        # The state as three networks: views of the rows and of the flat vectors.
        self.w, self.m, self.r = (
            Network(padded, first, vector)
            for first, vector in zip(np.split(self.state.rows, 3, axis=1), flat[:3], strict=True)
        )
        copy_common(network, self.w)
        scale = np.float32(1.0 / (1.0 - dropout))
        rule = Rule(drop_threshold(dropout), scale, task_weights.astype(float))
        self.plan = Plan(batch_size, rule, _layout(shape, self.w))
        n_batch = batch_size * len(shape.n_classes)
        self.lengths = np.diff(X.indptr)  # entries of each document
        self.scratch = Scratch(_batch(n_rows, 0), _buffers(padded, n_batch))
        self._W = _aligned(n_rows, padded.hidden[0])
        self._W_step = -1

    def epoch(self, order: IntArray, keys: IntArray) -> FloatArray:
        """Make one pass over `order`; see `backend.Trainer`."""
        state, last_step = self.state, self.state.step + len(keys)
        if last_step >= len(state.pending.step_size):
            longer = make_pending(self.adam, 2 * last_step, state.pending.begun, state.pending)
            state = state._replace(pending=longer)
        self._make_room(order)
        losses = train_epoch(
            self.documents, self.labels, order, keys, self.plan, state, self.scratch
        )
        self.state = state._replace(step=last_step)
        return losses

    def _make_room(self, order: IntArray) -> None:
        """Make the batch hold the entries of each step's documents, as the kernels do not look.

        A document can be in a step twice: a small task is dealt again within an epoch.
        """
        per_column = self.lengths[order].sum(axis=0)
        steps = np.arange(0, order.shape[1], self.plan.batch_size)
        n_entries = int(np.add.reduceat(per_column, steps).max())
        if n_entries > len(self.scratch.batch.after):
            batch = _batch(len(self.network.first), n_entries)
            self.scratch = self.scratch._replace(batch=batch)

    def predict_proba(self, X: sparse.csr_matrix, base: FloatArray, task: int) -> FloatArray:
        """P_t of documents; see `backend.Trainer`."""
        n_classes = self.network.shape.n_classes[task]
        probabilities = np.empty((X.shape[0], n_classes), np.float32)
        predict(
            _documents(X), base, task, self._first_weights(), self.state.flat.w, self.plan.layout,
            self.scratch.buffers, probabilities,
        )  # fmt: skip
        return probabilities

    def finish(self) -> None:
        """Write the parameters as they are after the last step to `network`."""
        weights = Network(self.w.shape, self._first_weights(), self.state.flat.w)
        copy_common(weights, self.network)

    def resume(self, moments: Moments) -> None:
        """Continue an earlier training: the next step follows its last one."""
        copy_common(moments.m, self.m)
        copy_common(moments.r, self.r)
        self.state.last[moments.moved_rows()] = moments.step
        pending = make_pending(self.adam, moments.step, begun=moments.step)
        self.state = self.state._replace(pending=pending, step=moments.step)

    def moments(self) -> Moments:
        """Adam's state after the last step."""
        pending, gaps = self.state.pending, self.state.step - self.state.last
        decayed = []
        for moment, decay in ((self.m, pending.decay_m), (self.r, pending.decay_r)):
            first = moment.first * decay[gaps].astype(np.float32)[:, None]
            network = Network.zeros(self.network.shape, len(first), np.float32)
            copy_common(Network(moment.shape, first, moment.flat), network)
            decayed.append(network)
        return Moments(self.state.step, *decayed)

    def _first_weights(self) -> FloatArray:
        """The first weight matrix after the last step, padded."""
        rows, last, _, pending, step = self.state
        if self._W_step != step:
            read_rows(self._W, rows, last, step, pending)
            self._W_step = step
        return self._W


def _aligned(*size: int) -> FloatArray:
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


def _layout(shape: Shape, padded: Network) -> Layout:
    return Layout(
        np.array(shape.hidden, np.int64),
        np.array(padded.shape.hidden, np.int64),
        np.array(padded.layer_starts, np.int64),
        np.array(shape.n_classes, np.int64),
        np.array(padded.head_starts, np.int64),
        ACTIVATIONS.index(shape.activation),
    )


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
