"""The settings that are tried: hidden layers × layer size × learning rates × dropouts."""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from minimtl.tasks import PAPER, Protocol

LAYERS = (1, 2, 3)
SIZES = (25, 50, 100, 200, 400)


class Setting(NamedTuple):
    """One point of the grid."""

    n_layers: int
    size: int
    learning_rate: float
    dropout: float

    def __str__(self) -> str:
        """Such as ``2 × 100``, with learning rate and dropout where they are not the paper's."""
        words = [f"{self.n_layers} × {self.size}"]
        if self.learning_rate != PAPERS.learning_rate:
            words.append(f"learning rate {self.learning_rate:g}")
        if self.dropout != PAPERS.dropout:
            words.append(f"dropout {self.dropout:g}")
        return ", ".join(words)

    def protocol(self) -> Protocol:
        """The ``paper`` protocol with this setting in it."""
        return PAPER.replace(
            hidden_layer_sizes=(self.size,) * self.n_layers,
            learning_rate=self.learning_rate,
            dropout=self.dropout,
        )


PAPERS = Setting(
    len(PAPER.model.hidden_layer_sizes),
    PAPER.model.hidden_layer_sizes[0],
    PAPER.training.learning_rate,
    PAPER.model.dropout,
)
"""The setting that the paper settled on: 2 × 100."""


def make_grid(learning_rates: Sequence[float], dropouts: Sequence[float]) -> list[Setting]:
    """Every combination once, from the smallest network to the largest."""
    every = product(LAYERS, SIZES, sorted(set(learning_rates)), sorted(set(dropouts)))
    return [Setting(*values) for values in every]
