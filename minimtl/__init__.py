"""minimtl: when does multi-task learning help a text classifier?

The public names are loaded when first asked for, so that ``import minimtl`` and
``minimtl --help`` load neither Numba nor SciPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from minimtl._version import __version__

if TYPE_CHECKING:  # what `_HOMES` says, for type checkers and editors
    from minimtl.advice import advise
    from minimtl.gains import meta_analysis
    from minimtl.models import MultiTaskTextClassifier, load_model, save_model
    from minimtl.nn import MultiTaskMLPClassifier
    from minimtl.stats import (
        LogisticRegression,
        cross_validate,
        fit_log_curve,
        jensen_shannon_divergence,
    )
    from minimtl.study import run_study
    from minimtl.text import TfidfVectorizer

_HOMES = {
    "advise": "minimtl.advice",
    "TfidfVectorizer": "minimtl.text",
    "MultiTaskMLPClassifier": "minimtl.nn",
    "MultiTaskTextClassifier": "minimtl.models",
    "LogisticRegression": "minimtl.stats",
    "jensen_shannon_divergence": "minimtl.stats",
    "fit_log_curve": "minimtl.stats",
    "cross_validate": "minimtl.stats",
    "meta_analysis": "minimtl.gains",
    "run_study": "minimtl.study",
    "save_model": "minimtl.models",
    "load_model": "minimtl.models",
}

__all__ = [
    "LogisticRegression",
    "MultiTaskMLPClassifier",
    "MultiTaskTextClassifier",
    "TfidfVectorizer",
    "__version__",
    "advise",
    "cross_validate",
    "fit_log_curve",
    "jensen_shannon_divergence",
    "load_model",
    "meta_analysis",
    "run_study",
    "save_model",
]


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # with it, a type checker would take any name for one of minimtl's

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'minimtl' has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)
