"""Callbacks by scikit-learn's protocol, with objects of our own and with scikit-learn's."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from minimtl import MultiTaskMLPClassifier, MultiTaskTextClassifier


def task(n=60):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    return rng.normal(size=(n, 6)) + 2 * np.eye(6)[y], y


def classifier(**params):
    quick = {"hidden_layer_sizes": 5, "n_epochs": 6, "learning_rate": 0.03, "random_state": 0}
    return MultiTaskMLPClassifier(**(quick | params))


class Recorder:
    """Writes down what is called, and ends the training after some epochs."""

    def __init__(self, most=100):
        self.most, self.calls, self.models = most, [], []

    def setup(self, estimator, context):
        self.calls.append(("setup", context.task_name, context.task_id))

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(("begin", context.task_name, context.task_id))

    def on_fit_task_end(self, estimator, context, *, fitted_estimator, X):
        self.calls.append(("end", context.task_name, context.task_id))
        if fitted_estimator is not None:
            self.models.append(fitted_estimator)
        return context.task_name == "epoch" and context.task_id + 1 >= self.most

    def teardown(self, estimator, context):
        self.calls.append(("teardown", context.task_name, context.task_id))


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_a_callback_sees_each_epoch_and_changes_nothing(backend):
    X, y = task()
    recorder = Recorder()
    model = classifier(backend=backend).set_callbacks(recorder).fit(X, y)
    epochs = [(kind, "epoch", n) for n in range(6) for kind in ("begin", "end")]
    before = [("setup", "fit", 0), ("begin", "fit", 0)]
    assert recorder.calls == [*before, *epochs, ("end", "fit", 0), ("teardown", "fit", 0)]
    plain = classifier(backend=backend).fit(X, y)
    np.testing.assert_array_equal(model.coefs_[0], plain.coefs_[0])
    assert [seen.n_iter_ for seen in recorder.models] == [1, 2, 3, 4, 5, 6]
    third = classifier(backend=backend, n_epochs=3).fit(X, y)
    np.testing.assert_array_equal(recorder.models[2].predict_proba(X), third.predict_proba(X))


def test_a_callback_ends_the_training():
    X, y = task()
    model = classifier().set_callbacks(Recorder(most=2)).fit(X, y)
    assert model.n_iter_ == 2
    np.testing.assert_array_equal(model.coefs_[0], classifier(n_epochs=2).fit(X, y).coefs_[0])
    early = classifier(early_stopping=True).set_callbacks(Recorder(most=2)).fit(X, y)
    assert early.validation_scores_.shape == (1, 2)


def test_what_fails_is_torn_down_all_the_same():
    X, y = task()
    recorder = Recorder()
    with pytest.raises(ValueError, match="NaN"):
        classifier().set_callbacks(recorder).fit(X * np.nan, y)
    assert [call[0] for call in recorder.calls] == ["setup", "begin", "teardown"]


def test_objects_that_are_no_callbacks():
    for bad in (print, Recorder, object()):
        with pytest.raises(TypeError, match="callbacks must be objects with the methods"):
            classifier().set_callbacks(bad)

    class Curious(Recorder):
        def on_fit_task_begin(self, estimator, context, *, weather):
            pass

    with pytest.raises(TypeError, match="weather"):
        classifier().set_callbacks(Curious()).fit(*task())


def test_clones_keep_them():
    pytest.importorskip("sklearn.callback")  # in versions before, clone() knows none
    recorder = Recorder()
    assert clone(classifier().set_callbacks(recorder)).callbacks == [recorder]


def test_text_classifiers_keep_them():
    recorder = Recorder()
    assert classifier().set_callbacks(recorder).set_callbacks().callbacks == []
    texts = MultiTaskTextClassifier(classifier=classifier().set_callbacks(recorder))
    texts.fit(["sun and sea", "rain and wind"] * 10, [0, 1] * 10)
    assert len(recorder.models) == 6


def test_callbacks_of_scikit_learn(capsys):
    callback = pytest.importorskip("sklearn.callback")
    pytest.importorskip("rich")
    X, y = task()
    classifier().set_callbacks(callback.ProgressBar()).fit(X, y)
    assert "MultiTaskMLPClassifier - fit" in capsys.readouterr().out


def test_scores_by_scikit_learns_monitor():
    callback = pytest.importorskip("sklearn.callback")
    X, y = task()
    monitor = callback.ScoringMonitor(scoring="accuracy")
    model = classifier().set_callbacks(monitor).fit(X, y)
    expected = [classifier(n_epochs=n + 1).fit(X, y).score(X, y) for n in range(6)]
    logged = monitor.get_logs()
    assert [row["accuracy"] for row in logged.data] == expected
    assert model.n_iter_ == 6


def test_a_search_hands_its_callbacks_down():
    pytest.importorskip("sklearn.callback")

    class Outer(Recorder):
        max_propagation_depth = None

    search = GridSearchCV(classifier(), {"n_epochs": [2]}, cv=2)
    if not hasattr(search, "set_callbacks"):
        pytest.skip("this scikit-learn's search takes no callbacks")
    recorder = Outer()
    search.set_callbacks(recorder).fit(*task())
    assert [call[0] for call in recorder.calls].count("setup") == 1
    assert ("end", "epoch", 1) in recorder.calls
