"""One job: the classifier of one way, trained on the texts of one run; and the model of all texts.

Both by the settings that a person chose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from minimtl.advice.tokenizers import AUTO, FEATURES, NETWORK, TOKENIZERS, make_vectorizers
from minimtl.advice.trials import N_FOLDS, SetsOfTexts, most_per_class
from minimtl.advice.ways import Way, train
from minimtl.estimator.validation import check_real, check_whole
from minimtl.jobs.identity import rng_for, stable_hash
from minimtl.models.textmodel import TextModel
from minimtl.nn.training import TRAINING_VERSION
from minimtl.stats.crossval import draw_per_class
from minimtl.text.weights import weigh_counts

# Raise it with every change that gives other scores, beside training itself: stored ones are
# measured anew then.
_VERSION = 4

RUNS = 20
PER_CLASS = 500
MARGIN = 0.02
QUICK_RUNS = N_FOLDS
QUICK_PER_CLASS = 100


@dataclass(frozen=True)
class Settings:
    """The parameters of measuring; `minimtl.advise` says what they mean.

    `tokenizer` is `FEATURES` where sets hold no texts. A quick look `is_quick`, which is no more
    than a word in the output.

    Raises
    ------
    TypeError, ValueError
        If one is no number, or out of range.
    """

    runs: int = RUNS
    per_class: int = PER_CLASS
    margin: float = MARGIN
    tokenizer: str = AUTO
    seed: int = 0
    all_pairs: bool = False
    is_quick: bool = False

    def __post_init__(self) -> None:
        for name in ("runs", "per_class", "seed"):
            object.__setattr__(self, name, check_whole(name, getattr(self, name)))
        object.__setattr__(self, "margin", check_real("margin", self.margin))
        if self.runs < 2 or self.per_class < 1:
            raise ValueError(
                "runs must be at least 2 and per_class at least 1; "
                f"got {self.runs} and {self.per_class}."
            )
        if not 0 <= self.margin < 1:
            raise ValueError(f"margin must lie in [0, 1); got {self.margin}.")
        if self.tokenizer not in (AUTO, FEATURES, *TOKENIZERS):
            raise ValueError(
                f"tokenizer must be one of {', '.join((AUTO, *TOKENIZERS))}; "
                f"got {self.tokenizer!r}."
            )


class Given(NamedTuple):
    """The labels that a classifier gave to texts, and how sure it was: (n,) or (n_rounds, n).

    Attributes
    ----------
    classes : int64.
    probabilities : float32, of these classes.
    """

    classes: np.ndarray
    probabilities: np.ndarray


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
    numbers, model = (fit.target, *fit.way.aux), fit.way.model
    main = sets.draw(fit.target, fit.run)
    others = [sets.learned_of(number, fit.target, fit.run) for number in fit.way.aux]
    learned = [main.learned, *others]
    X = _features(sets, np.concatenate(learned), model)

    documents = []
    for number, rows in zip(numbers, learned, strict=True):
        trained = sets.trained(rows, number, fit.run, model)
        documents.append((X[trained], sets.labels[trained]))
    classifier = train(fit.way, documents[0], documents[1:], int(key_of(fit, sets)[:8], 16))
    probability = classifier.predict_proba(X[main.tested]).max(axis=1)
    return encode(Given(classifier.predict(X[main.tested]), probability))


def _features(sets: SetsOfTexts, learned: np.ndarray, model: str) -> sparse.csr_matrix:
    """A model's features of all texts, (n_texts, n_features); words and idf are of `learned`."""
    if sets.tokenizer == FEATURES:
        return sets.counts[model][0]
    parts = []
    vectorizers = make_vectorizers(sets.tokenizer, model)
    for counts, vectorizer in zip(sets.counts[model], vectorizers, strict=True):
        assert vectorizer.max_features is not None
        parts.append(
            weigh_counts(counts, learned, vectorizer.max_features, vectorizer.sublinear_tf)
        )
    return sparse.hstack(parts, "csr")


def encode(given: Given) -> bytes:
    """The bytes that the store keeps."""
    return given.classes.astype("<i4").tobytes() + given.probabilities.astype("<f4").tobytes()


def decode(result: bytes) -> Given:
    """The argument of `encode`, of a run; ValueError for other bytes."""
    n = len(result) // 8
    classes = np.frombuffer(result[: 4 * n], "<i4").astype(np.int64)
    probabilities = np.frombuffer(result[4 * n :], "<f4").astype(np.float32)
    if not n or classes.min() < 0 or not (0 <= probabilities.min() <= probabilities.max() <= 1):
        raise ValueError("it has no classes with probabilities")
    return Given(classes, probabilities)


def train_on_all(
    way: Way,
    sets: Sequence[tuple[Any, np.ndarray]],
    labels: Sequence[Any],
    settings: Settings,
    how: dict[str, object],
) -> TextModel:
    """The model that `way` makes of all texts: a regression, or the average of five networks.

    It is trained as it was measured: on at most `most_per_class` texts of a label of each set,
    which each network draws for itself.

    Parameters
    ----------
    sets : texts or features of the main set, and their classes as numbers from 0; then those of
        each auxiliary set that the way names.
    labels : of the main set's classes.
    how : what the model is to say of itself.
    """
    vectorizers, documents = [], list(sets)
    if settings.tokenizer != FEATURES:
        every = [text for texts, _ in sets for text in texts]
        vectorizers = make_vectorizers(settings.tokenizer, way.model)
        X = sparse.hstack([one.fit_transform(every) for one in vectorizers], "csr")
        ends = np.cumsum([len(classes) for _, classes in sets])
        documents = [
            (X[end - len(classes) : end], classes)
            for end, (_, classes) in zip(ends, sets, strict=True)
        ]
    most = most_per_class(settings.per_class, way.model)
    members = []
    for member in range(N_FOLDS if way.model == NETWORK else 1):
        rng = rng_for("advise model", settings.seed, member)
        drawn = []
        for X, y in documents:
            rows = draw_per_class(np.arange(len(y)), y, most, rng)
            drawn.append((X[rows], y[rows]))
        members.append(train(way, drawn[0], drawn[1:], int(rng.integers(2**31))))
    return TextModel(vectorizers, members, how, labels)
