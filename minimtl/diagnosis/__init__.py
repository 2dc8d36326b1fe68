"""What a maintainer would ask of someone with a problem; each module answers one part of it.

May import: system, nn, corpora.
"""

from minimtl.diagnosis.machine import fill_machine
from minimtl.diagnosis.packages import fill_packages
from minimtl.diagnosis.page import as_json, as_text, without_home
from minimtl.diagnosis.places import fill_corpora, fill_places
from minimtl.diagnosis.section import look
from minimtl.diagnosis.training import fill_training

__all__ = [
    "as_json",
    "as_text",
    "fill_corpora",
    "fill_machine",
    "fill_packages",
    "fill_places",
    "fill_training",
    "look",
    "without_home",
]
