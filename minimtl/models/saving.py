"""Fitted estimators in files, without pickle: `save_model` and `load_model`.

A file holds the name of one of the `CLASSES`, the parameters, and the fitted state. Before an
estimator is made of it, each part of the state is compared with the others. A loaded model
predicts what the saved one did, bit for bit, and ``partial_fit`` continues it in the same way.
The file of a `TextModel` holds its estimators so, their arrays under the part's name: the
vectorizers, if it has some, and one or more classifiers.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.estimator import check_is_fitted
from minimtl.models.archive import (
    FAULTS,
    label_to_plain,
    labels_from_plain,
    labels_to_plain,
    read_model_file,
    value_from_plain,
    value_to_plain,
    write_model_file,
)
from minimtl.models.textclassifier import MultiTaskTextClassifier
from minimtl.models.textmodel import TextModel
from minimtl.nn import Learner, Moments, MultiTaskMLPClassifier, Network, Shape
from minimtl.stats import LogisticRegression
from minimtl.text import TfidfVectorizer

FORMAT = "minimtl model 1"
# What a parameter of a model in a file may be at most: above, one call could take hours or more
# memory than there is.
LARGEST = {"n_epochs": 10**6, "max_iter": 10**6, "beta1": 0.999}
LARGEST_DECAY = 0.9996  # of a move from step to step; the nearer 1, the more of them are pending
LONGEST_NGRAM = 100
# Those of `minimtl advise`. Any other could make a short text take forever.
TOKEN_PATTERNS = (TfidfVectorizer().token_pattern, r"\S+")
MOST_STEPS = 2**24  # Adam's tables have 80 bytes for each step so far
LONGEST_REASON = 200
# How many threads work is a matter of the machine, and no model's.
NOT_SAVED = {"n_jobs"}
_PARTS = ("vectorizer", "classifier")  # of a MultiTaskTextClassifier
# Of a TextModel, which has one or more of each.
_NUMBERS = ("", *range(2, 11))
_VECTORIZERS, _CLASSIFIERS = (tuple(f"{part}{number}" for number in _NUMBERS) for part in _PARTS)
Facts = dict[str, Any]  # JSON values
Arrays = dict[str, np.ndarray]


class UnknownPatternError(ValueError):
    """A vectorizer's token pattern is none of `TOKEN_PATTERNS`."""


def save_model(estimator: Any, path: str | Path) -> None:
    """Write a fitted estimator or a `TextModel` to `path`, which by custom ends in ``.npz``.

    Raises
    ------
    NotFittedError
        Before ``fit``.
    TypeError
        For anything but the estimators of minimtl, and a `TextModel` of them.
    ValueError
        For a parameter that is no plain value (a function, or a generator), that is out of range,
        or that `load_model` would not take from a stranger: a token pattern but those of
        `TOKEN_PATTERNS`, say.
    MinimtlError
        If the file cannot be written; nothing is left behind.
    """
    if isinstance(estimator, TextModel):
        if max(len(estimator.classifiers), len(estimator.vectorizers)) > len(_NUMBERS):
            raise ValueError(f"A file holds at most {len(_NUMBERS)} classifiers or vectorizers.")
        classifiers = zip(_CLASSIFIERS, estimator.classifiers, strict=False)
        vectorizers = zip(_VECTORIZERS, estimator.vectorizers, strict=False)
        parts, arrays = _describe_parts(dict([*classifiers, *vectorizers]))
        description = {"estimator": TextModel.__name__, "how": estimator.how, **parts}
        if estimator.labels is not None:
            description["labels"] = [label_to_plain(label) for label in estimator.labels]
    else:
        description, arrays = _describe(estimator)
    write_model_file(path, {"format": FORMAT, **description}, arrays)


