"""Fitted models: texts of several tasks in, labels out; models and arrays as bytes, no pickle.

May import: system, estimator, stats, text, nn.
"""

from minimtl.models.archive import array_to_bytes, bytes_to_array, label_to_plain
from minimtl.models.saving import load_model, save_model
from minimtl.models.textmodel import MultiTaskTextClassifier, TextModel

__all__ = [
    "MultiTaskTextClassifier",
    "TextModel",
    "array_to_bytes",
    "bytes_to_array",
    "label_to_plain",
    "load_model",
    "save_model",
]
