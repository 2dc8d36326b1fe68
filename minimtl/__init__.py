"""minimtl: when does multi-task learning help a text classifier?

The public names are loaded when first asked for, so that ``import minimtl`` and
``minimtl --help`` load neither Numba nor SciPy.
"""

from importlib import import_module
from typing import Any

from minimtl._version import __version__

_HOMES = {
    "TfidfVectorizer": "minimtl.text",
    "MultiTaskMLPClassifier": "minimtl.nn",
    "LogisticRegression": "minimtl.stats",
    "jensen_shannon_divergence": "minimtl.stats",
    "fit_log_curve": "minimtl.stats",
    "cross_validate": "minimtl.stats",
    "save_model": "minimtl.saving",
    "load_model": "minimtl.saving",
}

__all__ = ["__version__", *sorted(_HOMES)]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'minimtl' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
