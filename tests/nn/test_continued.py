"""Calls of `partial_fit` one after the other: what they keep, and what they leave as it was."""

import copy
import pickle

import numpy as np
import pytest
from scipy import sparse

from minimtl.nn.classifier import MultiTaskMLPClassifier
from minimtl.nn.reference import Trainer
from minimtl.nn.trainer import KernelTrainer

BACKENDS = ["numba", "numpy"]
COPIES = [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]


@pytest.fixture
def parts(documents, rng):
    """Documents in parts of 30 whose words overlap, and labels that depend on them."""
    X, direction = documents(300, 400), rng.normal(size=400)
    y = np.where(X @ direction > 0, "up", "down")
    return [(X[start : start + 30], y[start : start + 30]) for start in range(0, 300, 30)]


def begun(parts, n=4, **params):
    """A model after one call for each of the first `n` parts."""
    quick = {"hidden_layer_sizes": (12, 5), "batch_size": 8, "random_state": 3}
    model = MultiTaskMLPClassifier(**(quick | params))
    for X, y in parts[:n]:
        model.partial_fit(X, y, classes=["up", "down"])
    return model


def go_on(model, parts, n=4):
    for X, y in parts[n:]:
        model.partial_fit(X, y)
    return model


def assert_same(model, other):
    """The same bits of everything that was learnt."""
    for ours, theirs in zip(
        [*model.coefs_, *model.intercepts_, model.loss_curve_],
        [*other.coefs_, *other.intercepts_, other.loss_curve_],
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


def assert_close(model, other, atol):
    for ours, theirs in zip(model.coefs_, other.coefs_, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=atol, rtol=0)


def test_backends_agree_while_words_are_added(parts):
    kernels, twin = (go_on(begun(parts, backend=name), parts) for name in BACKENDS)
    # float32 against float64 over forty steps.
    assert_close(kernels, twin, 1e-5)


def test_reading_changes_no_bit_of_what_comes_after(parts):
    read, unread = begun(parts), begun(parts)
    for X, y in parts[4:]:
        read.partial_fit(X, y).predict(X)
        unread.partial_fit(X, y)
        assert np.isfinite(read.coefs_[0]).all()
    assert_same(read, unread)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("again", COPIES)
def test_a_copy_and_its_original_go_on_alike_and_apart(parts, again, backend):
    model = begun(parts, backend=backend)
    before = [W.copy() for W in model.coefs_]
    copied = again(model)
    assert_same(copied, model)
    go_on(copied, parts)
    for ours, theirs in zip(model.coefs_, before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert_same(go_on(model, parts), copied)
    # A copy ends all pending moves, which rounds them differently.
    assert_close(model, go_on(begun(parts, backend=backend), parts), 1e-6)


@pytest.mark.parametrize(
    "params",
    [
        {"learning_rate": 0.01},
        {"beta2": 0.9, "eps": 1e-3},
        {"dropout": 0.0},
        {"batch_size": 3},
        {"batch_size": 30},
        {"backend": "numpy"},
        {"task_weights": [0.25]},
    ],
)
def test_parameters_may_be_set_between_calls(parts, params):
    """The peer is a copy, whose trainer is a new one."""
    model, peer = begun(parts), copy.deepcopy(begun(parts))
    unchanged = go_on(copy.deepcopy(model), parts)
    for each in (model, peer):
        go_on(each.set_params(**params), parts)
    assert_close(model, peer, 1e-6)
    if "backend" not in params:
        assert np.abs(model.coefs_[0] - unchanged.coefs_[0]).max() > 1e-4


def too_large(parts):
    """Documents with which weights diverge."""
    X, y = parts[4]
    return sparse.csr_matrix(X * 1e38), y


def test_a_call_that_fails_leaves_what_was_learnt(parts):
    X, y = parts[0]
    model, expected = begun(parts, activation="relu"), begun(parts, activation="relu")
    for call in (model.partial_fit, model.partial_fit, model.fit):
        with pytest.raises(ValueError, match="non-finite weights"), np.errstate(all="ignore"):
            call(*too_large(parts))
    with pytest.raises(ValueError, match="at least two classes"):
        model.fit(X, ["same"] * len(y))
    assert_same(model, expected)
    assert_same(go_on(model, parts), go_on(expected, parts))


@pytest.mark.parametrize(
    ("trainer", "step", "n"),
    [
        (KernelTrainer, "add_words", 4),
        (KernelTrainer, "is_finite", 4),
        # After the rule for deferred moves has begun, and with longer tables of moves.
        (KernelTrainer, "is_finite", 59),
        (Trainer, "is_finite", 4),
    ],
)
def test_an_interrupted_call_is_taken_back(parts, trainer, step, n, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    many = [*parts] * 6
    X, y = sparse.vstack([X for X, _ in many]), np.concatenate([y for _, y in many])
    backend = "numba" if trainer is KernelTrainer else "numpy"
    model, expected = (begun(many, n, backend=backend) for _ in range(2))
    with monkeypatch.context() as patch:
        patch.setattr(trainer, step, interrupt)
        for call in (model.partial_fit, model.partial_fit, model.fit):
            with pytest.raises(KeyboardInterrupt):
                call(X, y)
    assert_same(model, expected)
    assert_same(go_on(model, many[:60], n), go_on(expected, many[:60], n))


def test_a_fit_anew_forgets_the_names_of_features(parts):
    pandas = pytest.importorskip("pandas")
    X, y = parts[0][0].toarray(), parts[0][1]
    frame = pandas.DataFrame(X, columns=[f"word {j}" for j in range(X.shape[1])])
    model = begun(parts, n=0, n_epochs=1).fit(frame, y)
    assert len(model.feature_names_in_) == 400
    assert not hasattr(model.fit(X, y), "feature_names_in_")


def test_the_documents_are_not_kept(parts):
    model = begun(parts)
    trainer = model._learner._trainer
    assert len(trainer.documents.data) == len(trainer.labels) == 0
    assert begun(parts, backend="numpy")._learner._trainer.X.nnz == 0
