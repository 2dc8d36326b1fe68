"""Texts of several tasks in one estimator: joint learning, searches, names, files."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

from minimtl import MultiTaskMLPClassifier, MultiTaskTextClassifier, TfidfVectorizer
from minimtl.models.saving import load_model, save_model

TEXTS = ["sun and sea", "rain and wind", "sun again", "more rain"] * 10
LABELS = ["good", "bad"] * 20
PLACES = (["by the sea", "in town", "a town"] * 8, [1, 0, 0] * 8)


def network(**params):
    quick = {"hidden_layer_sizes": 6, "n_epochs": 20, "learning_rate": 0.05, "random_state": 0}
    return MultiTaskMLPClassifier(**(quick | params))


def model(**params):
    return MultiTaskTextClassifier(**({"classifier": network()} | params))


def test_it_is_the_vectorizer_and_the_network():
    joint = model().fit({"a": TEXTS, "b": PLACES[0]}, {"a": LABELS, "b": PLACES[1]})
    vectorizer = TfidfVectorizer().fit(TEXTS + PLACES[0])
    parts = [vectorizer.transform(texts) for texts in (TEXTS, PLACES[0])]
    expected = network().fit(parts, [LABELS, PLACES[1]])
    np.testing.assert_array_equal(joint.predict_proba(TEXTS), expected.predict_proba(parts[0]))
    np.testing.assert_array_equal(
        joint.predict_proba(PLACES[0], "b"), expected.predict_proba(parts[1], 1)
    )
    assert joint.tasks_ == ["a", "b"]
    assert [list(classes) for classes in joint.classes_] == [["bad", "good"], [0, 1]]
    assert joint.score(*PLACES, task="b") == expected.score(parts[1], PLACES[1], task=1) > 0.9


def test_words_are_those_of_all_languages(tmp_path):
    fitted = model().fit(["<b>आधी</b> नकली", "cafe\u0301 İyi"] * 9, LABELS[:18])
    assert set(fitted.vectorizer_.vocabulary_) == {"आधी", "नकली", "café", "iyi"}
    save_model(fitted, tmp_path / "model.npz")
    assert load_model(tmp_path / "model.npz").predict(["café", "आधी"]).tolist() == ["bad", "good"]


def test_auxiliary_tasks_are_learnt_beside_the_one_given():
    with_others = model(auxiliary={"places": PLACES}).fit(TEXTS, LABELS)
    expected = model().fit(
        {"main": TEXTS, "places": PLACES[0]}, {"main": LABELS, "places": PLACES[1]}
    )
    np.testing.assert_array_equal(with_others.predict_proba(TEXTS), expected.predict_proba(TEXTS))
    assert with_others.tasks_ == ["main", "places"]
    assert list(with_others.classes_) == ["bad", "good"]


def test_one_task_alone():
    alone = model().fit(TEXTS, LABELS)
    assert alone.n_tasks_ == 1
    assert list(alone.classes_) == ["bad", "good"]
    assert alone.predict(["sun"]).tolist() == ["good"]
    np.testing.assert_allclose(
        np.exp(alone.predict_log_proba(TEXTS)), alone.predict_proba(TEXTS), rtol=1e-12
    )


def test_weights_of_classes_by_task_and_decisions():
    weighted = network(class_weight={"places": "balanced", "main": {"good": 9.0}})
    fitted = model(classifier=weighted, auxiliary={"places": PLACES}).fit(TEXTS, LABELS)
    plain = model(auxiliary={"places": PLACES}).fit(TEXTS, LABELS)
    unseen = ["snow"]
    assert fitted.predict_proba(unseen)[0, 1] > plain.predict_proba(unseen)[0, 1]
    odds = fitted.decision_function(TEXTS)
    np.testing.assert_array_equal(np.where(odds > 0, "good", "bad"), fitted.predict(TEXTS))
    assert fitted.decision_function(PLACES[0], task="places").shape == (24,)


def test_searches_reach_both_parts():
    estimator = model(vectorizer=TfidfVectorizer(), auxiliary={"places": PLACES})
    grid = {"vectorizer__min_df": [1, 2], "classifier__learning_rate": [1e-9, 0.05]}
    search = GridSearchCV(estimator, grid, cv=2).fit(TEXTS, LABELS)
    assert search.best_params_["classifier__learning_rate"] == 0.05
    assert search.best_score_ > 0.9
    assert not hasattr(estimator, "classifier_")
    assert not hasattr(estimator.vectorizer, "vocabulary_")
    copied = clone(estimator)
    assert copied.classifier is not estimator.classifier
    assert copied.get_params()["classifier__random_state"] == 0
    with pytest.raises(ValueError, match="set vectorizer to an estimator first"):
        model().set_params(vectorizer__min_df=2)


@pytest.mark.parametrize("auxiliary", [None, {"places": PLACES}])
def test_files_keep_all_but_the_auxiliary_texts(tmp_path, auxiliary):
    weighted = network(class_weight="balanced" if auxiliary else {"good": 9.0})
    fitted = model(classifier=weighted, auxiliary=auxiliary).fit(TEXTS, LABELS)
    path = tmp_path / "model.npz"
    save_model(fitted, path)
    again = load_model(path)
    assert again.tasks_ == fitted.tasks_
    assert again.auxiliary is None
    np.testing.assert_array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS))
    assert again.classifier.get_params() == fitted.classifier.get_params()
    again.fit(TEXTS, LABELS)  # its parts are there to be fitted again


@pytest.mark.parametrize(
    ("params", "X", "y", "sentence"),
    [
        ({}, {"a": TEXTS}, {"b": LABELS}, r"of the tasks \['b'\], but the tasks are \['a'\]"),
        ({}, {"a": "a text"}, {"a": LABELS}, "is a single one"),
        ({"auxiliary": {"places": PLACES}}, {"a": TEXTS}, {}, "or give all tasks in X"),
        ({"auxiliary": {"main": PLACES}}, TEXTS, LABELS, "rename the auxiliary one"),
        ({"classifier": TfidfVectorizer()}, TEXTS, LABELS, "must be a MultiTaskMLPClassifier"),
    ],
)
def test_what_is_refused(params, X, y, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        model(**params).fit(X, y)
    with pytest.raises(NotFittedError):
        model().predict(TEXTS)


def test_a_fit_that_fails_leaves_what_was_learnt():
    fitted = model().fit(TEXTS, LABELS)
    expected = fitted.predict_proba(TEXTS)
    with pytest.raises(ValueError, match="at least two classes"):
        fitted.fit(["other words"] * 4, ["good"] * 4)
    np.testing.assert_array_equal(fitted.predict_proba(TEXTS), expected)
