"""Two threads on one estimator: each pair of methods ends right, whatever the order of calls."""

import copy
import pickle
import sys
from itertools import combinations_with_replacement
from threading import Barrier, Thread

import numpy as np
import pytest

from minimtl import MultiTaskMLPClassifier, load_model, save_model

BACKENDS = ["numba", "numpy"]
N_CALLS = 8


@pytest.fixture(autouse=True)
def hasty_threads():
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def task(seed=0, n=60, n_words=30):
    rng = np.random.default_rng(seed)
    X = rng.random((n, n_words)) * (rng.random((n, n_words)) < 0.3)
    return X, np.arange(n) % 2


def classifier(backend, **params):
    quick = {"hidden_layer_sizes": (12,), "n_epochs": 2, "batch_size": 16, "random_state": 3}
    return MultiTaskMLPClassifier(**(quick | params), backend=backend)


def together(*calls, n=N_CALLS):
    """Make each call `n` times in a thread of its own; what they returned, and what they raised."""
    barrier, returned, raised = Barrier(len(calls)), [[] for _ in calls], []

    def repeat(call, results):
        barrier.wait()
        try:
            for _ in range(n):
                results.append(call())
        except Exception as error:
            raised.append(error)

    threads = [Thread(target=repeat, args=pair) for pair in zip(calls, returned, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return returned, raised


def methods(model, other, X, y, path):
    """Everything that reads or changes what an estimator has learnt, by name."""
    return {
        "fit": lambda: model.fit(X, y),
        "partial_fit": lambda: model.partial_fit(X, y),
        "fine_tune": lambda: model.fine_tune(X, y, other),
        "fine_tune from it": lambda: other.fine_tune(X, y, model),
        "predict": lambda: model.predict(X),
        "score": lambda: model.score(X, y),
        "coefs_": lambda: [W.sum() for W in [*model.coefs_, *model.intercepts_]],
        "copy": lambda: copy.copy(model).predict(X),
        "pickle": lambda: pickle.loads(pickle.dumps(model)).predict(X),
        "save": lambda: save_model(model, path),
    }


NAMES = list(methods(None, None, None, None, None))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("pair", list(combinations_with_replacement(NAMES, 2)), ids="-".join)
def test_each_pair_of_methods_ends_right(backend, pair, tmp_path):
    X, y = task()
    model, other = (classifier(backend).fit(X, y) for _ in range(2))
    paths = tmp_path / "one.npz", tmp_path / "two.npz"
    named = zip(paths, pair, strict=True)
    calls = [methods(model, other, X, y, path)[name] for path, name in named]
    _, raised = together(*calls)
    assert raised == []
    assert np.isfinite(model.predict_proba(X)).all()
    assert model.loss_curve_.shape == (1, model.n_iter_)
    for path in filter(lambda path: path.exists(), paths):
        assert np.isfinite(load_model(path).predict_proba(X)).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_calls_of_partial_fit_follow_each_other_and_predictions_are_those_between_them(backend):
    """Equal calls by two threads are as many by one, bit for bit."""
    X, y = task()
    model, expected = (classifier(backend).fit(X, y) for _ in range(2))
    calls = [lambda: model.partial_fit(X, y)] * 2
    (*_, seen), raised = together(*calls, lambda: model.predict_proba(X).tobytes())
    assert raised == []

    between = {expected.predict_proba(X).tobytes()}
    for _ in range(2 * N_CALLS):
        between.add(expected.partial_fit(X, y).predict_proba(X).tobytes())
    assert set(seen) <= between
    assert model.n_iter_ == expected.n_iter_
    np.testing.assert_array_equal(model.coefs_[0], expected.coefs_[0])
    np.testing.assert_array_equal(model.loss_curve_, expected.loss_curve_)


@pytest.mark.parametrize("backend", BACKENDS)
def test_predictions_beside_fits_to_other_classes(backend):
    """They are of one fit as a whole: its classes, names of tasks and weights."""
    X, y = task()
    model = classifier(backend).fit(X, y)
    fits = iter([(X, np.array(["a", "b", "c"])[np.arange(60) % 3]), (X, y)] * N_CALLS)
    (_, seen), raised = together(lambda: model.fit(*next(fits)), lambda: model.predict(X))
    assert raised == []
    for predicted in seen:
        assert set(predicted.tolist()) <= {0, 1} or set(predicted.tolist()) <= {"a", "b", "c"}


def test_weights_that_were_read_stay_as_they_are():
    X, y = task()
    model = classifier("numba").fit(X, y)
    read = model.coefs_[0]
    before = read.copy()
    model.partial_fit(X, y)
    np.testing.assert_array_equal(read, before)
    assert (model.coefs_[0] != before).any()
