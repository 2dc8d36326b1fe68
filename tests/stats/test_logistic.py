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


N, P = 150, 900


def documents(rng):
    """Random texts, half of whose words one document has alone; rows of norm 1, stored zeros."""
    X = sparse.random(N, P, 0.01, "csr", random_state=rng)
    norms = np.sqrt(X.multiply(X).sum(axis=1))
    X = sparse.csr_matrix(X.multiply(1 / np.maximum(norms, 1e-9)))
    X.data[::50] = 0.0
    return X


def problem(n_classes, seed=0):
    rng = np.random.default_rng(seed)
    X = documents(rng)
    w = rng.normal(size=(P, n_classes))
    return X, np.argmax(X @ w + 0.1 * rng.normal(size=(N, n_classes)), axis=1)


def gradient(model, X, y, weights, *, penalize_intercept=False):
    """The gradient by coefficients and intercepts, from its definition; and its largest term."""
    probabilities = model.predict_proba(X)
    surplus = model.C * weights[:, np.newaxis] * (probabilities - np.eye(probabilities.shape[1])[y])
    if len(model.coef_) == 1:
        surplus = surplus[:, 1:]
    by_coef = (X.T @ surplus).T + model.coef_
    by_intercept = surplus.sum(axis=0) + penalize_intercept * model.intercept_
    return by_coef, by_intercept * model.fit_intercept, model.C * weights.sum()


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_matrix, lambda X: X.toarray()])
@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize(
    "params",
    [{}, {"C": 100.0}, {"fit_intercept": False}, {"penalize_intercept": True}],
    ids=str,
)
def test_the_gradient_is_zero_to_the_tolerance(form, n_classes, params):
    X, y = problem(n_classes)
    weights = np.random.default_rng(1).exponential(size=N)
    model = LogisticRegression(**params).fit(form(X), y, weights)
    penalized = params.get("penalize_intercept", False)
    *gradients, size = gradient(model, X, y, weights, penalize_intercept=penalized)
    for part in gradients:
        np.testing.assert_allclose(part, 0, atol=2e-12 * size)
    if n_classes > 2 and not penalized:
        # Any number may be added to all free intercepts; that of smallest norm is found.
        assert abs(model.intercept_.sum()) < 1e-9


@pytest.mark.parametrize("size", [1e-3, 1e9, 1e30])
def test_features_of_any_size(size):
    X, y = problem(3)
    model = LogisticRegression(C=1 / size**2).fit(X * size, y)
    unscaled = LogisticRegression(C=1.0).fit(X, y)
    # The same problem in other units, in which the tolerance is another one.
    np.testing.assert_allclose(model.coef_ * size, unscaled.coef_, atol=1e-4)


def test_one_class_weighs_next_to_nothing():
    X, y = problem(3)
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
