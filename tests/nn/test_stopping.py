"""Early stopping, tasks by name, and what else `fit` takes as scikit-learn's perceptron does."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.neural_network import MLPClassifier

from minimtl.nn.classifier import MultiTaskMLPClassifier
from minimtl.nn.network import Shape, initialize
from minimtl.nn.training import History, Learner, Stopping, TaskData, hold_out


def task(n=120, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    return rng.normal(size=(n, 6)) + 2 * np.eye(6)[y], y


def classifier(**params):
    quick = {"hidden_layer_sizes": 5, "n_epochs": 60, "learning_rate": 0.03, "random_state": 0}
    return MultiTaskMLPClassifier(**(quick | params))


def test_the_rule_is_that_of_scikit_learns_perceptron():
    rng = np.random.default_rng(0)
    for _ in range(20):
        scores = np.minimum(1, np.cumsum(rng.normal(0.01, 0.02, 80)) + 0.5).round(2)
        peer = MLPClassifier(early_stopping=True, n_iter_no_change=4, tol=0.01)
        peer.validation_scores_, peer._no_improvement_count = [], 0
        peer.best_validation_score_, peer.coefs_, peer.intercepts_ = -np.inf, [], []
        remaining = iter(scores)
        peer._score = lambda *args, remaining=remaining, **kwargs: next(remaining)
        n_peer = 0
        while peer._no_improvement_count <= 4 and n_peer < len(scores):
            peer._update_no_improvement_count(True, None, None, None)
            n_peer += 1
        network = initialize(Shape(2, (2,), (2,), "tanh"), rng)
        learner = Learner(network)
        watch = Stopping(learner, [TaskData(None, None, None, np.zeros(100, int))], 0.01, 4)
        for n in range(1, len(scores) + 1):
            hits = (np.arange(100) >= round(100 * scores[n - 1])).astype(int)
            if watch.ends(History(np.zeros((1, n)), np.arange(n), [hits[np.newaxis]], [])):
                break
        assert n == n_peer
        assert watch.best == peer.best_validation_score_
        np.testing.assert_allclose(np.ravel(watch.scores), peer.validation_scores_)


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_it_ends_with_the_best_epochs_weights(backend):
    X, y = task()
    model = classifier(early_stopping=True, n_iter_no_change=3, backend=backend).fit(X, y)
    assert model.n_iter_ < 60
    assert model.validation_scores_.shape == model.loss_curve_.shape == (1, model.n_iter_)
    best = int(model.validation_scores_[0].argmax())
    assert model.best_validation_score_ == model.validation_scores_[0, best]
    # The same seed holds out the same documents, so fewer epochs give the weights of that epoch.
    fewer = classifier(early_stopping=True, n_epochs=best + 1, backend=backend).fit(X, y)
    np.testing.assert_array_equal(model.coefs_[0], fewer.coefs_[0])
    with pytest.raises(ValueError, match="early_stopping"):
        model.partial_fit(X, y)
    model.set_params(early_stopping=False).partial_fit(X, y)
    assert model.n_iter_ == model.validation_scores_.shape[1] + 1


def test_documents_are_held_out_by_class():
    y = np.repeat([0, 1, 2], [60, 30, 10])

    def held_out(y, share):
        X = sparse.csr_matrix(np.arange(len(y), dtype=float)[:, np.newaxis])
        return hold_out(TaskData(X, y), share, np.random.default_rng(0))

    task = held_out(y, 0.2)
    np.testing.assert_array_equal(np.bincount(task.y_test), [12, 6, 2])
    rows = sparse.vstack([task.X, task.X_test]).toarray().ravel()
    np.testing.assert_array_equal(np.sort(rows), np.arange(100))
    np.testing.assert_array_equal(y[rows.astype(int)], np.append(task.y, task.y_test))
    assert len(held_out(np.array([0, 0, 1]), 0.1).y_test) == 1
    with pytest.raises(ValueError, match="lower validation_fraction"):
        held_out(np.array([0, 0, 1]), 0.9)


def test_verbose_prints_a_line_an_epoch_and_changes_nothing(capsys):
    X, y = task()
    silent = classifier(n_epochs=3).fit([X, X], [y, y])
    assert capsys.readouterr().out == ""
    loud = classifier(n_epochs=3, verbose=True).fit([X, X], [y, y])
    np.testing.assert_array_equal(loud.coefs_[0], silent.coefs_[0])
    losses = [", ".join(f"{loss:.6f}" for loss in of_epoch) for of_epoch in loud.loss_curve_.T]
    expected = [f"Epoch {n}, loss = {shown}" for n, shown in enumerate(losses, start=1)]
    assert capsys.readouterr().out.splitlines() == expected
    classifier(n_epochs=1, verbose=True, early_stopping=True).fit(X, y)
    assert "validation score = " in capsys.readouterr().out


def test_tasks_by_name_are_those_of_a_list():
    (X1, y1), (X2, y2) = task(), task(80, seed=1)
    named = classifier(n_epochs=4).fit({"cars": X1, "ships": X2}, {"ships": y2, "cars": y1})
    listed = classifier(n_epochs=4).fit([X1, X2], [y1, y2])
    assert (named.tasks_, listed.tasks_) == (["cars", "ships"], [0, 1])
    for name, number in (("cars", 0), ("ships", 1)):
        expected = listed.predict_proba(X2, task=number)
        np.testing.assert_array_equal(named.predict_proba(X2, task=name), expected)
        np.testing.assert_array_equal(named.predict_proba(X2, task=number), expected)
    assert named.partial_fit({"ships": X2, "cars": X1}, {"cars": y1, "ships": y2}).n_iter_ == 5
    assert classifier(n_epochs=1).fit({"a": X1.tolist()}, {"a": y1.tolist()}).tasks_ == ["a"]
    with pytest.raises(ValueError, match=r"or one of \['cars', 'ships'\], got 'planes'"):
        named.predict(X1, task="planes")
    with pytest.raises(ValueError, match=r"y is a dict of the tasks \['cars'\]"):
        classifier().fit({"cars": X1, "ships": X2}, {"cars": y1})


def test_loss_is_the_last_one_by_weights():
    X, y = task()
    model = classifier(n_epochs=2, task_weights=[1.0, 0.5]).fit([X, X], [y, y])
    assert model.loss_ == model.loss_curve_[0, -1] + 0.5 * model.loss_curve_[1, -1]
