"""What a maintainer would ask of someone with a problem: machine, packages, places, training.

May import: system, nn, corpora.
"""

from minimtl.diagnosis.machine import fill_machine
from minimtl.diagnosis.packages import fill_packages
from minimtl.diagnosis.places import fill_corpora, fill_places
from minimtl.diagnosis.section import as_json, as_text, make_section, without_home
from minimtl.diagnosis.training import fill_training

__all__ = [
    "as_json",
    "as_text",
    "fill_corpora",
    "fill_machine",
    "fill_packages",
    "fill_places",
    "fill_training",
    "make_section",
    "without_home",
]
