"""Adam, the schedule of a training, and its state between two trainings of one network.

Notation: t step (1, 2, …), g gradient, m and v its running first and second moments::

    m ← β1·m + (1−β1)·g          v ← β2·v + (1−β2)·g²
    w ← w − lr·m̂ / (√v̂ + ε),     m̂ = m/(1−β1ᵗ),  v̂ = v/(1−β2ᵗ)

Kingma & Ba (2015), "Adam: a method for stochastic optimization", Algorithm 1.

Without a gradient the k-th move of a weight is β1ᵏ/√β2ᵏ of its first, until ε ends that: with
β1 ≥ √β2 its moves would grow. Such rates are refused.

Derived in docs/mathematics.md, §2. A change of the numbers needs a new
`minimtl.nn.training.TRAINING_VERSION`.
"""

from dataclasses import dataclass, field

import numpy as np

from minimtl.nn.network import FloatArray, IntArray, Network, Shape

# Of eps. The squares of gradients that are not large against less than this are not exact in
# float32, or vanish.
SMALLEST_EPS = 1e-15
LARGEST = float(np.finfo(np.float32).max)  # in which weights are kept, whatever trains them
# So many numbers, their moments and what is computed from them stay in a core's cache.
_BLOCK = 1 << 14


@dataclass(frozen=True)
class Adam:
    """The hyper-parameters of Adam; ValueError for those that cannot be used."""

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate <= LARGEST:
            raise ValueError(
                "learning_rate must be positive and within the range of float32, "
                f"got {self.learning_rate}"
            )
        if not SMALLEST_EPS <= self.eps <= LARGEST:
            raise ValueError(
                f"eps must be finite and at least {SMALLEST_EPS:g}, as squares of gradients that "
                f"small are lost in float32, got {self.eps}"
            )
        if not (0 < self.beta1 < 1 and 0 < self.beta2 < 1):
            raise ValueError(f"beta1 and beta2 must lie in (0, 1), got {self.beta1}, {self.beta2}")
        if self.decay >= 1:
            raise ValueError(
                "beta1 must be less than the square root of beta2, or weights without a gradient "
                f"move by ever more, got {self.beta1} and {self.beta2}"
            )

    @property
    def decay(self) -> float:
        """β1/√β2: what is left of a weight's move a step later, without a gradient and ε."""
        return float(self.beta1 / np.sqrt(self.beta2))

    def update(self, w: FloatArray, g: FloatArray, m: FloatArray, v: FloatArray, step: int) -> None:
        """Make step number `step` (from 1) on `w` in place, and on its moments `m` and `v`.

        Rows are taken a block at a time, so that no temporary is as large as `w`.
        """
        step_size = self.learning_rate / (1.0 - self.beta1**step)
        correction = 1.0 / np.sqrt(1.0 - self.beta2**step)
        n_rows = max(1, _BLOCK * len(w) // max(1, w.size))
        for start in range(0, len(w), n_rows):
            W, G, M, V = (x[start : start + n_rows] for x in (w, g, m, v))
            M *= self.beta1
            M += (1.0 - self.beta1) * G
            V *= self.beta2
            V += (1.0 - self.beta2) * G * G
            W -= step_size * M / (np.sqrt(V) * correction + self.eps)


@dataclass(frozen=True)
class Schedule:
    """The settings of a training; ValueError for those that cannot be used.

    A step takes `batch_size` documents of each task and leaves out the share `dropout` of the
    hidden units, in [0, 1). The losses of tasks are multiplied by `task_weights` λ_t, 1 each by
    default. An epoch has `epoch_documents` documents of each task, by default as many as task 0
    has. Test documents are predicted after the `test_epochs`, which count from 0; None is each.
    """

    n_epochs: int = 100
    batch_size: int = 32
    dropout: float = 0.5
    task_weights: tuple[float, ...] | None = None
    epoch_documents: int | None = None
    test_epochs: tuple[int, ...] | None = None
    adam: Adam = field(default_factory=Adam)

    def __post_init__(self) -> None:
        if self.epoch_documents is not None and self.epoch_documents < 1:
            raise ValueError(f"epoch_documents must be at least 1, got {self.epoch_documents}")
        if self.n_epochs < 1 or self.batch_size < 1:
            raise ValueError(
                "n_epochs and batch_size must be at least 1, "
                f"got {self.n_epochs} and {self.batch_size}"
            )
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"dropout must lie in [0, 1), got {self.dropout}")
        weights = self.task_weights
        if weights is not None and not all(0.0 <= weight < np.inf for weight in weights):
            raise ValueError(f"task_weights must be finite and not negative, got {weights}")

    def weights(self, n_tasks: int) -> FloatArray:
        """λ (n_tasks,), float64; ValueError where `task_weights` are those of another number."""
        if self.task_weights is None:
            return np.ones(n_tasks)
        if len(self.task_weights) != n_tasks:
            raise ValueError(f"{len(self.task_weights)} task weights came for {n_tasks} tasks")
        return np.array(self.task_weights, np.float64)


@dataclass
class Moments:
    """Adam's state, from which a second training continues the first.

    The number of the last step, and each parameter's m and r = √v after it; r is what the kernels
    keep. Words that never occurred have m = r = 0.
    """

    step: int
    m: Network
    r: Network

    @classmethod
    def zeros(cls, shape: Shape, n_rows: int) -> "Moments":
        """Before the first step, in float32."""
        return cls(0, *(Network.zeros(shape, n_rows, np.float32) for _ in range(2)))

    def rows(self, rows: IntArray) -> "Moments":
        """A copy that keeps only these rows of the first weight matrix's moments."""
        return Moments(self.step, self.m.rows(rows, np.float32), self.r.rows(rows, np.float32))

    def put(self, rows: IntArray, part: "Moments") -> None:
        """Copy `part`, which holds only `rows` of the first weight matrix's moments."""
        self.step = part.step
        self.m.put(rows, part.m)
        self.r.put(rows, part.r)

    def moved_rows(self) -> IntArray:
        """Rows of the first weight matrix that have had a gradient, and so go on moving."""
        return np.flatnonzero(self.r.first.any(axis=1))
