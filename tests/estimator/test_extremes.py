"""Any value of any parameter of any estimator: finite answers or one sentence."""

import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minimtl import LogisticRegression, MultiTaskMLPClassifier, TfidfVectorizer
from minimtl.estimator.validation import check_sample_weight

X, Y = np.eye(40, 12) + 0.1, np.arange(40) % 2
TEXTS = ["red fish, blue fish", "one FISH", "two Ünïcode \ud800 fish", "red one two"]
NUMBERS = [
    True, 0, -1, 1, 7, 200, 0.5, 1e-15, 5e-324, 1e38, 1e39, 1e308, np.inf, -np.inf, np.nan, 2**63,
    10**400, Fraction(1, 2), Decimal("0.5"),
    *(kind(7) for kind in (np.uint8, np.int8, np.float16, np.float32, np.float64, np.longdouble)),
    np.uint8(200), np.float16(0.5), np.float32(1e38), np.bool_(True), np.finfo(np.longdouble).max,
]  # fmt: skip
OTHERS = [
    None, "0.5", "", b"1", [], (), {}, object(), 1j, "balanced", "numpy", "tanh", "char", "word",
    "english", r"\w", "(", float, str.split, np.array(3), np.datetime64("2020"), np.array(["a"]),
    ["balanced"], [None], {"a": 1}, {0: "a"}, {0: {0: 1}}, (1, 2), (2, 1), (True, np.uint8(2)),
]  # fmt: skip
VALUES = [*NUMBERS, *OTHERS, *([number] for number in NUMBERS), *({0: n} for n in NUMBERS)]
QUICK = {"n_epochs": 2, "hidden_layer_sizes": 5, "random_state": 0}
MODELS = {
    "network": MultiTaskMLPClassifier(**QUICK),
    "network by NumPy": MultiTaskMLPClassifier(**QUICK, backend="numpy"),
    "regression": LogisticRegression(),
    "texts": TfidfVectorizer(),
    "characters": TfidfVectorizer(analyzer="char_wb"),
}
PARAMETERS = [(model, name) for model in MODELS for name in MODELS[model].get_params()]
LARGEST = {"n_epochs": 20, "hidden_layer_sizes": 200}  # above, one fit takes too long


def is_short(name, value):
    number = value[0] if isinstance(value, list) and value else value
    is_number = isinstance(number, int | np.integer)
    return not (is_number and number > LARGEST.get(name, np.inf))


def answers(model, documents=X):
    """The numbers that a model answers after its fit, or the sentence with which it refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parameters that are not used, overflow before an error
        try:
            if isinstance(model, TfidfVectorizer):
                return [model.fit_transform(TEXTS).data, model.transform(TEXTS).data, model.idf_]
            model.fit(documents, Y)
        except (TypeError, ValueError) as error:
            return str(error)
    numbers = [model.predict_proba(documents), model.decision_function(documents)]
    for value in vars(model).values():
        arrays = value if isinstance(value, list) else [value]
        numbers += [a for a in arrays if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
    return numbers


def is_good(answer):
    """True for one sentence, and for finite numbers."""
    if isinstance(answer, str):
        return answer != "" and "\n" not in answer
    return all(np.isfinite(numbers).all() for numbers in answer)


@settings(max_examples=600, deadline=None)
@given(parameter=st.sampled_from(PARAMETERS), value=st.sampled_from(VALUES))
def test_any_value_of_a_parameter(parameter, value):
    kind, name = parameter
    assume(is_short(name, value))
    assert is_good(answers(type(MODELS[kind])(**(MODELS[kind].get_params() | {name: value}))))


@pytest.mark.parametrize("value", VALUES)
def test_any_value_as_weights_of_samples(value):
    for weights in (value, [value] * 40):
        try:
            checked = [check_sample_weight(weights, 40)]
        except (TypeError, ValueError) as error:
            checked = str(error)
        assert is_good(checked)


@pytest.mark.parametrize("backend", ["numba", "numpy"])
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("size", [5e-324, 1e-40, 1e19, 1e38, float(np.finfo(np.float32).max)])
def test_documents_of_any_size(backend, activation, size):
    for learning_rate in (1e-3, 1.0, 1e38):
        model = MultiTaskMLPClassifier(
            5, activation, learning_rate=learning_rate, n_epochs=3, backend=backend, random_state=0
        )
        assert is_good(answers(model, X * size))


@pytest.mark.parametrize(
    "y", [[None, "a"], [np.nan, "a"], ["", "a"], [np.float32("nan"), 1], [1, "a"], [(), 1]]
)
def test_labels_without_an_order(y):
    labels = np.empty(40, object)
    labels[:] = y * 20
    with pytest.raises(ValueError, match="labels of one kind"):
        MultiTaskMLPClassifier(n_epochs=1).fit(X, labels)
