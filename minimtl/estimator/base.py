"""The base classes of minimtl's estimators, which work within scikit-learn.

scikit-learn asks an estimator for its parameters by name (``clone``, ``GridSearchCV``) and for its
*tags* (what it is and what it accepts), and expects its own exceptions. It need not be installed:
tags are built only when it asks for them, and its exceptions are raised only when it is loaded.
"""

import inspect
import sys
from html import escape
from textwrap import shorten
from typing import Any, TypeVar

import numpy as np

Self = TypeVar("Self", bound="BaseEstimator")


class NotFittedError(ValueError, AttributeError):
    """A method that needs a fitted estimator was called before ``fit``."""


class DataConversionWarning(UserWarning):
    """The input was accepted after a change of its shape or type."""


class ConvergenceWarning(UserWarning):
    """An iterative solver stopped at its last permitted step, before its tolerance was met."""


def as_scikit_learn(category: type) -> type:
    """scikit-learn's exception or warning of the same name if it is loaded, else `category`.

    Looked up when something is raised, as scikit-learn may be imported after minimtl.

    Examples
    --------
    >>> raise as_scikit_learn(NotFittedError)("...")  # doctest: +SKIP
    >>> warnings.warn("...", as_scikit_learn(ConvergenceWarning))  # doctest: +SKIP
    """
    exceptions = sys.modules.get("sklearn.exceptions")
    return getattr(exceptions, category.__name__, category)


def check_is_fitted(estimator: "BaseEstimator") -> None:
    """Raise `NotFittedError` unless `estimator` has a fitted attribute, one that ends in ``_``."""
    if not any(name.endswith("_") and not name.startswith("_") for name in vars(estimator)):
        raise as_scikit_learn(NotFittedError)(
            f"This {type(estimator).__name__} instance is not fitted yet. Call 'fit' with "
            "appropriate arguments before using this estimator."
        )


class BaseEstimator:
    """Parameters by name, as the arguments of the subclass's ``__init__``.

    ``__init__`` must name every parameter and store it unchanged under the same name; all
    checks belong in ``fit``.
    """

    @classmethod
    def _parameters(cls) -> dict[str, inspect.Parameter]:
        parameters = dict(inspect.signature(cls.__init__).parameters)
        del parameters["self"]
        return parameters

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name; with `deep`, also those of estimators among them, ``a__b``."""
        params = {name: getattr(self, name) for name in sorted(self._parameters())}
        if deep:
            for name, value in list(params.items()):
                if isinstance(value, BaseEstimator):
                    params |= {f"{name}__{key}": inner for key, inner in value.get_params().items()}
        return params

    def set_params(self: Self, **params: Any) -> Self:
        """Set parameters by name and return self; ValueError for a name that is none."""
        valid = self._parameters()
        inner: dict[str, dict[str, Any]] = {}
        for full_name, value in params.items():
            name, nested, key = full_name.partition("__")
            if name not in valid:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self}. "
                    f"Valid parameters are: {sorted(valid)}."
                )
            if nested:
                inner.setdefault(name, {})[key] = value
        for name, value in params.items():
            if "__" not in name:
                setattr(self, name, value)
        for name, its in inner.items():
            holder = getattr(self, name)
            if not isinstance(holder, BaseEstimator):
                raise ValueError(
                    f"{name} is {holder!r} and has no parameters; set {name} to an estimator first."
                )
            holder.set_params(**its)
        return self

    def __repr__(self) -> str:
        changed = (
            f"{name}={getattr(self, name)!r}"
            for name, parameter in self._parameters().items()
            if not _same(getattr(self, name), parameter.default)
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_html_(self) -> str:
        """A table of the parameters for notebooks, bold where they are not the defaults."""
        rows = ""
        for name, parameter in self._parameters().items():
            value = getattr(self, name)
            weight = "normal" if _same(value, parameter.default) else "bold"
            text = escape(shorten(repr(value), 200))
            rows += f'<tr style="font-weight:{weight}"><td>{name}</td><td>{text}</td></tr>'
        return (
            f"<details open><summary>{type(self).__name__}</summary><table>{rows}</table></details>"
        )

    def __sklearn_tags__(self) -> Any:
        """The estimator's tags; subclasses change fields of what ``super()`` returns."""
        # Only scikit-learn calls this, so it is there to be imported.
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=None, target_tags=TargetTags(required=False), input_tags=InputTags()
        )


class ClassifierMixin:
    """A `BaseEstimator` (named after this class among the bases) that predicts classes."""

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy of the predictions for `X`, the mean over rows weighted by `sample_weight`."""
        correct = np.asarray(self.predict(X)) == np.asarray(y)  # type: ignore[attr-defined]
        return float(np.average(correct, weights=sample_weight))

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags

        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.estimator_type = "classifier"
        tags.classifier_tags = ClassifierTags()
        tags.target_tags.required = True
        return tags


def _same(value: Any, default: Any) -> bool:
    """True if a parameter has its default; values of other types are equal only if identical."""
    return value is default or (type(value) is type(default) and repr(value) == repr(default))
