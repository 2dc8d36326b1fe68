"""minimtl and scikit-learn on raw texts: TF-IDF, then a classifier.

A *learner* is called with tasks, parameters and a seed, fits, and returns for each task a function
from texts to labels. Its time is all of that and of these functions: cutting texts into words,
counting and weighting them included. All learners see the same words, those of two letters or more
in lower case.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from bench.peers_problems import TextTask, Unit
from minimtl import LogisticRegression, MultiTaskMLPClassifier, MultiTaskTextClassifier
from minimtl import TfidfVectorizer as OurTfidf
from minimtl.advice.fits import Settings, train_on_all
from minimtl.advice.tokenizers import REGRESSION
from minimtl.advice.ways import ADAPTED, ALONE, Way
from minimtl.estimator.base import ConvergenceWarning

Predict = Callable[[Sequence[str]], Sequence[int]]
Learner = Callable[[Unit, dict[str, Any], int], list[Predict]]
# 1 + ln(count) for a count is what long and short texts together ask for.
TFIDF = {"dtype": np.float32, "sublinear_tf": True}


def alone(fit: Callable[[TextTask, dict[str, Any], int], Predict]) -> Learner:
    """The learner that fits each task by itself."""
    return lambda unit, params, seed: [fit(task, params, seed) for task in unit]


def fit_our_mlp(unit: Unit, params: dict[str, Any], seed: int) -> list[Predict]:
    """The tasks of a unit jointly, by the public estimator of texts."""
    rest = dict(params)
    model = MultiTaskTextClassifier(
        OurTfidf(max_features=rest.pop("max_features"), **TFIDF),
        MultiTaskMLPClassifier(random_state=seed, **rest),
    )
    names = [str(number) for number in range(len(unit))]
    model.fit(
        {name: task.train_texts for name, task in zip(names, unit, strict=True)},
        {name: task.train_labels for name, task in zip(names, unit, strict=True)},
    )
    return [partial(model.predict, task=name) for name in names]


fit_our_mlp_alone = alone(lambda task, params, seed: fit_our_mlp([task], params, seed)[0])


def fit_pipeline(tfidf: Any, classifier: Any, task: TextTask) -> Predict:
    """TF-IDF and a classifier by scikit-learn's conventions; a step too few is no news here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "(?s).*(Maximum number of|max_iter|converge)")
        classifier.fit(tfidf.fit_transform(task.train_texts), task.train_labels)
    return lambda texts: classifier.predict(tfidf.transform(texts))


@alone
def fit_our_logistic(task: TextTask, params: dict[str, Any], seed: int) -> Predict:
    """minimtl's logistic regression, which draws nothing."""
    return fit_pipeline(OurTfidf(**TFIDF), LogisticRegression(**params), task)


def fit_advised(unit: Unit, params: dict[str, Any], seed: int) -> list[Predict]:
    """The regression of `minimtl advise`: alone, or adapted from the other tasks of a unit."""
    settings = Settings(tokenizer="words", seed=seed, **params)
    models = []
    for number, main in enumerate(unit):
        tasks = [main, *unit[:number], *unit[number + 1 :]]
        way = Way(ADAPTED, REGRESSION, tuple(range(1, len(tasks))))
        if len(tasks) == 1:
            way = Way(ALONE, REGRESSION)
        sets = [(task.train_texts, task.train_labels) for task in tasks]
        models.append(train_on_all(way, sets, list(range(main.n_classes)), settings, {}).predict)
    return models


fit_advised_alone = alone(lambda task, params, seed: fit_advised([task], params, seed)[0])


def sklearn_tfidf(max_features: int | None = None) -> Any:
    """scikit-learn's features, which PyTorch's users take too."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(max_features=max_features, **TFIDF)


@alone
def fit_logistic(task: TextTask, params: dict[str, Any], seed: int) -> Predict:
    """scikit-learn's logistic regression."""
    from sklearn.linear_model import LogisticRegression as Peer

    return fit_pipeline(sklearn_tfidf(), Peer(random_state=seed, **params), task)


@alone
def fit_sgd(task: TextTask, params: dict[str, Any], seed: int) -> Predict:
    """scikit-learn's linear classifier by stochastic gradient descent, for so many epochs."""
    from sklearn.linear_model import SGDClassifier

    peer = SGDClassifier(tol=None, random_state=seed, **params)
    return fit_pipeline(sklearn_tfidf(), peer, task)


@alone
def fit_mlp(task: TextTask, params: dict[str, Any], seed: int) -> Predict:
    """scikit-learn's perceptron."""
    from sklearn.neural_network import MLPClassifier

    rest = dict(params)
    tfidf = sklearn_tfidf(rest.pop("max_features"))
    return fit_pipeline(tfidf, MLPClassifier(random_state=seed, **rest), task)
