"""Parameters, fitted state and scikit-learn's view of an estimator that does next to nothing."""

import subprocess
import sys

import numpy as np
import pytest

from minimtl.estimator.base import (
    BaseEstimator,
    ClassifierMixin,
    ConvergenceWarning,
    DataConversionWarning,
    NotFittedError,
    as_scikit_learn,
    check_is_fitted,
)


class Majority(ClassifierMixin, BaseEstimator):
    """Always predicts the most frequent class."""

    def __init__(self, *, fallback=0, weights=None):
        self.fallback = fallback
        self.weights = weights

    def fit(self, X, y):
        values, counts = np.unique(y, return_counts=True)
        self.class_ = values[counts.argmax()]
        return self

    def predict(self, X):
        check_is_fitted(self)
        return np.full(len(X), self.class_)


def test_a_notebook_shows_the_parameters_and_escapes_them():
    page = Majority(fallback="<b>" + "x" * 300)._repr_html_()
    assert "<summary>Majority</summary>" in page
    assert '<tr style="font-weight:bold"><td>fallback</td>' in page
    assert '<tr style="font-weight:normal"><td>weights</td><td>None</td></tr>' in page
    assert "<b>" not in page
    assert "x" * 201 not in page


def test_params_are_read_and_set_by_name():
    estimator = Majority(fallback=3)
    assert estimator.get_params() == {"fallback": 3, "weights": None}
    assert estimator.set_params(weights="x") is estimator
    assert estimator.weights == "x"


def test_unknown_param_changes_nothing():
    estimator = Majority()
    with pytest.raises(ValueError, match="Invalid parameter 'depth' for estimator Majority"):
        estimator.set_params(fallback=1, depth=2)
    assert estimator.fallback == 0


def test_repr_shows_what_differs_from_the_defaults():
    assert repr(Majority()) == "Majority()"
    assert repr(Majority(fallback=1)) == "Majority(fallback=1)"
    assert repr(Majority(weights=np.ones(2))) == "Majority(weights=array([1., 1.]))"


def test_score_is_weighted_accuracy():
    estimator = Majority().fit([[0], [0], [0]], [1, 1, 0])
    assert estimator.score([[0]] * 4, [1, 0, 0, 0]) == 0.25
    assert estimator.score([[0]] * 4, [1, 0, 0, 0], sample_weight=[3, 1, 0, 0]) == 0.75


def test_unfitted_raises_both_ways_a_caller_may_catch():
    for caught in (ValueError, AttributeError):
        with pytest.raises(caught, match="This Majority instance is not fitted yet"):
            Majority().predict([[0]])


def test_exceptions_are_ours_without_scikit_learn():
    code = """
import sys
from minimtl.estimator.base import NotFittedError, as_scikit_learn
assert as_scikit_learn(NotFittedError) is NotFittedError
assert "sklearn" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("category", [NotFittedError, DataConversionWarning, ConvergenceWarning])
def test_exceptions_are_scikit_learn_s_when_it_is_loaded(category):
    exceptions = pytest.importorskip("sklearn.exceptions")
    assert as_scikit_learn(category) is getattr(exceptions, category.__name__)
    assert issubclass(category, as_scikit_learn(category).__bases__)
