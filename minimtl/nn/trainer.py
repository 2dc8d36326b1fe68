"""Training and prediction by the compiled kernels: allocates, holds the state, calls them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import sparse

from minimtl.nn.adam import Adam, Moments, Schedule
from minimtl.nn.kernels.adamrows import make_pending, read_rows
from minimtl.nn.kernels.epoch import Batch, Documents, State, are_finite, train_epoch
from minimtl.nn.kernels.layers import Buffers, Flat, Layout, Plan, Sparse
from minimtl.nn.kernels.prediction import Occurrences, predict
from minimtl.nn.kernels.vectors import LANES
from minimtl.nn.network import ACTIVATIONS, FloatArray, IntArray, Network, Shape, copy_common
from minimtl.nn.reference import Trainer


class KernelTrainer(Trainer):
    """The trainer by compiled kernels, with deferred Adam; `reference.Trainer` says what it does.

    `state.rows` may have more rows than there are words, `n_words`, to make room for others.
    """

    dtype = "float32"

    def __init__(self, network: Network, adam: Adam, moments: Moments | None = None) -> None:
        self.shape, self.adam, self.n_words = network.shape, adam, len(network.first)
        hidden = tuple(-(-width // LANES) * LANES for width in network.shape.hidden)
        self.padded = replace(network.shape, hidden=hidden)
        step = 0 if moments is None else moments.step
        self.state = State(
            _aligned(self.n_words, 3 * hidden[0]),
            np.zeros(self.n_words, np.int64),
            Flat(*_aligned(4, self.padded.n_flat)),
            make_pending(adam, step, begun=step),
            step,
        )
        w, m, r = self.as_networks()
        self.layout = Layout(
            np.array(self.shape.hidden, np.int64),
            np.array(hidden, np.int64),
            np.array(w.layer_starts, np.int64),
            np.array(self.shape.n_classes, np.int64),
            np.array(w.head_starts, np.int64),
            ACTIVATIONS.index(self.shape.activation),
        )
        self.batch, self.buffers = _batch(self.n_words, 0), _buffers(self.padded, 0)

        copy_common(network, w)
        if moments is not None:
            copy_common(moments.m, m)
            copy_common(moments.r, r)
            self.state.last[moments.moved_rows()] = step

    def add_words(self, first: FloatArray) -> None:
        begin, end, old = self.n_words, self.n_words + len(first), self.state
        if end > len(old.rows):
            n_rows = max(end, 2 * begin)  # words that come a few at a time are seldom copied
            rows, last = _aligned(n_rows, old.rows.shape[1]), np.zeros(n_rows, np.int64)
            rows[:begin], last[:begin] = old.rows[:begin], old.last[:begin]
            # First the batch, which must never have less room than there are rows.
            self.batch = _batch(n_rows, 0)
            self.state = old._replace(rows=rows, last=last)

        self.state.rows[begin:end, : first.shape[1]] = first
        self.n_words = end

    def as_networks(self) -> list[Network]:
        """The state as three networks, w, m and r: views of the rows and of the flat vectors."""
        rows, flat = np.split(self.state.rows, 3, axis=1), self.state.flat[:3]
        return [Network(self.padded, *arrays) for arrays in zip(rows, flat, strict=True)]

    def take(
        self,
        X: sparse.csr_matrix,
        labels: IntArray,
        schedule: Schedule,
        class_weights: FloatArray | None = None,
    ) -> None:
        n_tasks, batch_size = len(self.shape.n_classes), schedule.batch_size
        if class_weights is None:
            class_weights = np.ones((n_tasks, max(self.shape.n_classes)))
        self.documents, self.labels = Documents(*_compressed(X)), labels
        weights = schedule.weights(n_tasks)
        self.plan = Plan(batch_size, float(schedule.dropout), weights, class_weights, self.layout)

        n_batch = batch_size * n_tasks
        if n_batch > self.buffers.A.shape[1]:
            self.buffers = _buffers(self.padded, n_batch)

    def epoch(self, order: IntArray, keys: IntArray) -> FloatArray:
        state, last_step = self.state, self.state.step + len(keys)
        if last_step >= len(state.pending.step_size):
            longer = make_pending(self.adam, 2 * last_step, state.pending.begun, state.pending)
            state = state._replace(pending=longer)
        self._make_room(order)
        losses = train_epoch(
            self.documents, self.labels, order, keys, self.plan, state, self.batch, self.buffers
        )
        self.state = state._replace(step=last_step)
        return losses

    def _make_room(self, order: IntArray) -> None:
        """Make the batch hold the entries of each step's documents, as the kernels do not look.

        A document can be in a step twice: a small task is dealt again within an epoch.
        """
        per_column = np.diff(self.documents.indptr)[order].sum(axis=0)
        steps = np.arange(0, order.shape[1], self.plan.batch_size)
        n_entries = int(np.add.reduceat(per_column, steps).max())
        if n_entries > len(self.batch.after):
            self.batch = _batch(len(self.state.rows), n_entries)

    def predict_proba(
        self, X: sparse.csc_matrix, base: FloatArray, sizes: IntArray
    ) -> list[FloatArray]:
        n = X.shape[0]
        probabilities = np.empty((n, max(self.shape.n_classes)), np.float32)
        Z = _aligned(n, self.padded.hidden[0])
        indptr, docs, data = _compressed(X)
        words = np.flatnonzero(np.diff(indptr))
        found = Occurrences(words, indptr[np.append(words, X.shape[1])], docs, data)
        predict(found, base, sizes, self.state, self.layout, self.buffers, Z, probabilities)
        of_tasks = np.split(probabilities, np.cumsum(sizes)[:-1])
        return [P[:, :k] for P, k in zip(of_tasks, self.shape.n_classes, strict=True)]

    def weights(self) -> Network:
        n, (rows, last, flat, pending, step) = self.n_words, self.state
        first = np.empty((n, self.padded.hidden[0]), np.float32)
        read_rows(first, rows[:n], last[:n], step, pending)
        return self._without_padding(first, flat.w)

    def undo(self, words: IntArray) -> Callable[[], None]:
        state, pending = self.state, self.state.pending
        # Steps that follow change the sums of those steps only that are within reach.
        reach = slice(max(0, state.step + 1 - pending.n_terms), state.step + 1)
        parts = [*state.flat[:3], pending.sums[reach], pending.nodes[reach]]
        rows, last = state.rows[words], state.last[words]
        copies = [part.copy() for part in parts]

        def undo() -> None:
            state.rows[words], state.last[words] = rows, last
            for part, before in zip(parts, copies, strict=True):
                part[:] = before
            pending.sums[state.step + 1 :] = 0.0
            self.state = state

        return undo

    def is_finite(self, words: IntArray) -> bool:
        return are_finite(words, self.state.rows) and bool(np.isfinite(self.state.flat.w).all())

    def moments(self) -> Moments:
        n, pending = self.n_words, self.state.pending
        gaps = self.state.step - self.state.last[:n]
        _, m, r = self.as_networks()
        decayed = (
            self._without_padding(part.first[:n] * by[gaps].astype(np.float32)[:, None], part.flat)
            for part, by in ((m, pending.decay_m), (r, pending.decay_r))
        )
        return Moments(self.state.step, *decayed)

    def _without_padding(self, first: FloatArray, flat: FloatArray) -> Network:
        network = Network.zeros(self.shape, len(first), np.float32)
        copy_common(Network(self.padded, first, flat), network)
        return network


def _aligned(*size: int) -> FloatArray:
    """Zeros, float32, that begin at a cache line, so that no vector load straddles two."""
    n = int(np.prod(size))
    memory = np.zeros(4 * n + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + 4 * n].view(np.float32).reshape(size)


def _compressed(X: sparse.csr_matrix | sparse.csc_matrix) -> tuple[IntArray, IntArray, FloatArray]:
    """The arrays of `X` as the kernels take them."""
    return (
        np.ascontiguousarray(X.indptr, np.int64),
        np.ascontiguousarray(X.indices, np.int32),
        np.ascontiguousarray(X.data, np.float32),
    )


def _buffers(padded: Shape, n_batch: int) -> Buffers:
    widest = max(padded.hidden)
    longest = max(widest, n_batch)
    A, R, D, G = _aligned(4, len(padded.hidden), n_batch, widest)
    return Buffers(
        A, R, D, G,
        _aligned(max(padded.n_classes)),
        _aligned(padded.hidden[0]),
        _aligned(1, padded.hidden[0]),
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
