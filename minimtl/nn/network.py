"""The parameters of a multi-task multilayer perceptron with shared hidden layers.

Notation, here and in all of `minimtl.nn`::

    V            number of features (the vocabulary)
    H_1 … H_L    widths of the L ≥ 1 hidden layers, shared by all tasks
    T, K_t       number of tasks, number of classes of task t
    weights[l]   (H_l, H_{l+1}), with H_0 = V; biases[l] (H_{l+1},); l = 0 … L−1
    head_weights[t]  (H_L, K_t); head_biases[t] (K_t,)

All parameters but ``weights[0]`` are views into one flat vector, so that an optimiser can
treat them as one; ``weights[0]``, whose gradient is sparse, is kept apart. The flat vector holds
one block a layer, its weights and then its biases, and then one block a head likewise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

# The arrays of `minimtl.nn`, whatever their precision; docstrings give their shapes.
FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.integer[Any]]

ACTIVATIONS = ("sigmoid", "tanh", "relu")


def check_layers(hidden: tuple[int, ...], activation: str) -> None:
    """ValueError for widths of hidden layers, or an activation, that no network can have."""
    if not hidden or min(hidden) < 1:
        raise ValueError(f"hidden_layer_sizes must be one positive width or more, got {hidden}")
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {ACTIVATIONS}, got {activation!r}")


@dataclass(frozen=True)
class Shape:
    """The sizes and the activation of a network's hidden layers."""

    n_features: int
    hidden: tuple[int, ...]
    n_classes: tuple[int, ...]
    activation: str = "sigmoid"

    def __post_init__(self) -> None:
        if self.n_features < 1:
            raise ValueError(f"n_features must be at least 1, got {self.n_features}")
        check_layers(self.hidden, self.activation)
        if not self.n_classes or min(self.n_classes) < 2:
            raise ValueError(f"each task needs two classes or more, got {self.n_classes}")

    @property
    def n_flat(self) -> int:
        """Number of parameters outside the first weight matrix."""
        dense = sum((n_in + 1) * n_out for n_in, n_out in pairwise(self.hidden))
        return self.hidden[0] + dense + (self.hidden[-1] + 1) * sum(self.n_classes)


@dataclass
class Network:
    """Parameters (or gradients, or moments: anything of the same shape), see the notation above."""

    shape: Shape
    first: FloatArray
    flat: FloatArray

    def __post_init__(self) -> None:
        hidden, start = self.shape.hidden, 0

        def take(*size: int) -> FloatArray:
            nonlocal start
            view = self.flat[start : start + int(np.prod(size))].reshape(size)
            start += view.size
            return view

        self.weights, self.biases = [self.first], [take(hidden[0])]
        # Where the blocks begin in the flat vector.
        self.layer_starts, self.head_starts = [0], []
        for n_in, n_out in pairwise(hidden):
            self.layer_starts.append(start)
            self.weights.append(take(n_in, n_out))
            self.biases.append(take(n_out))
        # A head is stored class by class, (K_t, H_L): its products are then dot products of
        # contiguous vectors. The public view has the usual orientation.
        self.head_weights, self.head_biases = [], []
        for n_classes in self.shape.n_classes:
            self.head_starts.append(start)
            self.head_weights.append(take(n_classes, hidden[-1]).T)
            self.head_biases.append(take(n_classes))

    def __reduce__(self) -> tuple[Any, ...]:
        # Copies and pickles take the views anew; each would else become an array of its own.
        return Network, (self.shape, self.first, self.flat)

    @classmethod
    def zeros(cls, shape: Shape, n_rows: int, dtype: DTypeLike) -> "Network":
        """All zeros, with `n_rows` rows in the first weight matrix."""
        return cls(shape, np.zeros((n_rows, shape.hidden[0]), dtype), np.zeros(shape.n_flat, dtype))

    def rows(self, rows: IntArray | slice, dtype: DTypeLike) -> "Network":
        """A copy in `dtype` that keeps only these rows of the first weight matrix."""
        return Network(self.shape, self.first[rows].astype(dtype), self.flat.astype(dtype))

    def put(self, rows: IntArray, part: "Network") -> None:
        """Copy the values of `part`, which holds only `rows` of the first weight matrix."""
        self.first[rows] = part.first
        self.flat[:] = part.flat


def initialize(shape: Shape, rng: np.random.Generator, head_range: float = 0.05) -> Network:
    """Draw float32 weights: Glorot-uniform hidden layers, heads in ±`head_range`, zero biases.

    Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward neural
    networks", eq. 16: uniform in ±√(6 / (n_in + n_out)).
    """
    network = Network.zeros(shape, shape.n_features, np.float32)
    for weights in network.weights:
        _fill_uniform(weights, np.sqrt(6.0 / sum(weights.shape)), rng)
    for head in network.head_weights:
        _fill_uniform(head.T, head_range, rng)
    return network


def _fill_uniform(out: FloatArray, bound: float, rng: np.random.Generator) -> None:
    rng.random(dtype=np.float32, out=out)
    out -= np.float32(0.5)
    out *= np.float32(2.0 * bound)


PARTS = ("weights", "biases", "head_weights", "head_biases")


def copy_common(source: Network, target: Network, parts: Sequence[str] = PARTS) -> None:
    """Copy what both have: of each array the corner that source and target share."""
    for part in parts:
        for a, b in zip(getattr(source, part), getattr(target, part), strict=True):
            corner = tuple(map(slice, np.minimum(a.shape, b.shape)))
            b[corner] = a[corner]


def copy_hidden(source: Network, target: Network) -> None:
    """Copy the hidden layers; ValueError unless both have as many features and the same widths."""
    if source.first.shape != target.first.shape or source.shape.hidden != target.shape.hidden:
        raise ValueError(
            f"the pretrained network has {len(source.first)} features and the hidden layers "
            f"{source.shape.hidden}, not {len(target.first)} and {target.shape.hidden}."
        )
    copy_common(source, target, ("weights", "biases"))
