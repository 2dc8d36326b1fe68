"""Weights of classes in both back ends, for one task and several, and in files."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from minimtl.nn.classifier import MultiTaskMLPClassifier


def task(sizes=(60, 20, 40), seed=0):
    """Overlapping classes of these sizes, with labels 3, 4 and so on."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.normal(size=(len(y), 6)) + np.eye(6)[y], y + 3


def classifier(**params):
    quick = {
        "hidden_layer_sizes": 5,
        "n_epochs": 12,
        "learning_rate": 0.03,
        "dropout": 0.2,
        "random_state": 0,
    }
    return MultiTaskMLPClassifier(**(quick | params))


@pytest.mark.parametrize("class_weight", ["balanced", {3: 0.2, 4: 5.0}])
def test_both_backends_agree(class_weight):
    X, y = task()
    kernels, twin = (
        classifier(class_weight=class_weight, backend=name).fit(X, y) for name in ("numba", "numpy")
    )
    np.testing.assert_allclose(kernels.predict_proba(X), twin.predict_proba(X), atol=1e-4)
    np.testing.assert_allclose(kernels.loss_curve_, twin.loss_curve_, rtol=1e-4)
    assert np.abs(twin.predict_proba(X) - classifier().fit(X, y).predict_proba(X)).max() > 0.05


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_weights_of_one_change_no_bit(backend):
    X, y = task()
    plain = classifier(backend=backend).fit(X, y)
    ones = classifier(backend=backend, class_weight={3: 1.0}).fit(X, y)
    for a, b in zip(plain.coefs_, ones.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(plain.loss_curve_, ones.loss_curve_)


NAMED = {"a": task(), "b": task((50, 30), seed=1)}
XS, YS = ({name: part[i] for name, part in NAMED.items()} for i in (0, 1))


def joint_weights(class_weight, X=XS, y=YS):
    """The first layer after the two tasks were learnt."""
    return classifier(class_weight=class_weight).fit(X, y).coefs_[0]


def test_several_tasks():
    by_name = joint_weights({"b": "balanced"})
    factors = compute_class_weight("balanced", classes=np.array([3, 4]), y=YS["b"])
    b = {3: factors[0], 4: factors[1]}
    np.testing.assert_array_equal(by_name, joint_weights([None, b]))
    listed = joint_weights({1: b}, list(XS.values()), list(YS.values()))
    np.testing.assert_array_equal(by_name, listed)
    every = joint_weights({"a": "balanced", "b": "balanced"})
    np.testing.assert_array_equal(joint_weights("balanced"), every)
    assert np.abs(by_name - joint_weights(None)).max() > 1e-3


@pytest.mark.parametrize("bad", [{3: 2.0}, {"c": "balanced"}, ["balanced"], {"a": {9: 1.0}}])
def test_weights_of_other_tasks_are_refused(bad):
    with pytest.raises(ValueError, match="class_weight"):
        joint_weights(bad)


@pytest.mark.parametrize(
    "bad", ["even", 3.0, {9: 1.0}, {3: -1.0}, {3: np.nan}, {3: 0, 4: 0, 5: 0}, [{3: 1.0}]]
)
def test_weights_that_are_refused(bad):
    with pytest.raises(ValueError, match="weight"):
        classifier(class_weight=bad).fit(*task())


def test_batches_of_partial_fit_take_a_dict():
    X, y = task()
    with pytest.raises(ValueError, match="balanced"):
        classifier(class_weight="balanced").partial_fit(X, y, classes=[3, 4, 5])
    fitted = classifier(class_weight={4: 3.0}, n_epochs=2).fit(X, y)
    parts = classifier(class_weight={4: 3.0}).partial_fit(X, y, classes=[3, 4, 5])
    np.testing.assert_array_equal(parts.partial_fit(X, y).coefs_[0], fitted.coefs_[0])
