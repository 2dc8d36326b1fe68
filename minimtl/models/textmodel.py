"""Texts in, labels out: an estimator of several tasks, and fitted parts as one model."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from minimtl.estimator.base import BaseEstimator, ClassifierMixin, check_is_fitted
from minimtl.nn.classifier import MultiTaskMLPClassifier
from minimtl.stats.logistic import LogisticRegression
from minimtl.stats.scores import macro_f1
from minimtl.text.tfidf import TfidfVectorizer

MAIN = "main"


class MultiTaskTextClassifier(ClassifierMixin, BaseEstimator):
    """TF-IDF and `MultiTaskMLPClassifier` on the texts of one task or several.

    ``fit({"name": texts, …}, {"name": labels, …})`` learns several tasks jointly. ``fit(texts,
    labels)`` learns one task, and the `auxiliary` ones with it: so it can be cross-validated and
    searched, on the task that matters, by scikit-learn's own tools.

    Parameters
    ----------
    vectorizer : TfidfVectorizer, optional
        Fitted to the texts of all tasks together; by default one that takes words by Unicode's
        rules, ``TfidfVectorizer(unicode=True)``.
    classifier : MultiTaskMLPClassifier, optional
        By default one with its defaults. Its `class_weight` names the tasks as here, and its
        callbacks are called.
    auxiliary : dict of (texts, labels) by name, optional
        Other tasks to learn with the one that `fit` is given. That one is then called ``"main"``.

    Attributes
    ----------
    vectorizer_, classifier_ : the fitted parts
    classes_ : array (n_classes,), or list of one such array a task
    tasks_ : list
        The names of the tasks; ``[0]`` for one alone.
    n_tasks_ : int

    Examples
    --------
    >>> texts, labels = ["sun and sea", "rain and wind"] * 20, ["good", "bad"] * 20
    >>> others = {"places": (["by the sea", "in town"] * 20, [1, 0] * 20)}
    >>> model = MultiTaskTextClassifier(
    ...     classifier=MultiTaskMLPClassifier(8, learning_rate=0.1, random_state=0),
    ...     auxiliary=others,
    ... )
    >>> model.fit(texts, labels).predict(["sun"]).tolist()
    ['good']
    >>> model.predict(["a town"], task="places").tolist()
    [0]
    """

    def __init__(
        self,
        vectorizer: TfidfVectorizer | None = None,
        classifier: MultiTaskMLPClassifier | None = None,
        auxiliary: Mapping[str, tuple[Sequence[str], Any]] | None = None,
    ) -> None:
        self.vectorizer = vectorizer
        self.classifier = classifier
        self.auxiliary = auxiliary

    def fit(self, X: Any, y: Any) -> "MultiTaskTextClassifier":
        """Learn the vocabulary and train; if either fails, what was learnt before is still there.

        Parameters
        ----------
        X : sequence of str, or dict of such by the names of tasks
        y : array-like of labels, or dict of such by the same names

        Raises
        ------
        ValueError
            As the parts do, and for tasks of `X` and `y` that do not fit together.
        """
        self._check_params()
        texts, labels = self._tasks(X, y)
        vectorizer = self.vectorizer or TfidfVectorizer(unicode=True)
        classifier = self.classifier or MultiTaskMLPClassifier()
        # Data frames would have one task's index for all tasks.
        vectorizer = type(vectorizer)(**vectorizer.get_params()).set_output(transform="default")
        network = type(classifier)(**classifier.get_params()).set_callbacks(*classifier.callbacks)

        rows = vectorizer.fit_transform([text for of_task in texts.values() for text in of_task])
        documents, end = {}, 0
        for name, of_task in texts.items():
            begin, end = end, end + len(of_task)
            documents[name] = rows[begin:end]
        if isinstance(X, Mapping) or self.auxiliary:
            network.fit(documents, labels)
        else:
            network.fit(rows, y)
        self.vectorizer_, self.classifier_ = vectorizer, network
        return self

    def predict(self, X: Sequence[str], task: int | str = 0) -> np.ndarray:
        """The most probable class of each text at a task, its name or its place from 0."""
        return self._ready().predict(self.vectorizer_.transform(X), task)

    def score(
        self, X: Sequence[str], y: Any, sample_weight: Any = None, task: int | str = 0
    ) -> float:
        """Accuracy at a task, the mean over texts weighted by `sample_weight`."""
        return self._ready().score(self.vectorizer_.transform(X), y, sample_weight, task)

    def predict_proba(self, X: Sequence[str], task: int | str = 0) -> np.ndarray:
        """Probabilities (n_texts, n_classes) of a task's classes, in the order of `classes_`."""
        return self._ready().predict_proba(self.vectorizer_.transform(X), task)

    def predict_log_proba(self, X: Sequence[str], task: int | str = 0) -> np.ndarray:
        """Logarithms of `predict_proba`."""
        return self._ready().predict_log_proba(self.vectorizer_.transform(X), task)

    def decision_function(self, X: Sequence[str], task: int | str = 0) -> np.ndarray:
        """The log-odds of the second of two classes, (n_texts,), else the logits of each."""
        return self._ready().decision_function(self.vectorizer_.transform(X), task)

    @property
    def classes_(self) -> Any:
        """The main task's labels where there is one, else the list of those of each task."""
        classes = self.classifier_.classes_
        return classes[0] if isinstance(classes, list) and self.tasks_[0] == MAIN else classes

    @property
    def tasks_(self) -> list[Any]:
        """The names of the tasks."""
        return self.classifier_.tasks_

    @property
    def n_tasks_(self) -> int:
        """The number of tasks."""
        return self.classifier_.n_tasks_

    def _ready(self) -> MultiTaskMLPClassifier:
        """The fitted classifier."""
        check_is_fitted(self)
        return self.classifier_

    def _tasks(self, X: Any, y: Any) -> tuple[dict[Any, list[Any]], Any]:
        """Texts and labels by task."""
        if isinstance(X, Mapping):
            if self.auxiliary:
                raise ValueError(
                    "With auxiliary tasks, X is the texts of one task; or give all tasks in X."
                )
            texts, labels = dict(X), y
        else:
            texts, labels = {MAIN: X}, {MAIN: y}
            for name, task in (self.auxiliary or {}).items():
                texts[name], labels[name] = task

        for name, of_task in texts.items():
            if isinstance(of_task, str):
                raise ValueError(
                    f"The task {name!r} needs a sequence of texts, and is a single one."
                )
        return {name: list(of_task) for name, of_task in texts.items()}, labels

    def _check_params(self) -> None:
        """Raise TypeError or ValueError for parts that are something else."""
        kinds = {"vectorizer": TfidfVectorizer, "classifier": MultiTaskMLPClassifier}
        for name, kind in kinds.items():
            value = getattr(self, name)
            if not isinstance(value, kind | None):
                raise TypeError(f"{name} must be a {kind.__name__} or None, got {value!r}.")
        if self.auxiliary and MAIN in self.auxiliary:
            raise ValueError(f"{MAIN!r} is the task that fit is given; rename the auxiliary one.")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


