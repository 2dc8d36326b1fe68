"""Adam, of the NumPy twin and of the kernels, against PyTorch's.

The peer is `torch.optim.Adam` on a dense gradient that is zero in the rows that a step does not
touch, so that it moves them all in every step. tests/nn holds the kernels' deferred moves against
the twin's.
"""

import numpy as np
import pytest

from minimtl.nn.adam import Adam
from minimtl.nn.kernels import adamrows
from minimtl.nn.kernels.adamrows import make_pending
from minimtl.nn.kernels.jit import EntryKernel

torch = pytest.importorskip("torch")

adam_update = EntryKernel(adamrows.adam_update.py_func, None)
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
    # The yardstick is what float32 costs PyTorch itself; 1e-7 is one rounding of w.
    peer, peer32 = (each.values for each in peers)
    allowed = 4 * np.abs(peer32 - peer).max() + 1e-7
    what = "kernel on a vector, 300 steps"
    agreement(what, PEER, w, peer, allowed)
    agreement(f"PyTorch's own float32: {what}", PEER, peer32, peer, 1e-3)