def _describe(estimator: Any) -> tuple[Facts, Arrays]:
    """What a file holds of an estimator; raises as `save_model`."""
    cls = type(estimator)
    if cls not in CONVERTERS:
        known = ", ".join((*CLASSES, TextModel.__name__))
        raise TypeError(f"Only {known} can be saved, not {cls.__name__}.")
    check_is_fitted(estimator)
    _check_params(estimator)
    params = estimator.get_params(deep=False)
    if isinstance(estimator, MultiTaskTextClassifier):
        params = {}  # its fitted parts have theirs, and the auxiliary texts stay out of the file
    params = {name: value for name, value in params.items() if name not in NOT_SAVED}
    state_of, _ = CONVERTERS[cls]
    facts, arrays = state_of(estimator)
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        facts["feature_names"] = names.tolist()
    return {
        "estimator": cls.__name__,
        "params": {name: value_to_plain(name, value) for name, value in params.items()},
        "fitted": facts,
    }, arrays


def load_model(path: str | Path) -> Any:
    """What `save_model` wrote to `path`; the file may come from anybody.

    Parameters are checked as in ``fit``. Those with which a short text could take forever are
    refused, see `LARGEST`, `LONGEST_NGRAM` and `TOKEN_PATTERNS`.

    Raises
    ------
    MinimtlError
        If the file cannot be read, is damaged, or was not written by `save_model`.
    """
    try:
        description, arrays = read_model_file(path)
        if description["format"] != FORMAT:
            raise ValueError(f"its format is not {FORMAT!r}")
        if description["estimator"] == TextModel.__name__:
            return _make_text_model(description, arrays)
        return _make_estimator(description, arrays)
    except UnknownPatternError as error:
        raise MinimtlError(f"{path} cannot be loaded: {error}") from None
    except FAULTS as error:
        reason = " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
        raise MinimtlError(
            f"{path} is damaged, or no model saved by minimtl: {reason}; save the model again."
        ) from None


def _describe_parts(fitted: dict[str, Any]) -> tuple[Facts, Arrays]:
    """What a file holds of estimators that are one model, by the names of its parts."""
    parts: Facts = {}
    arrays: Arrays = {}
    for part, estimator in fitted.items():
        parts[part], own = _describe(estimator)
        arrays |= {f"{part}_{name}": array for name, array in own.items()}
    return parts, arrays


def _make_parts(parts: Facts, arrays: Arrays, names: Iterable[str] = _PARTS) -> list[Any]:
    """The estimators of which `_describe_parts` made these."""
    return [
        _make_estimator(
            parts[part],
            {
                name.removeprefix(f"{part}_"): array
                for name, array in arrays.items()
                if name.startswith(f"{part}_")
            },
        )
        for part in names
    ]


def _make_text_model(description: Facts, arrays: Arrays) -> TextModel:
    vectorizers, classifiers = (
        _make_parts(description, arrays, [name for name in names if name in description])
        for names in (_VECTORIZERS, _CLASSIFIERS)
    )
    are_classifiers = [
        isinstance(part, MultiTaskMLPClassifier | LogisticRegression) for part in classifiers
    ]
    _require(all(are_classifiers) and len(are_classifiers) > 0, "the classifiers")
    _require(all(isinstance(part, TfidfVectorizer) for part in vectorizers), "the vectorizers")
    _require(isinstance(description["how"], dict), "how the model came about")
    labels = description.get("labels")  # which files of earlier versions lack
    if labels is not None:
        _require(isinstance(labels, list), "labels")
        labels = [value_from_plain(label) for label in labels]
        _require(len(set(labels)) == len(labels), "labels")
    return TextModel(vectorizers, classifiers, description["how"], labels)


def _make_estimator(description: Facts, arrays: Arrays) -> Any:
    cls = CLASSES[description["estimator"]]
    estimator = cls()
    params = description["params"]
    known = set(estimator.get_params(deep=False)) - NOT_SAVED
    if not set(params) <= known:  # younger ones than the file have their defaults
        raise ValueError("its parameters are not those of the estimator")
    estimator.set_params(**{name: value_from_plain(value) for name, value in params.items()})
    _check_params(estimator)
    facts = description["fitted"]
    _, set_state = CONVERTERS[cls]
    set_state(estimator, facts, arrays)
    names = facts.get("feature_names")
    if names is not None:
        _require(_are_texts(names) and len(names) == estimator.n_features_in_, "feature names")
        estimator.feature_names_in_ = np.array(names, dtype=object)
    return estimator


