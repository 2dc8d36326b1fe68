"""One job: the classifier of one way, trained on the texts of one run, and what it says."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from minimtl.advice.tokenizers import make_vectorizer
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.ways import Way, train
from minimtl.jobs import stable_hash
from minimtl.models import TextModel
from minimtl.nn import TRAINING_VERSION
from minimtl.text import weigh_counts

# Raise it with every change that gives other scores, beside training itself: stored ones are
# measured anew then.
_VERSION = 2


class Fit(NamedTuple):
    """Train `way` in a run and test it on the set `target`; auxiliary sets are other numbers."""

    target: int
    way: Way
    run: int


def key_of(fit: Fit, sets: SetsOfTexts) -> str:
    """A hash of all that the score depends on, as 64 hex digits."""
    way = fit.way
    return stable_hash(
        "advise",
        [TRAINING_VERSION, _VERSION, sets.tokenizer, sets.per_class, sets.seed],
        [sets.digests[fit.target], way.use, way.model, [sets.digests[n] for n in way.aux]],
        fit.run,
    )


def compute(fit: Fit, sets: SetsOfTexts) -> bytes:
    """Train, and label the tested texts; the random numbers depend on the key alone."""
    main = sets.draw(fit.target, fit.run)
    others = [sets.draw_other(number, fit.target, fit.run) for number in fit.way.aux]
    learned = np.concatenate([draw.learned for draw in (main, *others)])
    vectorizer = make_vectorizer(sets.tokenizer, fit.way.model)
    most, sublinear = vectorizer.max_features, vectorizer.sublinear_tf
    assert most is not None
    X = weigh_counts(sets.counts[fit.way.model], learned, most, sublinear)
    documents = [(X[draw.trained], sets.labels[draw.trained]) for draw in (main, *others)]
    classifier = train(fit.way, documents[0], documents[1:], int(key_of(fit, sets)[:8], 16))
    predicted = classifier.predict(X[main.tested])
    return predicted.astype("<i4").tobytes()


def decode(result: bytes) -> np.ndarray:
    """The classes that `compute` encoded, int64 (n_tested,); ValueError for other bytes."""
    classes = np.frombuffer(result, "<i4").astype(np.int64)
    if not len(classes) or classes.min() < 0:
        raise ValueError("it has no classes")
    return classes


def train_on_all(
    way: Way,
    texts: Sequence[Sequence[str]],
    classes: Sequence[np.ndarray],
    labels: Sequence[Any],
    tokenizer: str,
    seed: int,
    how: dict[str, object],
) -> TextModel:
    """The model that `way` makes of all texts.

    Parameters
    ----------
    texts, classes : of the main set, then of each auxiliary set that the way names; classes are
        numbers from 0.
    labels : of the main set's classes.
    how : what the model is to say of itself.
    """
    vectorizer = make_vectorizer(tokenizer, way.model).fit([text for one in texts for text in one])
    documents = [
        (sparse.csr_matrix(vectorizer.transform(one)), own)
        for one, own in zip(texts, classes, strict=True)
    ]
    return TextModel(vectorizer, train(way, documents[0], documents[1:], seed), how, labels)
