"""Parameters, fitted state and exceptions of an estimator, seen at a regression.

What scikit-learn asks of all estimators is in tests/oracles/test_check_estimator.py.
"""

import subprocess
import sys

import numpy as np
import pytest

from minimtl import LogisticRegression
from minimtl.estimator.base import (
    ConvergenceWarning,
    DataConversionWarning,
    NotFittedError,
    as_scikit_learn,
)


def test_a_notebook_shows_the_parameters_and_escapes_them():
    page = LogisticRegression(C="<b>" + "x" * 300)._repr_html_()
    assert "<summary>LogisticRegression</summary>" in page
    assert '<tr style="font-weight:bold"><td>C</td>' in page
    assert '<tr style="font-weight:normal"><td>class_weight</td><td>None</td></tr>' in page
    assert "<b>" not in page
    assert "x" * 201 not in page


def test_unknown_param_changes_nothing():
    model = LogisticRegression()
    with pytest.raises(ValueError, match="Invalid parameter 'depth' for estimator LogisticRegr"):
        model.set_params(C=2.0, depth=2)
    assert model.C == 1.0


@pytest.mark.parametrize(
    ("params", "shown"),
    [({}, ""), ({"C": 2.0}, "C=2.0"), ({"C": np.ones(2)}, "C=array([1., 1.])")],
)
def test_repr_shows_what_differs_from_the_defaults(params, shown):
    assert repr(LogisticRegression(**params)) == f"LogisticRegression({shown})"


def test_score_is_weighted_accuracy():
    model = LogisticRegression().fit([[0], [1]], [0, 1])
    assert model.score([[1]] * 4, [1, 0, 0, 0]) == 0.25
    assert model.score([[1]] * 4, [1, 0, 0, 0], sample_weight=[3, 1, 0, 0]) == 0.75


@pytest.mark.parametrize("caught", [ValueError, AttributeError])
def test_unfitted_raises_both_ways_a_caller_may_catch(caught):
    with pytest.raises(caught, match="This LogisticRegression instance is not fitted yet"):
        LogisticRegression().predict([[0]])


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
