"""Adam of the NumPy twin against PyTorch's.

The peer is `torch.optim.Adam` on a dense gradient that is zero in the rows that a step does not
touch, so that it moves them all in every step. tests/nn holds the kernels' deferred moves against
the twin's.
"""

import numpy as np
import pytest

from minimtl.nn.adam import Adam

torch = pytest.importorskip("torch")

PEER = "torch.optim.Adam, float64"
SETTINGS = [
    Adam(),
    Adam(learning_rate=0.03, beta1=0.8, beta2=0.99),
    Adam(beta1=0.5, beta2=0.9999, eps=1e-12),
    Adam(eps=1e-3),
]


def gradients(rng, shape, size, n_steps):
    """A sparse gradient for each step: about a fifth of the rows have one, of about `size`.

    Row 0 has one in the first step only, row 1 in the second and the last but one, row 2 never.
    """
    for step in range(1, n_steps + 1):
        touched = rng.random(shape[0]) < 0.2
        touched[:3] = step == 1, step in (2, n_steps - 1), False
        g = size * (rng.normal(size=shape) + 0.5) * rng.lognormal(0, 2, (shape[0], 1))
        yield g * touched[:, None]


@pytest.mark.parametrize("adam", SETTINGS)
@pytest.mark.parametrize("size", [1e-9, 1e-4, 1.0, 1e3])
def test_update_in_float64(adam, size, agreement):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(12, 4))
    m, v = np.zeros_like(w), np.zeros_like(w)
    peer = torch.nn.Parameter(torch.tensor(w))
    optimiser = torch.optim.Adam(
        [peer], lr=adam.learning_rate, betas=(adam.beta1, adam.beta2), eps=adam.eps
    )
    for step, g in enumerate(gradients(rng, w.shape, size, 300), start=1):
        peer.grad = torch.tensor(g)
        optimiser.step()
        adam.update(w, g, m, v, step)
        # 300 moves of up to 0.03·(a few), each with some roundings of 1e-16 of itself, and as
        # many roundings of w.
        agreement("Adam.update: weights along 300 steps", PEER, w, peer.detach(), 1e-13)
