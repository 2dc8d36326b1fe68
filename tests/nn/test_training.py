"""Training as a whole: both back ends, active words, unequal tasks, numbers large or many."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from minimtl.nn.adam import Adam, Schedule
from minimtl.nn.network import Shape, initialize
from minimtl.nn.reference import predict_proba, softmax
from minimtl.nn.training import Learner, TaskData, _epochs


@pytest.fixture
def make_task(documents, rng):
    """A task whose classes differ in their words: ``make_task(n)``."""

    def make(n, n_test=30, n_features=120):
        direction = rng.normal(size=n_features)
        X, X_test = documents(n, n_features), documents(n_test, n_features)
        return TaskData(X, (X @ direction > 0).astype(np.int64), X_test)

    return make


def fit(tasks, backend, seed=1, n_epochs=8, hidden=(16, 8), **schedule):
    rng = np.random.default_rng(seed)
    network = initialize(Shape(120, hidden, (2,) * len(tasks)), rng)
    learner = Learner(network)
    history = learner.run(tasks, Schedule(n_epochs, **schedule, adam=Adam(0.01)), rng, backend)
    return learner.network(), network.first, history


@pytest.mark.parametrize(
    ("sizes", "schedule"),
    [
        ((50, 50), {}),
        ((20, 90), {}),
        ((90, 20), {}),
        ((30, 7, 64), {}),
        # A document is in a step many times, for which the step's buffers must have room.
        ((128, 2), {"n_epochs": 2, "batch_size": 128}),
        # Three passes over the first task and a third, 13 steps.
        ((30, 45), {"n_epochs": 3, "batch_size": 8, "epoch_documents": 100}),
    ],
)
def test_both_backends_train_alike(make_task, sizes, schedule):
    tasks = [make_task(n) for n in sizes]
    (kernel, _, seen), (twin, _, expected) = (
        fit(tasks, name, **schedule) for name in ("numba", "numpy")
    )
    np.testing.assert_allclose(seen.losses, expected.losses, atol=1e-5)
    np.testing.assert_allclose(kernel.first, twin.first, atol=1e-5)
    for ours, theirs in zip(seen.predictions, expected.predictions, strict=True):
        assert np.mean(ours == theirs) > 0.97


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_words_without_a_training_document_keep_their_weights(make_task, backend):
    task = make_task(10)
    network, start, _ = fit([task], backend)
    absent = np.setdiff1d(np.arange(120), task.X.indices)
    assert len(absent)
    np.testing.assert_array_equal(network.first[absent], start[absent])
    present = np.unique(task.X.indices)
    assert (network.first[present] != start[present]).any(axis=1).all()


def test_words_absent_from_every_document(rng):
    X = sparse.csr_matrix((6, 120))
    _, _, history = fit([TaskData(X, np.array([0, 1] * 3), X)], "numba")
    assert np.isfinite(history.losses).all()


def test_classes_beyond_int16(documents):
    X = documents(3, 20)
    task = TaskData(X, np.array([0, 1, 39_999]), X)
    shape = Shape(20, (4,), (40_000,))
    network = initialize(shape, np.random.default_rng(0))
    network.head_biases[0][39_999] = 50.0
    history = Learner(network).run([task], Schedule(1), np.random.default_rng(0), "numba")
    assert history.predictions[0].tolist() == [[39_999] * 3]


def test_documents_are_dealt_in_whole_passes_whatever_an_epoch_is():
    shape = Shape(5, (4,), (2, 2))
    schedule = Schedule(4, batch_size=8, epoch_documents=15)
    epochs = list(_epochs([10, 20], schedule, shape, np.random.default_rng(0)))
    assert [keys.shape for _, keys in epochs] == [(2, 1, 2)] * 4
    dealt = np.concatenate([order for order, _ in epochs], axis=1)
    assert dealt.shape == (2, 60)
    for task, (start, size) in enumerate([(0, 10), (10, 20)]):
        for one_pass in dealt[task].reshape(-1, size):
            assert sorted(one_pass) == list(range(start, start + size))


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_the_last_predictions_and_losses_are_those_of_the_trained_network(make_task, backend):
    task = make_task(40)
    y_test = np.arange(30) % 2
    network, _, history = fit([TaskData(task.X, task.y, task.X_test, y_test)], backend)
    P = predict_proba(network, task.X_test, 0)
    certain = np.abs(P[:, 1] - 0.5) > 1e-5
    np.testing.assert_array_equal(history.predictions[0][-1][certain], P.argmax(axis=1)[certain])
    expected = -np.log(P[np.arange(30), y_test])
    np.testing.assert_allclose(history.test_losses[0][-1], expected, atol=1e-5)
    assert fit([task], backend)[2].test_losses[0].shape == (8, 0)


def test_softmax_survives_large_logits():
    P = softmax(np.array([[1000.0, 0.0], [-1000.0, -1000.0]]))
    np.testing.assert_array_equal(P, [[1.0, 0.0], [0.5, 0.5]])


def test_adam_takes_rows_in_blocks_without_large_temporaries(rng):
    adam, shape = Adam(), (1501, 60)  # some blocks, the last one shorter
    w, g = rng.normal(size=(2, *shape))
    m, v = np.abs(rng.normal(size=(2, *shape)))
    by_row = [x.copy() for x in (w, g, m, v)]
    tracemalloc.start()
    adam.update(w, g, m, v, 3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < w.nbytes
    for row in zip(*by_row, strict=True):
        adam.update(*row, 3)
    for one, other in zip((w, m, v), (by_row[0], *by_row[2:]), strict=True):
        np.testing.assert_array_equal(one, other)
