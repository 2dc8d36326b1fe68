"""Fitted estimators in files, without pickle: `save_model` and `load_model`.

A file holds the name of one of the `CLASSES`, the parameters, and the fitted state. Before an
estimator is made of it, each part of the state is compared with the others. A loaded model
predicts what the saved one did, bit for bit, and ``partial_fit`` continues it in the same way.
The file of a model of several estimators holds each of them so, their arrays under the part's name.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.estimator.base import check_is_fitted
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
from minimtl.models.textmodel import MultiTaskTextClassifier, TextModel
from minimtl.nn.adam import Moments
from minimtl.nn.classifier import MultiTaskMLPClassifier
from minimtl.nn.network import Network, Shape
from minimtl.nn.training import Learner
from minimtl.stats.logistic import LogisticRegression
from minimtl.text.tfidf import TfidfVectorizer

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
# Threads are a matter of the machine. The parts of a text classifier are in the file fitted, with
# their parameters; its auxiliary texts stay out of it.
NOT_SAVED = {"n_jobs", "vectorizer", "classifier", "auxiliary"}
# Parts of a MultiTaskTextClassifier; a TextModel may have several of each.
VECTORIZER, CLASSIFIER = "vectorizer", "classifier"
MOST_PARTS = 10
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
    describe = _describe_text_model if isinstance(estimator, TextModel) else _describe
    description, arrays = describe(estimator)
    write_model_file(path, {"format": FORMAT, **description}, arrays)


def load_model(path: str | Path) -> Any:
    """The model that `save_model` wrote to `path`; the file may come from anybody.

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
        is_text_model = description["estimator"] == TextModel.__name__
        return (_make_text_model if is_text_model else _make)(description, arrays)
    except UnknownPatternError as error:
        raise MinimtlError(f"{path} cannot be loaded: {error}") from None
    except FAULTS as error:
        reason = " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
        raise MinimtlError(
            f"{path} is damaged, or no model saved by minimtl: {reason}; save the model again."
        ) from None


def _describe(estimator: Any) -> tuple[Facts, Arrays]:
    """The description of an estimator in a file, and its arrays; raises as `save_model`."""
    cls = type(estimator)
    if cls not in CONVERTERS:
        known = ", ".join((*CLASSES, TextModel.__name__))
        raise TypeError(f"Only {known} can be saved, not {cls.__name__}.")
    check_is_fitted(estimator)
    _check_params(estimator)
    params = estimator.get_params(deep=False)
    state_of, _ = CONVERTERS[cls]
    facts, arrays = state_of(estimator)
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None:
        facts["feature_names"] = names.tolist()
    return {
        "estimator": cls.__name__,
        "params": {name: value_to_plain(name, params[name]) for name in params.keys() - NOT_SAVED},
        "fitted": facts,
    }, arrays


def _make(description: Facts, arrays: Arrays) -> Any:
    """The estimator of which `_describe` made these; raises one of the `FAULTS`."""
    cls = CLASSES[description["estimator"]]
    estimator, params, facts = cls(), description["params"], description["fitted"]
    known = estimator.get_params(deep=False).keys() - NOT_SAVED
    if not params.keys() <= known:  # younger ones than the file have their defaults
        raise ValueError("its parameters are not those of the estimator")
    estimator.set_params(**{name: value_from_plain(value) for name, value in params.items()})
    _check_params(estimator)

    _, set_state = CONVERTERS[cls]
    set_state(estimator, facts, arrays)
    names = facts.get("feature_names")
    if names is not None:
        names = np.array(_list(names, "feature names", str), dtype=object)
        _require(len(names) == estimator.n_features_in_, "feature names")
        estimator.feature_names_in_ = names
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


def _describe_parts(fitted: Iterable[tuple[str, Any]]) -> tuple[Facts, Arrays]:
    """The description in a file of estimators that are one model, with the names of its parts."""
    parts: Facts = {}
    arrays: Arrays = {}
    for part, estimator in fitted:
        parts[part], of_part = _describe(estimator)
        arrays |= {f"{part}_{name}": array for name, array in of_part.items()}
    return parts, arrays


def _make_part(part: str, kinds: Any, parts: Facts, arrays: Arrays) -> Any:
    """The estimator of one of the `kinds` that `_describe_parts` described as this part."""
    begin = f"{part}_"
    its = {name.removeprefix(begin): arrays[name] for name in arrays if name.startswith(begin)}
    estimator = _make(parts[part], its)
    _require(isinstance(estimator, kinds), f"the {part}")
    return estimator


def _names(part: str) -> list[str]:
    """The names that the parts of a kind may have in a TextModel's file."""
    return [part, *(f"{part}{number}" for number in range(2, MOST_PARTS + 1))]


def _describe_text_model(model: TextModel) -> tuple[Facts, Arrays]:
    if max(len(model.classifiers), len(model.vectorizers)) > MOST_PARTS:
        raise ValueError(f"A file holds at most {MOST_PARTS} classifiers or vectorizers.")
    parts, arrays = _describe_parts(
        [
            *zip(_names(CLASSIFIER), model.classifiers, strict=False),
            *zip(_names(VECTORIZER), model.vectorizers, strict=False),
        ]
    )
    facts = {"estimator": TextModel.__name__, "how": model.how, **parts}
    if model.labels is not None:
        facts["labels"] = [label_to_plain(label) for label in model.labels]
    return facts, arrays


