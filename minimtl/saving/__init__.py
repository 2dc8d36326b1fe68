"""Fitted models in files, without pickle: one archive of JSON and arrays.

May import: system, estimator, stats, text, nn.
"""

from minimtl.saving.models import load_model, save_model

__all__ = [
    "load_model",
    "save_model",
]