def _check_params(estimator: Any) -> None:
    """Raise ValueError for parameters that are out of range or could stall whoever uses them."""
    params = estimator.get_params()
    pattern = params.get("token_pattern", TOKEN_PATTERNS[0])
    if pattern not in TOKEN_PATTERNS:
        raise UnknownPatternError(
            f"its token_pattern is {str(pattern)[:LONGEST_REASON]!r}, and a model file can have "
            f"{' or '.join(TOKEN_PATTERNS)} only; fit the vectorizer with one of these."
        )
    estimator._check_params()
    longest = params.get("ngram_range", (1, 1))[1]
    decay = params.get("beta1", 0) / params.get("beta2", 1) ** 0.5
    for name, value, most in (
        ("the end of ngram_range", longest, LONGEST_NGRAM),
        ("beta1 divided by the square root of beta2", decay, LARGEST_DECAY),
        *((name, params.get(name, 0), most) for name, most in LARGEST.items()),
    ):
        if value > most:
            raise ValueError(f"{name} is {value}; in a file it must be at most {most}.")


def _vectorizer_state(vectorizer: TfidfVectorizer) -> tuple[Facts, Arrays]:
    output = getattr(vectorizer, "_sklearn_output_config", {}).get("transform", "default")
    return {"words": list(vectorizer.vocabulary_), "output": output}, {"idf": vectorizer.idf_}


def _set_vectorizer_state(vectorizer: TfidfVectorizer, facts: Facts, arrays: Arrays) -> None:
    words, idf = facts["words"], arrays["idf"]
    _require(_are_texts(words) and len(set(words)) == len(words) > 0, "words")
    _require(idf.shape == (len(words),) and idf.dtype == np.dtype(vectorizer.dtype), "idf")
    vectorizer.vocabulary_ = {word: column for column, word in enumerate(words)}
    vectorizer.idf_ = idf
    vectorizer.set_output(transform=facts["output"])


def _logistic_state(model: LogisticRegression) -> tuple[Facts, Arrays]:
    arrays = {"coef": model.coef_, "intercept": model.intercept_, "n_iter": model.n_iter_}
    return {"classes": labels_to_plain(model.classes_)}, arrays


def _set_logistic_state(model: LogisticRegression, facts: Facts, arrays: Arrays) -> None:
    model.classes_ = labels_from_plain(facts["classes"])
    model.coef_ = arrays["coef"]
    model.intercept_ = arrays["intercept"]
    model.n_iter_ = arrays["n_iter"]
    n_rows = 1 if len(model.classes_) == 2 else len(model.classes_)
    _require(model.coef_.ndim == 2 and len(model.coef_) == n_rows, "coef")
    _require(model.intercept_.shape == (n_rows,), "intercept")
    _require(model.coef_.dtype == model.intercept_.dtype == np.float64, "coef")
    _require(model.n_iter_.shape == (1,) and model.n_iter_.dtype.kind == "i", "n_iter")
    model.n_features_in_ = model.coef_.shape[1]


def _perceptron_state(model: MultiTaskMLPClassifier) -> tuple[Facts, Arrays]:
    with model._lock:  # other threads may train it
        moments, network = model._learner.moments(), model._learner.network()
        facts = {
            "hidden": list(map(int, network.shape.hidden)),
            "activation": network.shape.activation,
            "joint": isinstance(model.classes_, list),
            "tasks": [value_to_plain("a task's name", task) for task in model.tasks_],
            "classes": [labels_to_plain(classes) for classes in model._classes()],
            "step": moments.step,
            "rng": model._rng.bit_generator.state,
        }
        arrays: Arrays = {"loss_curve": model.loss_curve_}
        if hasattr(model, "validation_scores_"):
            arrays["validation_scores"] = model.validation_scores_
    for name, part in (("w", network), ("m", moments.m), ("r", moments.r)):
        arrays |= {f"{name}_first": part.first, f"{name}_flat": part.flat}
    return facts, arrays


