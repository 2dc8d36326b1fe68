"""The gains of all candidates on one scale, as the page draws them."""

from collections.abc import Sequence
from typing import NamedTuple

from minimtl.advice.advice import Advice

WIDTH, MARGIN = 160, 5


class Mark(NamedTuple):
    """Where a gain's interval, the gain, and no gain at all lie across a drawing of `WIDTH`."""

    low: float
    mean: float
    high: float
    zero: float


def marks(advised: Sequence[Advice]) -> list[Mark]:
    """A candidate each; the scale reaches from the lowest to the highest of all ends, and to 0."""
    gains = [advice.gain for advice in advised]
    least = min(0.0, *(gain.low for gain in gains))
    most = max(0.0, *(gain.high for gain in gains))
    scale = (WIDTH - 2 * MARGIN) / ((most - least) or 1.0)
    return [
        Mark(*(MARGIN + scale * (x - least) for x in (gain.low, gain.mean, gain.high, 0.0)))
        for gain in gains
    ]
