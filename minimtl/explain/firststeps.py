"""The first steps of a joint training, by what trains in a study and by its twin; moves that wait.

Notation as in `minimtl.nn`: B documents a step, those of the main task first; L layers of H units.
That of pending moves is as in docs/deferred-adam.md: a row's last gradient came at step s, after
which its moments are m and r = √v. That step and the K steps after it, at which its gradient is
zero, move each of its weights by −m·f(r) in all. y_k = z_k/z_0 − 1 says how far z has grown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from minimtl.jobs.identity import rng_for
from minimtl.nn.adam import Adam, Schedule
from minimtl.nn.backend import trainer_class
from minimtl.nn.dropout import dropout_mask
from minimtl.nn.network import Network, Shape, initialize
from minimtl.nn.reference import Trainer, forward, loss_and_gradients
from minimtl.tasks.compute import Sample, StudyData

Array: TypeAlias = NDArray[Any]  # docstrings give shapes and what is in it
N_STEPS = 130  # the two-point rule of deferred moves begins at step 96
_WATCHED = 6
# A rule has fewer points where the measure has no more places than these tell apart.
_SPREAD = 1e-13


class StepValues(NamedTuple):
    """The quantities of one step; lists have one array for each layer.

    Attributes
    ----------
    Z, A, R, D : (B, H): before and after the activation, the mask, and what passes on.
    losses : (T,).
    gradient : of J by all parameters.
    """

    Z: list[Array]
    A: list[Array]
    R: list[Array]
    D: list[Array]
    losses: Array
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
        """The code that computes the study's values and the twin's, in words."""
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

    def twin_values(self, network: Network) -> StepValues:
        """The NumPy twin's values of the first batch, in the precision of `network`."""
        rows, masks = self.batch(1), self.masks(1)
        X, labels = self.X[rows.ravel()].astype(network.flat.dtype), list(self.labels[rows])
        A, D = forward(network, X, masks)
        weights = self.settings.weights(len(rows))
        losses, gradient = loss_and_gradients(network, X, labels, weights, masks)
        layers = zip([X, *D[:-1]], network.weights, network.biases, strict=True)
        Z = [d @ W + b for d, W, b in layers]
        return StepValues(Z, A, masks, D, losses, gradient)

    @cached_property
    def twin(self) -> StepValues:
        """The first step in float64."""
        return self.twin_values(self.copy(np.float64))

    @cached_property
    def ours(self) -> StepValues:
        """The first step by what trains in the study; kernels keep these values in their buffers.

        The kernels overwrite Z by A: it is found again as ln(A/(1 − A)). Of the gradient they keep
        the first moment, m = (1 − β1)·g.
        """
        if self.backend == "numpy":
            return self.twin_values(self.copy(np.float32))
        trainer = self._trainer(self.backend, np.float32)
        losses = trainer.epoch(self.batch(1), self.keys[:1])
        buffers, shape = trainer.buffers, self.network.shape
        n = self.batch(1).size
        A, R, D = (
            [values[layer, :n, :width].copy() for layer, width in enumerate(shape.hidden)]
            for values in (buffers.A, buffers.R, buffers.D)
        )
        Z = [np.log(a / (1.0 - a)) for a in A]
        m = trainer.moments().m
        share = np.float32(1.0 - self.settings.adam.beta1)
        gradient = Network(shape, m.first / share, m.flat / share)
        return StepValues(Z, A, R, D, losses, gradient)

    def copy(self, dtype: type) -> Network:
        """The network before the first step, in another precision."""
        return self.network.rows(slice(None), dtype)

    def _trainer(self, backend: str, dtype: type) -> Any:
        """A trainer that begins with the first step; Any, as each has more than `Trainer` says."""
        trainer: Trainer = trainer_class(backend)(self.copy(dtype), self.settings.adam)
        trainer.take(self.X, self.labels, self.settings)
        return trainer

    @cached_property
    def ours_after(self) -> Network:
        """The network after `N_STEPS` steps by what trains in the study."""
        trainer = self._trainer(self.backend, np.float32)
        trainer.epoch(self.order, self.keys)
        network: Network = trainer.weights()
        return network

    @cached_property
    def words(self) -> list[Array]:
        """The words of each step's batch, columns of X."""
        batches = (self.X[self.batch(step).ravel()] for step in range(1, N_STEPS + 1))
        return [np.unique(batch.indices) for batch in batches]

    @cached_property
    def dense(self) -> "tuple[Network, list[WaitingWord]]":
        """The network after `N_STEPS` steps of dense Adam in float64, and some words that wait."""
        last = np.zeros(self.X.shape[1], np.int64)
        for step, words in enumerate(self.words, start=1):
            last[words] = step
        waiting = np.flatnonzero((last > 0) & (last < N_STEPS - 4))
        waiting = waiting[np.argsort(last[waiting], kind="stable")]
        watched = np.unique(waiting[np.linspace(0, len(waiting) - 1, _WATCHED).astype(int)])

        trainer, adam = self._trainer("numpy", np.float64), self.settings.adam
        network: Network = trainer.network
        rows = [network.first[watched].copy()]
        for step in range(1, N_STEPS + 1):
            trainer.epoch(self.batch(step), self.keys[step - 1 : step])
            rows.append(network.first[watched].copy())

        waiting_words = []
        for place, (column, s) in enumerate(zip(watched, last[watched], strict=True)):
            K = N_STEPS - int(s)
            m = trainer.m.first[column] / adam.beta1**K
            r = np.sqrt(trainer.v.first[column] / adam.beta2**K)
            waiting_words.append(
                WaitingWord(column, int(s), K, m, r, rows[s - 1][place], rows[-1][place])
            )
        return network, waiting_words