def _set_perceptron_state(model: MultiTaskMLPClassifier, facts: Facts, arrays: Arrays) -> None:
    classes = [labels_from_plain(plain) for plain in facts["classes"]]
    n_classes = tuple(len(classes_t) for classes_t in classes)
    n_features, hidden = len(arrays["w_first"]), tuple(facts["hidden"])
    _require(all(type(width) is int for width in hidden), "hidden")
    shape = Shape(n_features, hidden, n_classes, facts["activation"])
    network, m, r = (
        _network(shape, arrays[f"{name}_first"], arrays[f"{name}_flat"]) for name in "wmr"
    )
    curve, step = arrays["loss_curve"], facts["step"]
    _require(curve.ndim == 2 and len(curve) == len(classes), "loss_curve")
    _require(curve.dtype == np.float64, "loss_curve")
    _require(type(step) is int and 0 <= step <= MOST_STEPS, "step")
    _require(min(r.first.min(), r.flat.min()) >= 0, "r")
    _require(facts["joint"] is True or len(classes) == 1, "classes")
    model._learner = Learner(network, Moments(step, m, r))
    model._rng = np.random.default_rng(0)
    model._rng.bit_generator.state = facts["rng"]
    model.classes_ = classes if facts["joint"] else classes[0]
    model.n_tasks_ = len(classes)
    model.tasks_ = facts.get("tasks", list(range(len(classes))))
    _require(_are_names(model.tasks_) and len(model.tasks_) == len(classes), "tasks")
    model.n_features_in_ = n_features
    model.loss_curve_ = curve
    model.n_iter_ = curve.shape[1]
    scores = arrays.get("validation_scores")
    if scores is not None:
        _require(scores.ndim == 2 and len(scores) == len(classes) and scores.size > 0, "scores")
        _require(scores.dtype == np.float64, "scores")
        model.validation_scores_ = scores
        model.best_validation_score_ = float(scores.mean(axis=0).max())


def _set_texts_state(model: MultiTaskTextClassifier, facts: Facts, arrays: Arrays) -> None:
    model.vectorizer_, model.classifier_ = _make_parts(facts, arrays)
    for part in _PARTS:
        fitted = getattr(model, f"{part}_")
        setattr(model, part, type(fitted)(**fitted.get_params()))
    model._check_params()
    n_words = len(model.vectorizer_.vocabulary_)
    _require(n_words == model.classifier_.n_features_in_, "words")


def _network(shape: Shape, first: np.ndarray, flat: np.ndarray) -> Network:
    _require(first.shape == (shape.n_features, shape.hidden[0]), "the first weights")
    _require(flat.shape == (shape.n_flat,), "the weights")
    _require(first.dtype == flat.dtype == np.float32, "the weights")
    return Network(shape, first, flat)


def _require(fits: bool, what: str) -> None:
    if not fits:
        raise ValueError(f"{what} and the rest do not fit together")


def _are_names(values: Any) -> bool:
    """Whether these can name tasks: different texts and numbers."""
    return (
        isinstance(values, list)
        and all(type(value) in (str, int) for value in values)
        and len(set(values)) == len(values)
    )


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _texts_state(model: MultiTaskTextClassifier) -> tuple[Facts, Arrays]:
    return _describe_parts({"vectorizer": model.vectorizer_, "classifier": model.classifier_})


# By class, what converts the fitted state of an estimator to JSON values and arrays, and what sets
# it on an estimator with its parameters, or raises ValueError for a state that contradicts itself
# or these.
CONVERTERS: dict[type, tuple[Callable[..., tuple[Facts, Arrays]], Callable[..., None]]] = {
    TfidfVectorizer: (_vectorizer_state, _set_vectorizer_state),
    LogisticRegression: (_logistic_state, _set_logistic_state),
    MultiTaskMLPClassifier: (_perceptron_state, _set_perceptron_state),
    MultiTaskTextClassifier: (_texts_state, _set_texts_state),
}
CLASSES = {cls.__name__: cls for cls in CONVERTERS}
