"""LogisticRegression: its minimum, weights, refusals; many fits at once, and constant features."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from minimtl.stats import logistic_fit
from minimtl.stats.logistic import LogisticRegression
from minimtl.stats.logistic_fit import fit_logistic_regression, scaling_parameters


@pytest.fixture
def three_classes():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 4))
    return X, np.array(["a", "b", "c"])[np.argmax(X[:, :3] + rng.standard_normal((90, 3)), axis=1)]


def test_logarithms_of_probabilities_are_finite_where_these_are_0(three_classes):
    X, y = three_classes
    model = LogisticRegression().fit(X, y)
    assert np.isfinite(model.predict_log_proba(1e6 * X)).all()


def test_warns_when_it_stops_early(three_classes):
    X, y = three_classes
    with pytest.warns(ConvergenceWarning, match="did not converge in max_iter=1 steps"):
        LogisticRegression(max_iter=1).fit(X, y)


def test_refuses_what_it_cannot_learn_from(three_classes):
    X, y = three_classes
    with pytest.raises(ValueError, match="at least two classes"):
        LogisticRegression().fit(X, np.zeros(90))
    with pytest.raises(ValueError, match="of every class in y"):
        LogisticRegression().fit(X, y, sample_weight=np.where(y == "a", 0, 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("C", value) for value in (0, -1, np.nan, np.inf, 10**400)),
        ("tol", 0),
        *(("max_iter", value) for value in (0, 10.5)),
    ],
)
def test_parameters_out_of_range(three_classes, name, value):
    with pytest.raises(ValueError, match=f"{name} must be greater than 0"):
        LogisticRegression(**{name: value}).fit(*three_classes)


@pytest.fixture
def documents():
    """Random texts of three classes, many of whose words one document has alone."""
    rng = np.random.default_rng(0)
    X = sparse.random(150, 900, 0.01, "csr", random_state=rng)
    return X, np.argmax(X @ rng.normal(size=(900, 3)), axis=1)


@pytest.mark.parametrize("size", [1e-3, 1e9, 1e30])
def test_features_of_any_size(documents, size):
    X, y = documents
    model = LogisticRegression(C=1 / size**2).fit(X * size, y)
    unscaled = LogisticRegression(C=1.0).fit(X, y)
    # The same problem in other units, in which the tolerance is another one.
    np.testing.assert_allclose(model.coef_ * size, unscaled.coef_, atol=1e-4)


def test_one_class_weighs_next_to_nothing(documents):
    X, y = documents
    model = LogisticRegression().fit(X, y, np.where(y == 0, 1e-12, 1.0))
    assert np.isfinite(model.coef_).all()
    assert np.isfinite(model.intercept_).all()


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize(("rows", "C"), [([0, 1, 0, 1], 1e5), ([0, 1, 2], 1e6)])
def test_a_loss_near_zero_keeps_its_digits(make, rows, C):
    """Separable classes with a weak penalty: the fall of the loss is far below 1."""
    X = make(np.eye(max(rows) + 1)[rows])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = LogisticRegression(C=C).fit(X, rows)
    assert model.n_iter_[0] < 30
    assert list(model.predict(X)) == rows


def test_size_of_the_batch_changes_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    X, y, masks = rng.standard_normal((40, 3)), rng.random(40) < 0.5, rng.random((9, 40)) < 0.7
    together = fit_logistic_regression(X, y, sample_weight=masks)
    monkeypatch.setattr(logistic_fit, "_CHUNK", 120)
    apart = fit_logistic_regression(X, y, sample_weight=masks)
    # Matrix products of other sizes round differently, and each ends at 1e-12 of its gradient.
    np.testing.assert_allclose(apart.coef, together.coef, rtol=0, atol=1e-11)
    np.testing.assert_allclose(apart.intercept, together.intercept, rtol=0, atol=1e-11)


@pytest.mark.parametrize("scaling", ["minmax", "standard"])
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_roundings_are_no_spread(scaling, size):
    X = size * np.array([[0.1 + 0.2], [0.3], [0.3]])
    assert np.ptp(X) > 0
    _, scale = scaling_parameters(X, scaling)
    assert scale == 1.0
    _, scale = scaling_parameters(X * [[1], [1], [1 + 1e-12]], scaling)
    assert 0 < scale < 1e-11 * size
