"""`decision_function`, whose softmax is `predict_proba`."""

import numpy as np
from scipy.special import expit, softmax
from sklearn.model_selection import cross_val_score

from minimtl.nn.classifier import MultiTaskMLPClassifier


def task(n_classes, n=90):
    rng = np.random.default_rng(0)
    y = np.arange(n) % n_classes
    return rng.normal(size=(n, 6)) + 2 * np.eye(6)[y], y


def classifier():
    return MultiTaskMLPClassifier(5, n_epochs=30, learning_rate=0.03, random_state=0)


def test_two_classes_have_log_odds_and_more_have_logits():
    (X, y), (X3, y3) = task(2), task(3)
    model = classifier().fit({"two": X, "three": X3}, {"two": y, "three": y3})
    odds, logits = model.decision_function(X, "two"), model.decision_function(X3, "three")
    assert odds.shape == (90,)
    assert logits.shape == (90, 3)
    np.testing.assert_allclose(expit(odds), model.predict_proba(X)[:, 1], atol=1e-6)
    np.testing.assert_allclose(softmax(logits, axis=1), model.predict_proba(X3, "three"), atol=1e-6)
    np.testing.assert_array_equal((odds > 0).astype(int), model.predict(X))


def test_scorers_that_rank():
    scores = cross_val_score(classifier(), *task(2), cv=3, scoring="roc_auc")
    assert min(scores) > 0.9
