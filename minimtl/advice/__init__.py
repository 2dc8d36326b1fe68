"""Advice on a person's own texts: which way to train on them, alone or with other texts.

May import: system, stats, text, nn, corpora, report, models, jobs, estimator.
"""

from minimtl.advice.advice import advice_document
from minimtl.advice.api import advise, advise_on, with_test_part
from minimtl.advice.features import SUFFIXES, read_feature_rows, read_feature_set
from minimtl.advice.fits import MARGIN, PER_CLASS, QUICK_PER_CLASS, QUICK_RUNS, RUNS, Settings
from minimtl.advice.tokenizers import TOKENIZERS

__all__ = [
    "MARGIN",
    "PER_CLASS",
    "QUICK_PER_CLASS",
    "QUICK_RUNS",
    "RUNS",
    "SUFFIXES",
    "TOKENIZERS",
    "Settings",
    "advice_document",
    "advise",
    "advise_on",
    "read_feature_rows",
    "read_feature_set",
    "with_test_part",
]