class WaitingWord(NamedTuple):
    """A word that is in no batch after step s, as dense Adam moves its row of W_1.

    `column` of X; `s`, the step of its last gradient, and `K`, the number of steps since; `m` and
    `r` (H_1,), its moments after step s; `before` and `after` (H_1,), its weights before step s and
    at the end.
    """

    column: int
    s: int
    K: int
    m: Array
    r: Array
    before: Array
    after: Array

    @property
    def unit(self) -> int:
        """The unit whose weight has the largest m."""
        return int(np.argmax(np.abs(self.m)))


def pending_terms(adam: Adam, s: int, K: int) -> tuple[Array, Array]:
    """w_k and z_k for k = 0 … K, each (K + 1,)."""
    k = np.arange(K + 1)
    w = adam.learning_rate * adam.beta1**k / (1 - adam.beta1 ** (s + k))
    z = adam.beta2 ** (-k / 2) * np.sqrt(1 - adam.beta2 ** (s + k))
    return w, z


def deferred_move(
    adam: Adam, s: int, K: int, m: ArrayLike, r: ArrayLike, n_points: int = 0
) -> Array:
    """The sum of K + 1 pending moves of weights whose moments are m and r; of the shape of m.

    By all terms, or by a Gauss rule of `n_points`.
    """
    w, z = pending_terms(adam, s, K)
    if n_points:
        y, w = gauss_rule(w, z / z[0] - 1, n_points)
        z = (1 + y) * z[0]
    r = np.asarray(r)[..., np.newaxis]
    f = np.sum(w * z / (r + adam.eps * z), axis=-1)
    move: Array = -np.asarray(m) * f
    return move


def gauss_rule(w: Array, y: Array, n: int) -> tuple[Array, Array]:
    """n places and weights that sum every polynomial of degree 2n − 1 as all (y_k, w_k) do.

    The polynomials that are orthogonal under the weights w satisfy a three-term recurrence. Its
    coefficients make a symmetric matrix, whose eigenvalues are the places (Golub & Welsch 1969).
    """
    centre = w @ y / w.sum()
    x, p_before, p = y - centre, np.zeros_like(y), np.full_like(y, w.sum() ** -0.5)
    diagonal, beside = [], [0.0]
    for _ in range(n):
        diagonal.append(w @ (x * p * p))
        q = (x - diagonal[-1]) * p - beside[-1] * p_before
        beside.append(np.sqrt(w @ (q * q)))
        if beside[-1] < _SPREAD:
            break
        p_before, p = p, q / beside[-1]

    off = beside[1 : len(diagonal)]
    places, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))
    return places + centre, w.sum() * vectors[0] ** 2
