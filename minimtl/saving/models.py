"""Fitted estimators in files, without pickle: `save_model` and `load_model`.

What a file holds is a name from `KINDS`, the parameters, and the fitted state, each part of
which is compared with the others before an estimator is made of them. A loaded model predicts
what the saved one did, bit for bit, and goes on with ``partial_fit`` as that would have.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.estimator import check_is_fitted
from minimtl.nn import Moments, MultiTaskMLPClassifier, Network, Shape
from minimtl.saving.archive import FAULTS, read_model_file, write_model_file
from minimtl.saving.values import from_plain, labels_from_plain, labels_to_plain, to_plain
from minimtl.stats import LogisticRegression
from minimtl.text import TfidfVectorizer

FORMAT = "minimtl model 1"
Facts = dict[str, Any]
Arrays = dict[str, np.ndarray]


def save_model(estimator: Any, path: str | Path) -> None:
    """Write a fitted estimator of minimtl to `path`, which by custom ends in ``.npz``.

    Raises
    ------
    NotFittedError
        Before ``fit``.
    TypeError
        For anything but the three estimators of minimtl.
    ValueError
        For a parameter that is no plain value: a function, or a generator.
    MinimtlError
        If the file cannot be written; nothing is left behind.
    """
    cls = type(estimator)
    kind = KINDS.get(cls.__name__)
    if kind is None or cls is not kind.cls:
        raise TypeError(f"Only {', '.join(KINDS)} can be saved, not {cls.__name__}.")
    check_is_fitted(estimator)
    params = {name: to_plain(name, value) for name, value in estimator.get_params().items()}
    facts, arrays = kind.take_apart(estimator)
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        facts["feature_names"] = names.tolist()
    description = {
        "format": FORMAT,
        "estimator": cls.__name__,
        "params": params,
        "fitted": facts,
    }
    write_model_file(path, description, arrays)


def load_model(path: str | Path) -> Any:
    """The estimator that `save_model` wrote to `path`; the file may come from anybody.

    Raises
    ------
    MinimtlError
        If the file cannot be read, is damaged, or was not written by `save_model`.
    """
    try:
        return _assemble(*read_model_file(path))
    except FAULTS as error:
        reason = str(error) or type(error).__name__
        raise MinimtlError(
            f"{path} is damaged, or no model saved by minimtl: {reason}; save the model again."
        ) from None


def _assemble(description: Facts, arrays: Arrays) -> Any:
    if description["format"] != FORMAT:
        raise ValueError(f"its format is not {FORMAT!r}")
    kind = KINDS[description["estimator"]]
    estimator = kind.cls()
    if set(description["params"]) != set(estimator.get_params()):
        raise ValueError("its parameters are not those of the estimator")
    estimator.set_params(**{n: from_plain(value) for n, value in description["params"].items()})
    facts = description["fitted"]
    kind.put_together(estimator, facts, arrays)
    names = facts.get("feature_names")
    if names is not None:
        _require(_are_texts(names) and len(names) == estimator.n_features_in_, "feature names")
        estimator.feature_names_in_ = np.array(names, dtype=object)
    return estimator


def _words_apart(vectorizer: TfidfVectorizer) -> tuple[Facts, Arrays]:
    output = getattr(vectorizer, "_sklearn_output_config", {}).get("transform", "default")
    return {"words": list(vectorizer.vocabulary_), "output": output}, {"idf": vectorizer.idf_}


def _words_together(vectorizer: TfidfVectorizer, facts: Facts, arrays: Arrays) -> None:
    words, idf = facts["words"], arrays["idf"]
    _require(_are_texts(words) and len(set(words)) == len(words) > 0, "words")
    _require(idf.shape == (len(words),) and idf.dtype == np.dtype(vectorizer.dtype), "idf")
    vectorizer.vocabulary_ = {word: column for column, word in enumerate(words)}
    vectorizer.idf_ = idf
    vectorizer.set_output(transform=facts["output"])


def _logistic_apart(model: LogisticRegression) -> tuple[Facts, Arrays]:
    arrays = {"coef": model.coef_, "intercept": model.intercept_, "n_iter": model.n_iter_}
    return {"classes": labels_to_plain(model.classes_)}, arrays


def _logistic_together(model: LogisticRegression, facts: Facts, arrays: Arrays) -> None:
    model.classes_ = labels_from_plain(facts["classes"])
    n_rows = 1 if len(model.classes_) == 2 else len(model.classes_)
    model.coef_, model.intercept_, model.n_iter_ = (
        arrays[name] for name in ("coef", "intercept", "n_iter")
    )
    _require(model.coef_.ndim == 2 and len(model.coef_) == n_rows, "coef")
    _require(model.intercept_.shape == (n_rows,), "intercept")
    _require(model.coef_.dtype == model.intercept_.dtype == np.float64, "coef")
    model.n_features_in_ = model.coef_.shape[1]


def _perceptron_apart(model: MultiTaskMLPClassifier) -> tuple[Facts, Arrays]:
    network, moments = model._network, model._moments
    facts = {
        "hidden": list(network.shape.hidden),
        "activation": network.shape.activation,
        "joint": isinstance(model.classes_, list),
        "classes": [labels_to_plain(classes) for classes in model._classes()],
        "step": moments.step,
        "rng": model._rng.bit_generator.state,
    }
    arrays = {"loss_curve": model.loss_curve_}
    for name, part in (("w", network), ("m", moments.m), ("r", moments.r)):
        arrays |= {f"{name}_first": part.first, f"{name}_flat": part.flat}
    return facts, arrays


def _perceptron_together(model: MultiTaskMLPClassifier, facts: Facts, arrays: Arrays) -> None:
    classes = [labels_from_plain(plain) for plain in facts["classes"]]
    n_classes = tuple(len(classes_t) for classes_t in classes)
    n_features, hidden = len(arrays["w_first"]), tuple(facts["hidden"])
    shape = Shape(n_features, hidden, n_classes, facts["activation"])
    network, m, r = (
        _network(shape, arrays[f"{name}_first"], arrays[f"{name}_flat"]) for name in "wmr"
    )
    curve, step = arrays["loss_curve"], facts["step"]
    _require(curve.ndim == 2 and len(curve) == len(classes), "loss_curve")
    _require(type(step) is int and 0 <= step < 2**31, "step")
    _require(min(r.first.min(), r.flat.min()) >= 0, "r")
    rng = np.random.default_rng(0)
    rng.bit_generator.state = facts["rng"]
    model._network, model._moments, model._rng = network, Moments(step, m, r), rng
    model.classes_ = classes if facts["joint"] else classes[0]
    _require(facts["joint"] is True or len(classes) == 1, "classes")
    model.n_tasks_, model.n_features_in_ = len(classes), n_features
    model.loss_curve_, model.n_iter_ = curve, curve.shape[1]


def _network(shape: Shape, first: np.ndarray, flat: np.ndarray) -> Network:
    _require(first.shape == (shape.n_features, shape.hidden[0]), "the first weights")
    _require(flat.shape == (shape.n_flat,), "the weights")
    _require(first.dtype == flat.dtype == np.float32, "the weights")
    return Network(shape, first, flat)


def _require(fits: bool, what: str) -> None:
    if not fits:
        raise ValueError(f"{what} and the rest do not fit together")


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


class Kind(NamedTuple):
    """A class that can be saved, how its fitted state is told as JSON and arrays, and how put back.

    `put_together` sets the state on an estimator with its parameters set, or raises ValueError.
    """

    cls: type
    take_apart: Callable[[Any], tuple[Facts, Arrays]]
    put_together: Callable[[Any, Facts, Arrays], None]


KINDS = {
    "TfidfVectorizer": Kind(TfidfVectorizer, _words_apart, _words_together),
    "LogisticRegression": Kind(LogisticRegression, _logistic_apart, _logistic_together),
    "MultiTaskMLPClassifier": Kind(MultiTaskMLPClassifier, _perceptron_apart, _perceptron_together),
}
