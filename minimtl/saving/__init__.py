"""Fitted models and arrays as bytes, without pickle.

May import: system, estimator, stats, text, nn, joint.
"""

from minimtl.saving.archive import array_to_bytes, bytes_to_array
from minimtl.saving.models import load_model, save_model
from minimtl.saving.textmodel import TextModel

__all__ = [
    "TextModel",
    "array_to_bytes",
    "bytes_to_array",
    "load_model",
    "save_model",
]
