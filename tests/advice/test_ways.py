"""The ways there are for some sets, and what each trains."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, vstack

from minimtl import LogisticRegression, MultiTaskMLPClassifier
from minimtl.advice import ways as module
from minimtl.advice.ways import Way, all_ways, train

ANY_LABELS = ["words", "jointly", "pretrained"]
SAME_LABELS = ["words", "adapted", "pooled", "jointly", "pretrained"]


@pytest.mark.parametrize(
    ("others", "uses"),
    [
        (["cd"], {(1,): ANY_LABELS}),
        (["ab"], {(1,): SAME_LABELS}),
        (["ab", "cde"], {(1,): SAME_LABELS, (2,): ANY_LABELS, (1, 2): ANY_LABELS}),
        (["ab"] * 3, dict.fromkeys([(1,), (2,), (3,), (1, 2, 3)], SAME_LABELS)),
    ],
)
def test_each_set_is_used_by_itself_and_all_together(others, uses):
    found = all_ways([("a", "b"), *map(tuple, others)])
    with_others = [(use, group) for group, of_group in uses.items() for use in of_group]
    assert [(way.use, way.aux) for way in found] == [("alone", ()), ("alone", ()), *with_others]
    names = ("mine", "one", "two", "three")
    assert Way("pooled", "regression", (1, 2, 3)).describe(names).startswith("pooled with all 3 ")


@pytest.fixture
def documents():
    rng = np.random.default_rng(0)

    def make(n, n_classes, shift=0):
        labels = np.arange(n) % n_classes
        X = 3 * np.eye(12)[labels + shift] + 0.3 * rng.normal(size=(n, 12))
        return csr_matrix(np.abs(X)), labels

    return make


@pytest.mark.parametrize("way", all_ways([("a", "b")] * 3))
def test_each_way_learns(documents, monkeypatch, way):
    monkeypatch.setattr(module, "_EPOCH", 100)
    main, others = documents(40, 2), [documents(50, 2) for _ in way.aux]
    classifier = train(way, main, others, 3)
    assert np.mean(classifier.predict(main[0]) == main[1]) > 0.95
    kind = MultiTaskMLPClassifier if way.model == "network" else LogisticRegression
    assert isinstance(classifier, kind)
    again = train(way, main, others, 3)
    np.testing.assert_array_equal(again.predict_proba(main[0]), classifier.predict_proba(main[0]))


def test_pooled_texts_are_all_of_one_set(documents):
    main, other = documents(40, 2), documents(30, 2)
    pooled = train(Way("pooled", "regression", (1,)), main, [other], 0)
    X = vstack([main[0], other[0]], "csr")
    whole = LogisticRegression(C=10.0, tol=1e-4, class_weight="balanced")
    whole.fit(X, np.concatenate([main[1], other[1]]))
    np.testing.assert_allclose(pooled.coef_, whole.coef_, atol=1e-12)


def test_adapted_features_are_shared_and_own(documents):
    """Far apart, shared features are all there is; what sets disagree in is their own."""
    main, other = documents(60, 2), documents(60, 2)
    adapted = train(Way("adapted", "regression", (1,)), main, [other], 0)
    flipped = train(Way("adapted", "regression", (1,)), main, [(other[0], 1 - other[1])], 0)
    assert (flipped.predict(main[0]) == main[1]).mean() > 0.9
    assert adapted.coef_.shape == (1, 12)
    margin = np.abs(adapted.decision_function(main[0])).mean()
    assert margin > np.abs(flipped.decision_function(main[0])).mean()


@pytest.mark.parametrize(("n", "epochs"), [(10, 4_000), (400, 100), (9_000, 100)])
def test_few_texts_are_passed_over_more_often(n, epochs):
    assert module._network(n, 0).n_epochs == epochs
