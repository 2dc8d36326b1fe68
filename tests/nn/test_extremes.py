"""Values at the edge of a type, in parameters and documents: finite answers or one sentence."""

import warnings

import numpy as np
import pytest

from minimtl import MultiTaskMLPClassifier

BACKENDS = ["numba", "numpy"]
X, Y = np.eye(40, 12) + 0.1, np.arange(40) % 2


def ends_well(model, documents):
    """Fit and predict; one sentence, or finite numbers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # overflow on the way to an error
            model.fit(documents, Y)
    except (TypeError, ValueError) as error:
        return "\n" not in str(error)
    probabilities = model.predict_proba(documents)
    numbers = [probabilities, model.decision_function(documents), model.loss_curve_]
    return all(np.isfinite(part).all() for part in [*numbers, *model.coefs_, *model.intercepts_])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("size", [5e-324, 1e-40, 1e19, 1e38, float(np.finfo(np.float32).max)])
def test_documents_of_any_size(backend, activation, size):
    for learning_rate in (1e-3, 1.0, 1e38):
        model = MultiTaskMLPClassifier(
            5, activation, learning_rate=learning_rate, n_epochs=3, backend=backend, random_state=0
        )
        assert ends_well(model, X * size)


@pytest.mark.parametrize("backend", BACKENDS)
def test_numbers_of_any_type_are_the_same_numbers(backend):
    plain = {"batch_size": 7, "n_epochs": 3, "hidden_layer_sizes": (5, 4), "dropout": 0.5}
    typed = {
        "batch_size": np.uint8(7),
        "n_epochs": np.int8(3),
        "hidden_layer_sizes": np.array([5, 4], np.uint8),
        "dropout": np.float16(0.5),
    }
    models = [
        MultiTaskMLPClassifier(**params, backend=backend, random_state=0).fit(X, Y)
        for params in (plain, typed)
    ]
    np.testing.assert_array_equal(models[0].coefs_[0], models[1].coefs_[0])


@pytest.mark.parametrize(
    "y", [[None, "a"], [np.nan, "a"], ["", "a"], [np.float32("nan"), 1], [1, "a"], [(), 1]]
)
def test_labels_without_an_order(y):
    labels = np.empty(40, object)
    labels[:] = y * 20
    with pytest.raises(ValueError, match="labels of one kind"):
        MultiTaskMLPClassifier(n_epochs=1).fit(X, labels)
