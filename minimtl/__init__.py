"""minimtl: when does multi-task learning help a text classifier?

The public names are loaded when first asked for, so that ``import minimtl`` and
``minimtl --help`` load neither Numba nor SciPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from minimtl._version import __version__

if TYPE_CHECKING:  # what `_HOMES` says, for type checkers and editors
    from minimtl.advice.api import advise
    from minimtl.gains.engine import meta_analysis
    from minimtl.models.saving import load_model, save_model
    from minimtl.models.textmodel import MultiTaskTextClassifier
    from minimtl.nn.classifier import MultiTaskMLPClassifier
    from minimtl.stats.crossval import cross_validate
    from minimtl.stats.curves import fit_log_curve
    from minimtl.stats.divergence import jensen_shannon_divergence
    from minimtl.stats.logistic import LogisticRegression
    from minimtl.study.conductor import run_study
    from minimtl.text.tfidf import TfidfVectorizer

_HOMES = {
    "advise": "minimtl.advice.api",
    "TfidfVectorizer": "minimtl.text.tfidf",
    "MultiTaskMLPClassifier": "minimtl.nn.classifier",
    "MultiTaskTextClassifier": "minimtl.models.textmodel",
    "LogisticRegression": "minimtl.stats.logistic",
    "jensen_shannon_divergence": "minimtl.stats.divergence",
    "fit_log_curve": "minimtl.stats.curves",
    "cross_validate": "minimtl.stats.crossval",
    "meta_analysis": "minimtl.gains.engine",
    "run_study": "minimtl.study.conductor",
    "save_model": "minimtl.models.saving",
    "load_model": "minimtl.models.saving",
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
