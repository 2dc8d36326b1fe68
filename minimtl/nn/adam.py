"""Adam, and what it needs to be deferred exactly over steps without a gradient.

Notation: t step (1, 2, …), g gradient, m and v its running first and second moments::

    m ← β1·m + (1−β1)·g          v ← β2·v + (1−β2)·g²
    w ← w − lr·m̂ / (√v̂ + ε),     m̂ = m/(1−β1ᵗ),  v̂ = v/(1−β2ᵗ)

Kingma & Ba (2015), "Adam: a method for stochastic optimization", Algorithm 1.

Derived in docs/mathematics.md, §2.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Adam:
    """The hyper-parameters of Adam."""

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        if not (self.learning_rate > 0 and self.eps > 0):
            raise ValueError(
                f"learning_rate and eps must be positive, got {self.learning_rate}, {self.eps}"
            )
        if not (0 < self.beta1 < 1 and 0 < self.beta2 < 1):
            raise ValueError(f"beta1 and beta2 must lie in (0, 1), got {self.beta1}, {self.beta2}")

    def update(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray, step: int) -> None:
        """Make step number `step` (from 1) on `w` in place, and on its moments `m` and `v`."""
        m *= self.beta1
        m += (1.0 - self.beta1) * g
        v *= self.beta2
        v += (1.0 - self.beta2) * g * g
        step_size = self.learning_rate / (1.0 - self.beta1**step)
        correction = 1.0 / np.sqrt(1.0 - self.beta2**step)
        w -= step_size * m / (np.sqrt(v) * correction + self.eps)