def _make_text_model(facts: Facts, arrays: Arrays) -> TextModel:
    vectorizers, classifiers = (
        [_make_part(name, kinds, facts, arrays) for name in _names(part) if name in facts]
        for part, kinds in (
            (VECTORIZER, TfidfVectorizer),
            (CLASSIFIER, MultiTaskMLPClassifier | LogisticRegression),
        )
    )
    _require(isinstance(facts["how"], dict), "how the model came about")
    labels = facts.get("labels")  # which files of earlier versions lack
    if labels is not None:
        _require(isinstance(labels, list), "labels")
        labels = value_from_plain(labels)
        _require(len(set(labels)) == len(labels), "labels")
    return TextModel(vectorizers, classifiers, facts["how"], labels)


def _texts_state(model: MultiTaskTextClassifier) -> tuple[Facts, Arrays]:
    return _describe_parts([(VECTORIZER, model.vectorizer_), (CLASSIFIER, model.classifier_)])


def _set_texts_state(model: MultiTaskTextClassifier, facts: Facts, arrays: Arrays) -> None:
    model.vectorizer_ = _make_part(VECTORIZER, TfidfVectorizer, facts, arrays)
    model.classifier_ = _make_part(CLASSIFIER, MultiTaskMLPClassifier, facts, arrays)
    n_words = len(model.vectorizer_.vocabulary_)
    _require(n_words == model.classifier_.n_features_in_, "words")
    model.vectorizer = TfidfVectorizer(**model.vectorizer_.get_params())
    model.classifier = MultiTaskMLPClassifier(**model.classifier_.get_params())


def _vectorizer_state(vectorizer: TfidfVectorizer) -> tuple[Facts, Arrays]:
    output = getattr(vectorizer, "_sklearn_output_config", {}).get("transform", "default")
    return {"words": list(vectorizer.vocabulary_), "output": output}, {"idf": vectorizer.idf_}


def _set_vectorizer_state(vectorizer: TfidfVectorizer, facts: Facts, arrays: Arrays) -> None:
    words = _list(facts["words"], "words", str)
    _require(len(set(words)) == len(words) > 0, "words")
    vectorizer.vocabulary_ = {word: column for column, word in enumerate(words)}
    vectorizer.idf_ = _array(arrays, "idf", vectorizer.dtype, len(words))
    vectorizer.set_output(transform=facts["output"])


def _logistic_state(model: LogisticRegression) -> tuple[Facts, Arrays]:
    arrays = {"coef": model.coef_, "intercept": model.intercept_, "n_iter": model.n_iter_}
    return {"classes": labels_to_plain(model.classes_)}, arrays


def _set_logistic_state(model: LogisticRegression, facts: Facts, arrays: Arrays) -> None:
    model.classes_ = labels_from_plain(facts["classes"])
    n_rows = 1 if len(model.classes_) == 2 else len(model.classes_)
    model.coef_ = _array(arrays, "coef", np.float64, n_rows, None)
    model.intercept_ = _array(arrays, "intercept", np.float64, n_rows)
    model.n_iter_ = _array(arrays, "n_iter", np.signedinteger, 1)
    model.n_features_in_ = model.coef_.shape[1]


def _perceptron_state(model: MultiTaskMLPClassifier) -> tuple[Facts, Arrays]:
    with model._lock:  # other threads may train it
        moments, network = model._learner.moments(), model._learner.network()
        facts = {
            "hidden": list(network.shape.hidden),
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
    n_tasks, n_features = len(classes), len(arrays["w_first"])
    hidden = tuple(_list(facts["hidden"], "hidden", int))
    shape = Shape(n_features, hidden, tuple(map(len, classes)), facts["activation"])
    network, m, r = (
        Network(
            shape,
            _array(arrays, f"{name}_first", np.float32, n_features, hidden[0]),
            _array(arrays, f"{name}_flat", np.float32, shape.n_flat),
        )
        for name in "wmr"
    )
    step = facts["step"]
    _require(type(step) is int and 0 <= step <= MOST_STEPS, "step")
    _require(min(r.first.min(), r.flat.min()) >= 0, "r")
    rng = np.random.default_rng(0)
    rng.bit_generator.state = facts["rng"]

    is_joint = facts["joint"] is True
    _require(is_joint or n_tasks == 1, "classes")
    tasks = _list(facts.get("tasks", list(range(n_tasks))), "tasks", str, int)
    _require(len(set(tasks)) == len(tasks) == n_tasks, "tasks")
    losses = _array(arrays, "loss_curve", np.float64, n_tasks, None)
    scores = None
    if "validation_scores" in arrays:
        scores = _array(arrays, "validation_scores", np.float64, n_tasks, None)
    learner = Learner(network, Moments(step, m, r))
    model._store(tasks, is_joint, classes, learner, rng, losses, scores)


def _array(arrays: Arrays, name: str, dtype: Any, *shape: int | None) -> np.ndarray:
    """The array of this name; ValueError unless it has this type and shape, with None any size."""
    array = arrays[name]
    sizes = zip(array.shape, shape, strict=False)
    _require(array.ndim == len(shape) and all(size in (n, None) for n, size in sizes), name)
    _require(np.issubdtype(array.dtype, dtype), name)
    return array


def _list(values: Any, what: str, *kinds: type) -> list[Any]:
    """`values`; ValueError unless they are a list of items of these types."""
    _require(isinstance(values, list) and all(type(value) in kinds for value in values), what)
    items: list[Any] = values
    return items


def _require(fits: bool, what: str) -> None:
    if not fits:
        raise ValueError(f"{what} and the rest do not fit together")


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
