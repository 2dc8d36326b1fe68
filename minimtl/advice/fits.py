"""One job: the classifier of one way, trained on the texts of one run, and its score."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from minimtl.advice.tokenizers import MAX_FEATURES, make_vectorizer
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.ways import Way, train
from minimtl.jobs import stable_hash
from minimtl.models import TextModel
from minimtl.nn import TRAINING_VERSION
from minimtl.stats import macro_f1
from minimtl.text import weigh_counts

# Raise it with every change that gives other scores, beside training itself: stored ones are
# measured anew then.
_VERSION = 1


class Fit(NamedTuple):
    """Train `way` in a run and score it on the set `target`; auxiliary sets are other numbers."""

    target: int
    way: Way
    run: int


class Score(NamedTuple):
    """Macro-F1 of the tested texts, and whether all of them were given the same label."""

    f1: float
    is_constant: bool


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
    """Train and score; the random numbers depend on the key alone."""
    main = sets.draw(fit.target, fit.run)
    others = [sets.draw_other(number, fit.target, fit.run) for number in fit.way.aux]
    learned = np.concatenate([draw.learned for draw in (main, *others)])
    X = weigh_counts(sets.counts, learned, MAX_FEATURES)
    documents = [(X[draw.trained], sets.labels[draw.trained]) for draw in (main, *others)]
    classifier = train(fit.way, documents[0], documents[1:], int(key_of(fit, sets)[:8], 16))
    predicted = classifier.predict(X[main.tested])
    f1 = float(macro_f1(sets.labels[main.tested], predicted))
    return json.dumps({"f1": f1, "is_constant": bool((predicted == predicted[0]).all())}).encode()


def decode(result: bytes) -> Score:
    """The score that `compute` encoded; ValueError for other bytes."""
    try:
        score = Score(**json.loads(result))
    except TypeError as error:
        raise ValueError(f"it is no score: {error}") from None
    if not isinstance(score.f1, float) or not 0 <= score.f1 <= 1:
        raise ValueError("it is no score from 0 to 1")
    return score


def train_on_all(
    way: Way,
    texts: Sequence[Sequence[str]],
    labels: Sequence[np.ndarray],
    tokenizer: str,
    seed: int,
    how: dict[str, object],
) -> TextModel:
    """The model that `way` makes of all texts.

    Parameters
    ----------
    texts, labels : of the main set, then of each auxiliary set that the way names.
    how : what the model is to say of itself.
    """
    vectorizer = make_vectorizer(tokenizer).fit([text for one in texts for text in one])
    documents = [
        (sparse.csr_matrix(vectorizer.transform(one)), own)
        for one, own in zip(texts, labels, strict=True)
    ]
    return TextModel(vectorizer, train(way, documents[0], documents[1:], seed), how)
