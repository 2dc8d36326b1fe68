"""One study conducted in many ways: which choices of a protocol its gains depend on.

May import: stats, nn, corpora, store, execution, study, meta, report.
"""

from minimtl.multiverse.choices import DIFFERENCES, Choice, check_together, parse_choice
from minimtl.multiverse.conduct import (
    Multiverse,
    seconds_in_universe,
    train_universes,
    with_fewer_documents,
)
from minimtl.multiverse.produce import write_multiverse
from minimtl.multiverse.universes import make_universes, named

__all__ = [
    "DIFFERENCES",
    "Choice",
    "Multiverse",
    "check_together",
    "make_universes",
    "named",
    "parse_choice",
    "seconds_in_universe",
    "train_universes",
    "with_fewer_documents",
    "write_multiverse",
]