class TextModel:
    """Labels texts by fitted vectorizers and classifiers; `save_model` and `load_model` take it.

    Parameters
    ----------
    vectorizers : sequence of TfidfVectorizer
        Fitted; what they give stands side by side. They are set to give sparse matrices, whatever
        they were set to. With none, what stands below for texts is a matrix of features, a row
        each.
    classifiers : sequence of MultiTaskMLPClassifier or LogisticRegression
        Fitted to what the vectorizers give; the probabilities of several are averaged. Of several
        tasks, the first is the one that counts.
    how : dict of JSON values
        How the model came about, for whoever finds its file.
    labels : sequence, optional
        What the classifier's classes stand for, in their order: text, numbers, truth values,
        dates or tuples of them. None: the classes themselves.

    Raises
    ------
    ValueError
        If a classifier has another number of features than the vectorizers give, other classes
        than the first, or not as many as there are labels.
    """

    def __init__(
        self,
        vectorizers: Sequence[TfidfVectorizer],
        classifiers: Sequence[MultiTaskMLPClassifier | LogisticRegression],
        how: dict[str, Any],
        labels: Sequence[Any] | None = None,
    ) -> None:
        self.n_features = classifiers[0].n_features_in_
        self.vectorizers = tuple(one.set_output(transform="default") for one in vectorizers)
        if self.vectorizers:
            self.n_features = sum(len(one.vocabulary_) for one in self.vectorizers)
        self.classifiers = tuple(classifiers)
        self.how = how
        self._classes = _classes_of(classifiers[0])
        for classifier in classifiers:
            if classifier.n_features_in_ != self.n_features:
                raise ValueError(
                    f"The classifier has {classifier.n_features_in_} features, and the vectorizers "
                    f"give {self.n_features}."
                )
            if not np.array_equal(_classes_of(classifier), self._classes):
                raise ValueError("The classifiers have different classes.")
        self.labels = None if labels is None else list(labels)
        if labels is not None and len(labels) != len(self._classes):
            raise ValueError("There are not as many labels as classes.")

    @property
    def classes_(self) -> np.ndarray:
        """The labels in the order of the probabilities, (n_classes,)."""
        if self.labels is None:
            return self._classes
        kinds = {type(label) for label in self.labels}
        if len(kinds) == 1 and tuple not in kinds:
            return np.array(self.labels)
        classes = np.empty(len(self.labels), object)
        for number, label in enumerate(self.labels):  # a tuple is one label, and no row of several
            classes[number] = label
        return classes

    def predict_proba(self, texts: Iterable[Any]) -> np.ndarray:
        """Probabilities of the labels for each text, (n_texts, n_classes), as in `classes_`.

        A text of which no word is known has those of a text without words. Raises ValueError for
        a single text in place of several, or one that is no string.
        """
        X = self._features(texts)
        n_classes = len(self.classes_)
        if not X.shape[0]:
            return np.empty((0, n_classes))
        each = [np.asarray(one.predict_proba(X), np.float64) for one in self.classifiers]
        return sum(each[1:], each[0]) / len(each)

    def predict(self, texts: Iterable[Any]) -> np.ndarray:
        """The most probable label of each text, (n_texts,); as `predict_proba`."""
        chosen: np.ndarray = self.classes_[self.predict_proba(texts).argmax(axis=1)]
        return chosen

    def score(self, texts: Iterable[Any], labels: Iterable[Any]) -> float:
        """Macro-F1 of the labels that the model gives these texts."""
        numbers = {label: number for number, label in enumerate(self.classes_.tolist())}
        true = np.array([numbers.get(label, -1) for label in labels])
        return float(macro_f1(true, self.predict_proba(texts).argmax(axis=1)))

    def knows(self, texts: Iterable[Any]) -> np.ndarray:
        """True for each text with a word that the first vectorizer knows, bool (n_texts,)."""
        X = self.vectorizers[0].transform(texts) if self.vectorizers else self._features(texts)
        known: np.ndarray = (X != 0).sum(axis=1)
        return np.asarray(known).ravel() > 0

    def _features(self, texts: Iterable[Any]) -> Any:
        if not self.vectorizers:
            return texts if sparse.issparse(texts) else np.asarray(texts)
        if not isinstance(texts, str):
            texts = list(texts)  # each vectorizer reads them
        return sparse.hstack([one.transform(texts) for one in self.vectorizers], "csr")

    def __repr__(self) -> str:
        return f"TextModel({self.vectorizers!r}, {self.classifiers!r}, {self.how!r})"


def _classes_of(classifier: MultiTaskMLPClassifier | LogisticRegression) -> np.ndarray:
    classes = classifier.classes_
    first: np.ndarray = classes[0] if isinstance(classes, list) else classes
    return first
