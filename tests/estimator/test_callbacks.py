"""Callbacks by scikit-learn's protocol, with objects of our own and with scikit-learn's."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from minimtl import MultiTaskMLPClassifier, MultiTaskTextClassifier

Y = np.arange(60) % 2
X = np.random.default_rng(0).normal(size=(60, 6)) + 2 * np.eye(6)[Y]


def classifier(**params):
    quick = {"hidden_layer_sizes": 5, "n_epochs": 6, "learning_rate": 0.03, "random_state": 0}
    return MultiTaskMLPClassifier(**(quick | params))


class Recorder:
    """Writes down what is called, and ends the training after some epochs."""

    def __init__(self, most=100):
        self.most, self.calls, self.models = most, [], []

    def note(self, kind, context):
        self.calls.append((kind, context.task_name, context.task_id))

    def setup(self, estimator, context):
        self.note("setup", context)

    def on_fit_task_begin(self, estimator, context):
        self.note("begin", context)

    def on_fit_task_end(self, estimator, context, *, fitted_estimator, X):
        self.note("end", context)
        if fitted_estimator is not None:
            self.models.append(fitted_estimator)
        return context.task_name == "epoch" and context.task_id + 1 >= self.most

    def teardown(self, estimator, context):
        self.note("teardown", context)


class Curious(Recorder):
    """Asks for what no task has."""

    def on_fit_task_begin(self, estimator, context, *, weather):
        pass


class Outer(Recorder):
    """Is handed down by a meta-estimator."""

    max_propagation_depth = None


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_a_callback_sees_each_epoch_and_changes_nothing(backend):
    recorder = Recorder()
    model = classifier(backend=backend).set_callbacks(recorder).fit(X, Y)
    epochs = [(kind, "epoch", n) for n in range(6) for kind in ("begin", "end")]
    before = [("setup", "fit", 0), ("begin", "fit", 0)]
    assert recorder.calls == [*before, *epochs, ("end", "fit", 0), ("teardown", "fit", 0)]
    plain = classifier(backend=backend).fit(X, Y)
    np.testing.assert_array_equal(model.coefs_[0], plain.coefs_[0])
    assert [seen.n_iter_ for seen in recorder.models] == [1, 2, 3, 4, 5, 6]
    third = classifier(backend=backend, n_epochs=3).fit(X, Y)
    np.testing.assert_array_equal(recorder.models[2].predict_proba(X), third.predict_proba(X))


def test_a_callback_ends_the_training():
    model = classifier().set_callbacks(Recorder(most=2)).fit(X, Y)
    assert model.n_iter_ == 2
    np.testing.assert_array_equal(model.coefs_[0], classifier(n_epochs=2).fit(X, Y).coefs_[0])
    early = classifier(early_stopping=True).set_callbacks(Recorder(most=2)).fit(X, Y)
    assert early.validation_scores_.shape == (1, 2)


def test_what_fails_is_torn_down_all_the_same():
    recorder = Recorder()
    with pytest.raises(ValueError, match="NaN"):
        classifier().set_callbacks(recorder).fit(X * np.nan, Y)
    assert [call[0] for call in recorder.calls] == ["setup", "begin", "teardown"]


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        (print, "callbacks must be objects with the methods"),
        (Recorder, "callbacks must be objects with the methods"),
        (Curious(), "weather"),
    ],
)
def test_objects_that_are_no_callbacks(callback, said):
    with pytest.raises(TypeError, match=said):
        classifier().set_callbacks(callback).fit(X, Y)


def test_text_classifiers_keep_them():
    recorder = Recorder()
    assert classifier().set_callbacks(recorder).set_callbacks().callbacks == []
    texts = MultiTaskTextClassifier(classifier=classifier().set_callbacks(recorder))
    texts.fit(["sun and sea", "rain and wind"] * 10, [0, 1] * 10)
    assert len(recorder.models) == 6


def test_clones_keep_them():
    pytest.importorskip("sklearn.callback")  # in versions before, clone() knows none
    recorder = Recorder()
    assert clone(classifier().set_callbacks(recorder)).callbacks == [recorder]


def test_callbacks_of_scikit_learn(capsys):
    callback = pytest.importorskip("sklearn.callback")
    pytest.importorskip("rich")
    monitor = callback.ScoringMonitor(scoring="accuracy")
    classifier().set_callbacks(callback.ProgressBar(), monitor).fit(X, Y)
    assert "MultiTaskMLPClassifier - fit" in capsys.readouterr().out
    expected = [classifier(n_epochs=n + 1).fit(X, Y).score(X, Y) for n in range(6)]
    assert [row["accuracy"] for row in monitor.get_logs().data] == expected


def test_a_search_hands_its_callbacks_down():
    pytest.importorskip("sklearn.callback")
    search = GridSearchCV(classifier(), {"n_epochs": [2]}, cv=2)
    if not hasattr(search, "set_callbacks"):
        pytest.skip("this scikit-learn's search takes no callbacks")
    recorder = Outer()
    search.set_callbacks(recorder).fit(X, Y)
    assert [call[0] for call in recorder.calls].count("setup") == 1
    assert ("end", "epoch", 1) in recorder.calls
