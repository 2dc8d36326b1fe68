"""The network's mathematics in NumPy: the readable twin of the compiled kernels.

Notation (sizes as in `network`)::

    X      (B, V)        a step's documents, B_t of each task t, one task after the other
    Z_l    (B, H_l)      Z_l = D_{l-1} W_l + b_l, the pre-activations of hidden layer l; D_0 = X
    A_l    (B, H_l)      A_l = σ(Z_l), its activations
    R_l    (B, H_l)      its dropout mask; D_l = A_l ∘ R_l
    O_t    (B_t, K_t)    O_t = D_L U_t + c_t, the logits of task t, on that task's documents
    P_t    (B_t, K_t)    softmax(O_t)
    ω_t    (K_t,)        the weights of task t's classes, 1 each by default
    J      = Σ_t λ_t · mean_i −ω_t[y_i]·ln P_t[i, y_i], the loss that a step descends

Everything is computed in the dtype of the network's parameters; float64 is what the tests
hold the float32 kernels against.

Derived in docs/mathematics.md, §1.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from minimtl.nn.adam import LARGEST, Adam, Moments, Schedule
from minimtl.nn.dropout import dropout_mask
from minimtl.nn.network import FloatArray, IntArray, Network


def activate(Z: FloatArray, activation: str) -> FloatArray:
    """σ(Z), elementwise."""
    if activation == "sigmoid":
        # Written with tanh, which does not overflow: 1/(1+e^−z) = (1 + tanh(z/2)) / 2.
        return 0.5 + 0.5 * np.tanh(0.5 * Z)
    return np.tanh(Z) if activation == "tanh" else np.maximum(Z, 0.0)


def activation_slope(A: FloatArray, activation: str) -> FloatArray:
    """σ'(Z) written in A = σ(Z)."""
    if activation == "sigmoid":
        return A * (1.0 - A)
    return 1.0 - A * A if activation == "tanh" else (A > 0.0).astype(A.dtype)


