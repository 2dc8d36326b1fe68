"""Tunes the paper's hyper-parameters as the paper did: single-task networks, k-fold CV.

Every setting of a grid (hidden layers × layer size × learning rates × dropouts) is trained on every
domain and tested on every part of it; the one with the best mean F1 is chosen.

Notation
--------
part            of n reviews of one domain, (n,): in which of k folds each is tested, 0 … k − 1, or
                `HELD_OUT`: not used to choose, only to see afterwards what was chosen
f1, accuracy    after the last epoch, shape (n_settings, n_domains, n_parts), float64; the last
                part is the one held out
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minimtl.corpora import AmazonReviews
from minimtl.jobs import make_workers, open_store, rng_for, run_shown, stable_hash
from minimtl.nn import TRAINING_VERSION, TaskData
from minimtl.stats import (
    FloatArray,
    IntArray,
    MeanEstimate,
    corrected_mean,
    draw_per_class,
    stratified_parts,
)
from minimtl.system import available_cores, say
from minimtl.tasks import PAPER, JobResult, Protocol, decode, encode, scores_of, train_model
from minimtl.text import weigh_counts

LAYERS = (1, 2, 3)
SIZES = (25, 50, 100, 200, 400)
N_FOLDS = 5
HELD_OUT = N_FOLDS  # one more part of the same size: a sixth of the reviews
SEED = 0
# Training reviews of each class, as many as the study's `paper` protocol draws.
PER_CLASS = PAPER.sampling.n_train // 2


class Setting(NamedTuple):
    """One point of the grid."""

    n_layers: int
    size: int
    learning_rate: float
    dropout: float

    def __str__(self) -> str:
        """Such as ``2 × 100``, with learning rate and dropout where they are not the paper's."""
        words = [f"{self.n_layers} × {self.size}"]
        if self.learning_rate != PAPERS.learning_rate:
            words.append(f"learning rate {self.learning_rate:g}")
        if self.dropout != PAPERS.dropout:
            words.append(f"dropout {self.dropout:g}")
        return ", ".join(words)

    def protocol(self) -> Protocol:
        """The ``paper`` protocol with this setting in it."""
        return PAPER.replace(
            hidden_layer_sizes=(self.size,) * self.n_layers,
            learning_rate=self.learning_rate,
            dropout=self.dropout,
        )


# The setting that the paper settled on: 2 × 100.
PAPERS = Setting(
    len(PAPER.model.hidden_layer_sizes),
    PAPER.model.hidden_layer_sizes[0],
    PAPER.training.learning_rate,
    PAPER.model.dropout,
)


def make_grid(learning_rates: Sequence[float], dropouts: Sequence[float]) -> list[Setting]:
    """Every combination once, from the smallest network to the largest."""
    every = product(LAYERS, SIZES, sorted(set(learning_rates)), sorted(set(dropouts)))
    return [Setting(*values) for values in every]


@dataclass(frozen=True, eq=False)
class TuneData:
    """Unigrams of the reviews, as in the paper, and the ``parts`` of each domain.

    ``digest`` is a hash of the reviews and of how they are divided.
    """

    reviews: AmazonReviews
    parts: tuple[IntArray, ...]
    digest: str

    @classmethod
    def of(cls, reviews: AmazonReviews) -> "TuneData":
        """Keep the unigrams, and divide each domain."""
        unigrams = [number for number, token in enumerate(reviews.vocabulary) if "_" not in token]
        words = tuple(reviews.vocabulary[number] for number in unigrams)
        domains = tuple(replace(one, counts=one.counts[:, unigrams]) for one in reviews.domains)
        parts = tuple(
            stratified_parts(one.labels, N_FOLDS + 1, rng_for("tune parts", SEED, one.domain))
            for one in domains
        )
        digest = stable_hash("tune", reviews.sha256, SEED, N_FOLDS)
        return cls(replace(reviews, vocabulary=words, domains=domains), parts, digest)


def rows_of(part: IntArray, tested: int) -> tuple[IntArray, IntArray]:
    """Rows to learn from and rows to test on, where the part `tested` of a domain is tested."""
    learned = (part != tested) & (part != HELD_OUT)
    return np.flatnonzero(learned), np.flatnonzero(part == tested)


class TuningFit(NamedTuple):
    """Train by `setting` on domain number `domain`, test on the part `tested`."""

    setting: Setting
    domain: int
    tested: int


def plan(settings: Sequence[Setting], n_domains: int, n_parts: int) -> list[TuningFit]:
    """All fits, part by part, so that an interrupted tuning has about as many of each setting."""
    return [
        TuningFit(setting, domain, tested)
        for tested in range(n_parts)
        for domain in range(n_domains)
        for setting in settings
    ]


