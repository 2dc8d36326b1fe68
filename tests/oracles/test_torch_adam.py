"""Adam, plain and with deferred moves, against PyTorch's.

The peer is `torch.optim.Adam` on a dense gradient that is zero in the rows that a step does not
touch, so that it moves them all in every step.
"""

import numpy as np
import pytest

from minimtl.nn.adam import Adam
from minimtl.nn.kernels import adamrows
from minimtl.nn.kernels.adamrows import read_rows
from minimtl.nn.kernels.jit import EntryKernel
from minimtl.nn.pending import make_pending

torch = pytest.importorskip("torch")

adam_update, advance_moments, catch_up, extend_pending = (
    EntryKernel(part.py_func, None)
    for part in (
        adamrows.adam_update,
        adamrows.advance_moments,
        adamrows.catch_up,
        adamrows.extend_pending,
    )
)
PEER = "torch.optim.Adam, float64"
SETTINGS = [
    Adam(),
    Adam(learning_rate=0.03, beta1=0.8, beta2=0.99),
    Adam(beta1=0.5, beta2=0.9999, eps=1e-12),
    Adam(eps=1e-3),
]


class Peer:
    """`torch.optim.Adam` on one array."""

    def __init__(self, w, adam, dtype):
        self.w = torch.nn.Parameter(torch.tensor(w, dtype=dtype))
        self.optimiser = torch.optim.Adam(
            [self.w], lr=adam.learning_rate, betas=(adam.beta1, adam.beta2), eps=adam.eps
        )

    def step(self, g):
        self.w.grad = torch.tensor(g, dtype=self.w.dtype)
        self.optimiser.step()

    @property
    def values(self):
        return self.w.detach().numpy().astype(float)


def gradients(rng, n_steps, n_rows, width, size, share):
    """A sparse gradient for each step: about `share` of the rows have one, of about `size`.

    Row 0 has one in the first step only, row 1 in the second and the last but one, row 2 never.
    """
    for step in range(1, n_steps + 1):
        touched = rng.random(n_rows) < share
        touched[:3] = step == 1, step in (2, n_steps - 1), False
        g = size * (rng.normal(size=(n_rows, width)) + 0.5) * rng.lognormal(0, 2, (n_rows, 1))
        yield np.flatnonzero(touched), np.float32(g * touched[:, None]).astype(float)


@pytest.mark.parametrize("adam", SETTINGS)
@pytest.mark.parametrize("size", [1e-9, 1e-4, 1.0, 1e3])
def test_update_in_float64(adam, size, agreement):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(12, 4))
    m, v, peer = np.zeros_like(w), np.zeros_like(w), Peer(w, adam, torch.float64)
    for step, (_, g) in enumerate(gradients(rng, 300, 12, 4, size, 0.2), start=1):
        adam.update(w, g, m, v, step)
        peer.step(g)
        # 300 moves of up to 0.03·(a few), each with some roundings of 1e-16 of itself, and as
        # many roundings of w.
        agreement("Adam.update: weights along 300 steps", PEER, w, peer.values, 1e-13)


@pytest.mark.parametrize("adam", SETTINGS)
def test_kernel_on_a_vector(adam, agreement):
    rng = np.random.default_rng(1)
    w = rng.normal(scale=0.1, size=40).astype(np.float32)
    m, r, pending = np.zeros_like(w), np.zeros_like(w), make_pending(adam, 300, 0)
    peers = Peer(w, adam, torch.float64), Peer(w, adam, torch.float32)
    for step, (_, g) in enumerate(gradients(rng, 300, 40, 1, 1e-3, 0.9), start=1):
        adam_update(w, m, r, g[:, 0].astype(np.float32), step, pending)
        for peer in peers:
            peer.step(g[:, 0])
    compare(agreement, "kernel on a vector, 300 steps", w, *peers)


class Deferred:
    """The kernels' rows: touched ones make their pending moves, then take in their gradient."""

    def __init__(self, w, adam, n_steps):
        self.width, self.step = w.shape[1], 0
        self.rows = np.zeros((len(w), 3 * self.width), np.float32)
        self.rows[:, : self.width] = w
        self.last = np.zeros(len(w), np.int64)
        self.pending = make_pending(adam, n_steps, 0)

    def make_step(self, touched, g):
        self.step += 1
        pending = self.pending
        words = touched.astype(np.int32)
        catch_up(words, len(words), self.rows, self.last, self.step - 1, pending)
        for j in touched:
            k = self.step - self.last[j]
            decay_m, decay_v = pending.decay_m[k], pending.decay_r[k] ** 2
            advance_moments(
                self.rows, j, self.width, g[j].astype(np.float32),
                np.float32(decay_m), np.float32(decay_v), pending.new1, pending.new2,
            )  # fmt: skip
            self.last[j] = self.step
        extend_pending(pending, self.step)

    def weights(self):
        W = np.empty((len(self.rows), self.width), np.float32)
        read_rows(W, self.rows, self.last, self.step, self.pending)
        return W.astype(float)


def compare(agreement, what, w, peer, peer32):
    # The yardstick is what float32 costs PyTorch itself; 1e-7 is one rounding of w.
    allowed = 4 * np.abs(peer32.values - peer.values).max() + 1e-7
    agreement(what, PEER, w, peer.values, allowed)
    agreement(f"PyTorch's own float32: {what}", PEER, peer32.values, peer.values, 1e-3)


def race(adam, size, share, n_steps, what, agreement):
    rng = np.random.default_rng(2)
    w = rng.normal(scale=0.05, size=(40, 8)).astype(np.float32)
    peers = Peer(w, adam, torch.float64), Peer(w, adam, torch.float32)
    deferred = Deferred(w, adam, n_steps)
    for touched, g in gradients(rng, n_steps, 40, 8, size, share):
        deferred.make_step(touched, g)
        for peer in peers:
            peer.step(g)
    after = deferred.weights()
    assert (after[2] == w[2]).all()
    assert (after[0] != w[0]).any()
    compare(agreement, what, after, *peers)


@pytest.mark.parametrize("adam", SETTINGS)
@pytest.mark.parametrize("n_steps", [3, 120, 400])
@pytest.mark.parametrize("size", [1e-9, 1e-4, 1.0])
def test_deferred_moves(adam, size, n_steps, agreement):
    race(adam, size, 0.05, n_steps, "deferred moves, up to 400 steps", agreement)


@pytest.mark.parametrize(
    "adam",
    [
        Adam(beta1=0.95),
        Adam(beta2=0.9999),
        Adam(beta1=0.99),
        Adam(beta2=0.9),
        Adam(beta1=0.99, beta2=0.99, eps=1e-4),
        Adam(beta1=0.9, beta2=0.82, eps=1e-12),
        Adam(beta1=0.99, beta2=0.982),
        Adam(beta1=1e-3, beta2=1e-5),
        Adam(beta1=0.999, beta2=0.99999, eps=1.0),
    ],
)
def test_deferred_moves_at_other_decay_rates(adam, agreement):
    race(adam, 1e-4, 0.003, 600, "deferred moves, other decay rates", agreement)


@pytest.mark.parametrize("share", [0.003, 0.1])
@pytest.mark.parametrize("size", [1e-8, pytest.param(1e-6, marks=pytest.mark.slow), 1e-2])
def test_2000_steps(share, size, agreement):
    race(Adam(), size, share, 2000, "deferred moves, 2,000 steps", agreement)
