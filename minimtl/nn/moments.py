"""Adam's state between two trainings of one network, so that the second continues the first.

r = √v, the form in which the kernels keep the second moment; all else as in `adam`. Words that
never occurred have m = r = 0.
"""

from dataclasses import dataclass

import numpy as np

from minimtl.nn.network import Network, Shape


@dataclass
class Moments:
    """The number of the last step, and of each parameter m and r after that step."""

    step: int
    m: Network
    r: Network

    @classmethod
    def zeros(cls, shape: Shape) -> "Moments":
        """Before the first step, in float32."""
        m, r = (Network.zeros(shape, shape.n_features, np.float32) for _ in range(2))
        return cls(0, m, r)

    def with_rows(self, rows: np.ndarray, dtype: np.dtype | type) -> "Moments":
        """A copy in `dtype` that keeps only `rows` of the first weight matrix's moments."""
        return Moments(self.step, self.m.with_rows(rows, dtype), self.r.with_rows(rows, dtype))

    def put(self, rows: np.ndarray, part: "Moments") -> None:
        """Take over `part`, which holds only `rows` of the first weight matrix's moments."""
        self.step = part.step
        for whole, piece in ((self.m, part.m), (self.r, part.r)):
            whole.first[rows] = piece.first
            whole.flat[:] = piece.flat

    def moved_rows(self) -> np.ndarray:
        """Rows of the first weight matrix that have had a gradient, and so go on moving."""
        return np.flatnonzero(self.r.first.any(axis=1))