def key_of(fit: TuningFit, data_digest: str) -> str:
    """A hash of all that the result depends on, as 64 hex digits."""
    training = fit.setting.protocol().settings.to_dict()
    return stable_hash(
        "tune", TRAINING_VERSION, training, PER_CLASS, data_digest, fit.domain, fit.tested
    )


def compute(fit: TuningFit, data: TuneData) -> bytes:
    """Train the network and encode its `JobResult`; all settings see the same reviews.

    Vocabulary and idf come from all reviews that may be learned from; `PER_CLASS` of each class
    are drawn to train on.
    """
    began = time.perf_counter()
    protocol, domain = fit.setting.protocol(), data.reviews.domains[fit.domain]
    learned, tested = rows_of(data.parts[fit.domain], fit.tested)
    draws = rng_for("tune sample", SEED, domain.domain, fit.tested)
    drawn = draw_per_class(learned, domain.labels, PER_CLASS, draws)
    X = weigh_counts(domain.counts, learned, protocol.model.max_features)
    rng = rng_for("tune training", key_of(fit, data.digest))
    history = train_model(
        protocol.settings,
        [TaskData(X[drawn], domain.labels[drawn], X[tested], domain.labels[tested])],
        [2],
        protocol.reading.read_at + 1,
        rng,
    )
    scores = scores_of(domain.labels[tested], history.predictions[0], history.test_losses[0])
    seconds = time.perf_counter() - began
    of_task = {name: curve[np.newaxis] for name, curve in scores.items()}
    return encode(JobResult(history.losses, history.test_epochs, of_task, seconds))


def describe(fit: TuningFit, result: bytes) -> str:
    """A short text about a finished fit, for the progress display."""
    return f"{fit.setting}: F1 {decode(result).scores['f1'][0, -1]:.3f}"


@dataclass(frozen=True, eq=False)
class Tuning:
    """All results; see the notation above. ``seconds`` (n_settings,) is the mean time of a fit."""

    settings: tuple[Setting, ...]
    domains: tuple[str, ...]
    f1: FloatArray
    accuracy: FloatArray
    seconds: FloatArray

    @classmethod
    def of(
        cls, settings: Sequence[Setting], domains: Sequence[str], results: Sequence[JobResult]
    ) -> "Tuning":
        """From the results of `plan`, in its order."""
        shape = (N_FOLDS + 1, len(domains), len(settings))
        f1, accuracy, seconds = (
            np.array(values).reshape(shape).T
            for values in zip(
                *((r.scores["f1"][0, -1], r.scores["accuracy"][0, -1], r.seconds) for r in results),
                strict=True,
            )
        )
        return cls(tuple(settings), tuple(domains), f1, accuracy, seconds.mean(axis=(1, 2)))

    @property
    def cv_f1(self) -> FloatArray:
        """Mean F1 over domains and folds, which decides the choice, shape (n_settings,)."""
        mean: FloatArray = self.f1[..., :HELD_OUT].mean(axis=(1, 2))
        return mean

    @property
    def chosen(self) -> int:
        """Number of the setting with the highest `cv_f1`; of equals the smallest network."""
        return int(self.cv_f1.argmax())

    def difference(self, number: int) -> MeanEstimate:
        """The distance of the setting from the chosen one: F1 less its F1, over domains and folds.

        The folds of a domain share training reviews and are corrected for it; domains share
        nothing, so that the interval is rather too wide than too narrow.
        """
        each = (self.f1[number] - self.f1[self.chosen])[:, :HELD_OUT]
        return corrected_mean(each.ravel(), 1 / (N_FOLDS - 1))

    def equals(self) -> list[int]:
        """Numbers of the chosen setting and of those that are not significantly worse."""
        return [
            number
            for number in range(len(self.settings))
            if number == self.chosen or self.difference(number).high >= 0
        ]

    @property
    def papers(self) -> int:
        """Number of the paper's setting; ValueError if it was not tried."""
        return self.settings.index(PAPERS)


def tune(reviews: AmazonReviews, settings: Sequence[Setting], out: Path, *, fresh: bool) -> Tuning:
    """Train what the store in `out` lacks, on all cores, and read the results.

    The grid is no part of the store's identity: a larger one adds to a smaller one's results.

    Raises
    ------
    MinimtlError
        If a fit fails every time, `out` holds another study, or cannot be written.
    """
    data = TuneData.of(reviews)
    fits = plan(settings, len(reviews.domains), N_FOLDS + 1)
    identity = {"command": "tune", "reviews": reviews.sha256, "seed": SEED}
    with open_store(out, identity, fresh=fresh, announce=say) as store:
        with make_workers("process", available_cores(), data) as workers:
            keyed = ((key_of(fit, data.digest), fit) for fit in fits)
            run_shown(keyed, len(fits), compute, store, workers, decode=decode, describe=describe)
        results = [decode(store[key_of(fit, data.digest)]) for fit in fits]
    return Tuning.of(settings, [one.domain for one in reviews.domains], results)
