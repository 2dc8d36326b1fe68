"""The first steps of a joint training, by what trains in a study and by its twin.

Notation as in `minimtl.nn`: B documents a step, those of the main task first; L layers of H units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from minimtl.explain.station import Array
from minimtl.jobs import rng_for
from minimtl.nn import (
    Adam,
    Moments,
    Network,
    Schedule,
    Shape,
    Trainer,
    activation_slope,
    dropout_mask,
    forward,
    initialize,
    loss_and_gradients,
    softmax,
    trainer_class,
)
from minimtl.tasks import Sample, StudyData

N_STEPS = 130  # the two-point rule of deferred moves begins at step 96
_WATCHED = 6


class StepValues(NamedTuple):
    """The quantities of one step; lists have one array for each layer or task.

    Attributes
    ----------
    Z, A, R, D, G : (B, H): before and after the activation, mask, what passes on, and the
        gradient of J by Z.
    losses : (T,).
    P : (B_t, 2), class probabilities of each task, dropout on; kernels do not keep them.
    gradient : of J by all parameters.
    """

    Z: list[Array]
    A: list[Array]
    R: list[Array]
    D: list[Array]
    G: list[Array]
    losses: Array
    P: list[Array]
    gradient: Network


@dataclass(frozen=True)
class Steps:
    """Documents, their order and dropout keys, and the initial network of a joint training.

    Attributes
    ----------
    X : CSR float32 (n, V), the training documents of both tasks.
    labels : int64 (n,).
    order : int64 (2, N_STEPS · batch_size), rows of X.
    keys : uint32 (N_STEPS, L, 2).
    network : float32, before the first step.
    backend : what trains in the study, ``"numba"`` or ``"numpy"``.
    """

    X: sparse.csr_matrix
    labels: Array
    order: Array
    keys: Array
    network: Network
    settings: Schedule
    backend: str

    @classmethod
    def of(cls, data: StudyData, samples: Sequence[Sample], post: int) -> "Steps":
        """The steps of a pair whose tasks have these documents; `post` comes first."""
        model, training = data.protocol.model, data.protocol.training
        rng = rng_for("explain", data.seed, post)
        starts = np.cumsum([0, *(len(sample.train_rows) for sample in samples)])
        length = N_STEPS * training.batch_size
        orders = [
            np.concatenate([rng.permutation(n) for _ in range(-(-length // n))])[:length]
            for n in np.diff(starts)
        ]
        first = int(np.flatnonzero(samples[0].train_rows == post)[0])
        place = int(np.flatnonzero(orders[0] == first)[0])
        orders[0][[0, place]] = orders[0][[place, 0]]
        n_layers = len(model.hidden_layer_sizes)
        shape = Shape(data.train.shape[1], model.hidden_layer_sizes, (2, 2), model.activation)
        adam = Adam(training.learning_rate, training.beta1, training.beta2, training.eps)
        return cls(
            data.train[np.concatenate([sample.train_rows for sample in samples])],
            np.concatenate([sample.train_labels for sample in samples]),
            np.stack([order + start for order, start in zip(orders, starts, strict=False)]),
            rng.integers(2**32, size=(N_STEPS, n_layers, 2), dtype=np.uint32),
            initialize(shape, rng, model.output_init_bound),
            Schedule(batch_size=training.batch_size, dropout=model.dropout, adam=adam),
            data.backend,
        )

    @property
    def by(self) -> tuple[str, str]:
        """What computes the study's values and the twin's, in words."""
        ours = "kernel" if self.backend == "numba" else "NumPy"
        return f"{ours}, float32", "NumPy twin, float64"

    def batch(self, step: int) -> Array:
        """The rows of X that step number `step`, from 1, trains on, (T, batch_size)."""
        size = self.settings.batch_size
        return self.order[:, (step - 1) * size : step * size]

    def masks(self, step: int, rate: float | None = None) -> list[Array]:
        """The dropout masks of a step, (B, H) each, at the protocol's rate or another."""
        n_rows = self.batch(step).size
        rate = self.settings.dropout if rate is None else rate
        return [
            dropout_mask(key, n_rows, width, rate)
            for key, width in zip(self.keys[step - 1], self.network.shape.hidden, strict=True)
        ]

    def twin_values(
        self, network: Network, masks: Sequence[Array | None], step: int = 1
    ) -> StepValues:
        """What the NumPy twin computes of a step's batch, in the precision of `network`."""
        rows, dtype = self.batch(step), network.flat.dtype
        X = self.X[rows.ravel()].astype(dtype)
        A, D = forward(network, X, masks)
        labels = list(self.labels[rows])
        weights = self.settings.weights(len(rows))
        losses, gradient = loss_and_gradients(network, X, labels, weights, masks)
        inputs = [X, *D[:-1]]
        Z = [d @ W + b for d, W, b in zip(inputs, network.weights, network.biases, strict=True)]
        n = rows.shape[1]
        P = [
            softmax(D[-1][t * n : (t + 1) * n] @ U + c)
            for t, (U, c) in enumerate(zip(network.head_weights, network.head_biases, strict=True))
        ]
        R = [np.ones_like(a) if mask is None else mask for a, mask in zip(A, masks, strict=True)]
        G = self._backward(network, A, R, P, self.labels[rows])
        return StepValues(Z, A, R, D, G, losses, P, gradient)

    @staticmethod
    def _backward(
        network: Network,
        A: list[Array],
        R: list[Array],
        P: list[Array],
        labels: Array,
    ) -> list[Array]:
        """The gradient of J by Z of each layer, from the last one down."""
        delta = np.concatenate(
            [
                (p - np.eye(2)[y]) / len(y) @ U.T
                for p, y, U in zip(P, labels, network.head_weights, strict=True)
            ]
        )
        G = []
        for layer in reversed(range(len(A))):
            delta = delta * R[layer] * activation_slope(A[layer], network.shape.activation)
            G.append(delta)
            delta = delta @ network.weights[layer].T
        return G[::-1]

    @cached_property
    def twin(self) -> StepValues:
        """The first step in float64."""
        return self.twin_values(self._copy(np.float64), self.masks(1))

    @cached_property
    def ours(self) -> StepValues:
        """The first step by what trains in the study; kernels keep these values in their buffers.

        The kernels overwrite Z by A: it is found again as ln(A/(1 − A)). Of the gradient they keep
        the first moment, m = (1 − β1)·g.
        """
        network = self._copy(np.float32)
        if self.backend == "numpy":
            return self.twin_values(network, self.masks(1))
        trainer, losses = self._after(1)
        buffers, hidden = trainer.scratch.buffers, network.shape.hidden
        n = self.batch(1).size
        A, R, D, G = (
            [values[layer, :n, :width].copy() for layer, width in enumerate(hidden)]
            for values in (buffers.A, buffers.R, buffers.D, buffers.G)
        )
        Z = [np.log(a / (1.0 - a)) for a in A]
        m = trainer.moments().m
        share = np.float32(1.0 - self.settings.adam.beta1)
        gradient = Network(network.shape, m.first / share, m.flat / share)
        return StepValues(Z, A, R, D, G, losses, [], gradient)

    def _copy(self, dtype: type) -> Network:
        every = np.arange(len(self.network.first))
        return self.network.with_rows(every, dtype)

    def _after(self, n_steps: int) -> tuple[Any, Array]:
        """The study's trainer after so many steps, and the mean losses."""
        make_trainer = trainer_class(self.backend)
        trainer: Trainer = make_trainer(self._copy(np.float32), self.settings.adam)
        trainer.take(self.X, self.labels, self.settings)
        end = n_steps * self.settings.batch_size
        losses = trainer.epoch(self.order[:, :end], self.keys[:n_steps])
        return trainer, losses

    @cached_property
    def ours_after(self) -> tuple[Network, Moments]:
        """The network after `N_STEPS` steps by what trains in the study, and Adam's state."""
        trainer, _ = self._after(N_STEPS)
        moments: Moments = trainer.moments()
        network: Network = trainer.weights()
        return network, moments

    @cached_property
    def last_seen(self) -> Array:
        """The last step at which each word was in the batch, 0 for never; (V,)."""
        last = np.zeros(self.X.shape[1], np.int64)
        for step in range(1, N_STEPS + 1):
            last[self.X[self.batch(step).ravel()].indices] = step
        return last

    @cached_property
    def watched(self) -> Array:
        """Words that wait longest, some on each side of the rule's first step; columns of X."""
        last = self.last_seen
        waiting = np.flatnonzero((last > 0) & (last < N_STEPS - 4))
        waiting = waiting[np.argsort(last[waiting], kind="stable")]
        places = np.linspace(0, len(waiting) - 1, _WATCHED).astype(int)
        return np.unique(waiting[places])

    @cached_property
    def dense(self) -> "DenseTraining":
        """`N_STEPS` steps of dense Adam in float64: every row moves in every step."""
        network = self._copy(np.float64)
        trainer: Any = trainer_class("numpy")(network, self.settings.adam)
        trainer.take(self.X, self.labels, self.settings)
        size, watched = self.settings.batch_size, self.watched
        rows = [network.first[watched].copy()]
        for step in range(1, N_STEPS + 1):
            part = slice((step - 1) * size, step * size)
            trainer.epoch(self.order[:, part], self.keys[step - 1 : step])
            rows.append(network.first[watched].copy())
        return DenseTraining(network, trainer.m, trainer.v, np.array(rows))


class DenseTraining(NamedTuple):
    """A network after its steps of dense Adam, its moments m and v, and some rows on the way.

    `rows` (N_STEPS + 1, n_watched, H_1): the watched rows of W_1 before and after each step.
    """

    network: Network
    m: Network
    v: Network
    rows: Array