def softmax(logits: FloatArray) -> FloatArray:
    """Class probabilities of logits, row by row; shifted by the maximum, so nothing overflows."""
    E = np.exp(logits - logits.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def forward(
    network: Network,
    X: sparse.csr_matrix,
    masks: Sequence[FloatArray | None],
    base: FloatArray | float = 0.0,
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Hidden activations A_l and their dropped-out form D_l; a mask of None drops nothing.

    `base` (B, H_1) is added to Z_1: what words outside the columns of `X` contribute.
    """
    activations: list[FloatArray] = []
    dropped: list[FloatArray] = []
    D: Any = X
    extra = base
    for W, b, mask in zip(network.weights, network.biases, masks, strict=True):
        A = activate(D @ W + b + extra, network.shape.activation)
        extra = 0.0
        D = A if mask is None else (A * mask).astype(A.dtype)
        activations.append(A)
        dropped.append(D)
    return activations, dropped


def logits_of(
    network: Network, X: sparse.csr_matrix, task: int, base: FloatArray | float = 0.0
) -> FloatArray:
    """O_t without dropout, (n_documents, K_t); `base` as in `forward`."""
    _, dropped = forward(network, X, [None] * len(network.weights), base)
    logits: FloatArray = dropped[-1] @ network.head_weights[task] + network.head_biases[task]
    return logits


def predict_proba(
    network: Network, X: sparse.csr_matrix, task: int, base: FloatArray | float = 0.0
) -> FloatArray:
    """P_t without dropout, (n_documents, K_t); `base` as in `forward`."""
    return softmax(logits_of(network, X, task, base))


def loss_and_gradients(
    network: Network,
    X: sparse.csr_matrix,
    labels: Sequence[IntArray],
    task_weights: FloatArray,
    masks: Sequence[FloatArray | None],
    class_weights: FloatArray | None = None,
) -> tuple[FloatArray, Network]:
    """Each task's mean weighted cross-entropy (T,) and the gradient of J = Σ_t λ_t·loss_t.

    `labels` holds one vector per task; the rows of `X` are those tasks' documents in order.
    `class_weights` (T, K) has ω_t in its rows. Row i of the gradient of J by O_t is
    (λ_t/B_t)·ω_t[y_i]·(P_t[i] − onehot(y_i)); the rest is the chain rule.
    """
    flat = np.zeros_like(network.flat)
    gradient = Network(network.shape, network.first[:0], flat)  # the first layer's comes last
    activations, dropped = forward(network, X, masks)
    losses = np.zeros(len(labels))
    delta = np.zeros_like(dropped[-1])
    start = 0
    for task, y in enumerate(labels):
        rows, each = slice(start, start + len(y)), np.arange(len(y))
        start += len(y)
        D, U = dropped[-1][rows], network.head_weights[task]
        P = softmax(D @ U + network.head_biases[task])
        # A probability that rounds to 0 counts as the smallest number, whose logarithm is finite.
        each_loss = -np.log(np.maximum(P[each, y], np.finfo(P.dtype).tiny))
        P[each, y] -= 1.0
        P *= task_weights[task] / len(y)
        if class_weights is not None:
            omega = class_weights[task, y]
            each_loss = each_loss * omega
            P *= omega[:, None]
        losses[task] = each_loss.mean()
        gradient.head_weights[task][:] = D.T @ P
        gradient.head_biases[task][:] = P.sum(axis=0)
        delta[rows] = P @ U.T
    for layer in reversed(range(len(network.weights))):
        mask = masks[layer]
        if mask is not None:
            delta = delta * mask
        delta = delta * activation_slope(activations[layer], network.shape.activation)
        gradient.biases[layer][:] = delta.sum(axis=0)
        if layer:
            gradient.weights[layer][:] = dropped[layer - 1].T @ delta
            delta = delta @ network.weights[layer].T
    return losses, Network(network.shape, X.T @ delta, flat)


class Trainer:
    """Trains a network, an epoch at a time, call after call, by dense Adam on every row.

    `minimtl.nn.trainer` has the same by compiled kernels, which must agree with this.

    Parameters
    ----------
    network
        The weights to begin with, in the `dtype` in which they are then trained, here any. The
        first matrix has a row for each word that the trainer knows; `add_words` adds others.
    adam
        What makes the steps.
    moments
        Adam's state after the training that this one continues, if any.

    Attributes
    ----------
    n_words : how many words the trainer knows.
    """

    dtype = "float64"

    def __init__(self, network: Network, adam: Adam, moments: Moments | None = None) -> None:
        self.network, self.adam, self.n_words = network, adam, len(network.first)
        moments = moments or Moments.zeros(network.shape, self.n_words)
        self.step = moments.step
        dtype, every = network.flat.dtype, slice(None)
        self.m, self.v = moments.m.rows(every, dtype), moments.r.rows(every, dtype)
        self.v.first **= 2
        self.v.flat **= 2

    def add_words(self, first: FloatArray) -> None:
        """Add words with these rows (n, H_1) of the first weight matrix after those there are."""
        none = np.zeros_like(first)
        self.network, self.m, self.v = (
            Network(part.shape, np.vstack([part.first, rows]).astype(part.flat.dtype), part.flat)
            for part, rows in ((self.network, first), (self.m, none), (self.v, none))
        )
        self.n_words += len(first)

    def take(
        self,
        X: sparse.csr_matrix,
        labels: IntArray,
        schedule: Schedule,
        class_weights: FloatArray | None = None,
    ) -> None:
        """Train on these documents from here on; only `schedule.adam` is as it was.

        `X` is CSR and holds the documents of all tasks, `labels` (n_documents,) int64 the class of
        each within its task. `class_weights` (T, K), K ≥ K_t of every task, multiply the losses of
        documents by task and class; None is a weight of 1 for each.
        """
        self.X, self.labels = X.astype(self.network.flat.dtype), labels
        self.schedule, self.class_weights = schedule, class_weights
        self.task_weights = schedule.weights(len(self.network.shape.n_classes))

    def epoch(self, order: IntArray, keys: IntArray) -> FloatArray:
        """Train on `order` (T, n), rows of X by task; the mean training loss of each task (T,).

        `keys` (n_steps, L, 2) uint32 are the steps' dropout keys.
        """
        totals, batch_size = np.zeros(len(order)), self.schedule.batch_size
        for number, start in enumerate(range(0, order.shape[1], batch_size)):
            batch = order[:, start : start + batch_size]
            totals += self._step(batch, keys[number]) * batch.shape[1]
        mean: FloatArray = totals / order.shape[1]
        return mean

    def _step(self, batch: IntArray, keys: IntArray) -> FloatArray:
        network, rows = self.network, batch.ravel()
        dropout = self.schedule.dropout
        masks = [
            dropout_mask(key, len(rows), width, dropout) if dropout else None
            for key, width in zip(keys, network.shape.hidden, strict=True)
        ]
        losses, gradient = loss_and_gradients(
            network,
            self.X[rows],
            list(self.labels[batch]),
            self.task_weights,
            masks,
            self.class_weights,
        )
        self.step += 1
        for part in ("first", "flat"):
            w, g, m, v = (getattr(x, part) for x in (network, gradient, self.m, self.v))
            self.adam.update(w, g, m, v, self.step)
        return losses

    def predict_proba(
        self, X: sparse.csc_matrix, base: FloatArray, sizes: IntArray
    ) -> list[FloatArray]:
        """P_t of each task's documents, whose untrained words add `base` (n, H_1) to Z_1.

        `X` (n, n_words) is CSC, in `dtype`, by words, each of which the kernels read once for all
        documents that have it: those of each task in turn, `sizes` (T,) of them.
        """
        X, ends = X.tocsr(), np.cumsum(sizes)
        return [
            predict_proba(self.network, X[end - n : end], task, base[end - n : end])
            for task, (n, end) in enumerate(zip(sizes, ends, strict=True))
        ]

    def weights(self) -> Network:
        """The parameters after the last step, in arrays that the next step may change."""
        return self.network

    def undo(self, words: IntArray) -> Callable[[], None]:
        """A function that takes back the epochs until it is called; only `words` occur in them."""
        before = copy.deepcopy((self.network, self.m, self.v))
        step = self.step

        def undo() -> None:
            self.network, self.m, self.v = before
            self.step = step

        return undo

    def is_finite(self, words: IntArray) -> bool:
        """True if weights of `words` and above the first layer are finite, in float32 too."""
        parts = self.network.first, self.network.flat
        return all((np.abs(part) <= LARGEST).all() for part in parts)

    def moments(self) -> Moments:
        """Adam's state after the last step."""
        r = Network(self.network.shape, np.sqrt(self.v.first), np.sqrt(self.v.flat))
        return Moments(self.step, self.m, r)
