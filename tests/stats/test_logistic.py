"""LogisticRegression as an estimator: in pipelines and searches, labels, refusals."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from minimtl.stats.logistic import LogisticRegression


@pytest.fixture
def three_classes():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 4))
    return X, np.array(["a", "b", "c"])[np.argmax(X[:, :3] + rng.standard_normal((90, 3)), axis=1)]


def test_probabilities_sum_to_one_and_agree_with_their_logarithms(three_classes):
    X, y = three_classes
    for labels in (y, y == "a"):
        model = LogisticRegression().fit(X, labels)
        np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-14)
        np.testing.assert_allclose(
            np.exp(model.predict_log_proba(X)), model.predict_proba(X), rtol=1e-13
        )
        best = model.predict_proba(X).argmax(axis=1)
        assert (model.predict(X) == model.classes_[best]).all()


def test_log_probabilities_stay_finite_far_out(three_classes):
    X, y = three_classes
    model = LogisticRegression(C=1e4).fit(X, y == "a")
    assert np.isfinite(model.predict_log_proba(1e6 * X)).all()


def test_without_intercept(three_classes):
    X, y = three_classes
    for labels in (y, y == "a"):
        model = LogisticRegression(fit_intercept=False).fit(X, labels)
        assert (model.intercept_ == 0).all()


def test_zero_weight_is_absence(three_classes):
    X, y = three_classes
    weights = np.repeat([1.0, 0.0], [60, 30])
    weighted = LogisticRegression().fit(X, y, sample_weight=weights)
    # Zeros added to sums: the same terms, summed in blocks of another length.
    np.testing.assert_allclose(
        weighted.coef_, LogisticRegression().fit(X[:60], y[:60]).coef_, atol=1e-12
    )


def test_more_features_than_samples_is_the_same_problem():
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((20, 15)), np.arange(20) % 3
    # Padding with zero columns makes it wide without changing the minimum.
    for labels in (y, y == 0):
        narrow = LogisticRegression().fit(X, labels)
        wide = LogisticRegression().fit(np.hstack([X, np.zeros((20, 15))]), labels)
        np.testing.assert_allclose(wide.coef_[:, :15], narrow.coef_, atol=1e-11)
        np.testing.assert_allclose(wide.coef_[:, 15:], 0, atol=1e-11)
        np.testing.assert_allclose(wide.intercept_, narrow.intercept_, atol=1e-11)


def test_works_in_pipelines_and_searches(three_classes):
    X, y = three_classes
    search = GridSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression()),
        {"logisticregression__C": [0.01, 1.0]},
    )
    assert search.fit(X, y).score(X, y) > 0.5
    assert clone(LogisticRegression(C=3)).C == 3


def test_warns_when_it_stops_early(three_classes):
    X, y = three_classes
    with pytest.warns(ConvergenceWarning, match="did not converge in max_iter=1 steps"):
        LogisticRegression(max_iter=1).fit(X, y)


def test_refuses(three_classes):
    X, y = three_classes
    with pytest.raises(NotFittedError, match="not fitted yet"):
        LogisticRegression().predict(X)
    with pytest.raises(ValueError, match="at least two classes"):
        LogisticRegression().fit(X, np.zeros(90))
    with pytest.raises(ValueError, match="of every class in y"):
        LogisticRegression().fit(X, y, sample_weight=np.where(y == "a", 0, 1))
    for value in (np.nan, np.inf):
        hostile = X.copy()
        hostile[3, 1] = value
        with pytest.raises(ValueError, match="Input X contains"):
            LogisticRegression().fit(hostile, y)
    for bad in ({"C": 0}, {"C": -1}, {"tol": 0}, {"max_iter": 0}, {"C": np.nan}):
        with pytest.raises(ValueError, match="must be greater than 0"):
            LogisticRegression(**bad).fit(X, y)
