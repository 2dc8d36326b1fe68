"""A text classifier as one object: a fitted vectorizer and a fitted classifier."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from minimtl.nn import MultiTaskMLPClassifier
from minimtl.stats import LogisticRegression
from minimtl.text import TfidfVectorizer


class TextModel:
    """Labels texts by a fitted vectorizer and classifier; `save_model` and `load_model` take it.

    Parameters
    ----------
    vectorizer : TfidfVectorizer
        Fitted; it is set to give sparse matrices, whatever it was set to.
    classifier : MultiTaskMLPClassifier or LogisticRegression
        Fitted to what the vectorizer gives. Of several tasks, the first is the one that counts.
    how : dict of JSON values
        How the model came about, for whoever finds its file.
    labels : sequence, optional
        What the classifier's classes stand for, in their order: text, numbers, truth values,
        dates or tuples of them. None: the classes themselves.

    Raises
    ------
    ValueError
        If the classifier has another number of features than the vectorizer gives, or of classes
        than there are labels.
    """

    def __init__(
        self,
        vectorizer: TfidfVectorizer,
        classifier: MultiTaskMLPClassifier | LogisticRegression,
        how: dict[str, Any],
        labels: Sequence[Any] | None = None,
    ) -> None:
        if classifier.n_features_in_ != len(vectorizer.vocabulary_):
            raise ValueError(
                f"The classifier has {classifier.n_features_in_} features, and the vectorizer "
                f"gives {len(vectorizer.vocabulary_)}."
            )
        self.vectorizer = vectorizer.set_output(transform="default")
        self.classifier = classifier
        self.how = how
        self.labels = None if labels is None else list(labels)
        if labels is not None and len(labels) != len(self._classes_of_classifier()):
            raise ValueError("There are not as many labels as classes.")

    @property
    def classes_(self) -> np.ndarray:
        """The labels in the order of the probabilities, (n_classes,)."""
        if self.labels is None:
            return self._classes_of_classifier()
        kinds = {type(label) for label in self.labels}
        if len(kinds) == 1 and tuple not in kinds:
            return np.array(self.labels)
        classes = np.empty(len(self.labels), object)
        for number, label in enumerate(self.labels):  # a tuple is one label, and no row of several
            classes[number] = label
        return classes

    def _classes_of_classifier(self) -> np.ndarray:
        classes = self.classifier.classes_
        first: np.ndarray = classes[0] if isinstance(classes, list) else classes
        return first

    def predict_proba(self, texts: Iterable[str]) -> np.ndarray:
        """Probabilities of the labels for each text, (n_texts, n_classes), as in `classes_`.

        A text of which no word is known has those of a text without words. Raises ValueError for
        a single text in place of several, or one that is no string.
        """
        X = self.vectorizer.transform(texts)
        n_classes = len(self.classes_)
        if not X.shape[0]:
            return np.empty((0, n_classes))
        return np.asarray(self.classifier.predict_proba(X), np.float64)

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """The most probable label of each text, (n_texts,); as `predict_proba`."""
        chosen: np.ndarray = self.classes_[self.predict_proba(texts).argmax(axis=1)]
        return chosen

    def knows(self, texts: Iterable[str]) -> np.ndarray:
        """Whether each text has a word that the vectorizer knows, bool (n_texts,)."""
        known: np.ndarray = self.vectorizer.transform(texts).getnnz(axis=1) > 0
        return known

    def __repr__(self) -> str:
        return f"TextModel({self.vectorizer!r}, {self.classifier!r}, {self.how!r})"
