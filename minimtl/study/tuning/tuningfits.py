"""The fits of the tuning: a network of one setting, trained on one domain, tested on one part.

Notation: n reviews of one domain; k folds. ``part`` (n,) says for each review in which fold it is
tested, 0 … k − 1, or `HELD_OUT`: not used to choose, only to see afterwards what was chosen.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.corpora import AmazonReviews
from minimtl.jobs import rng_for, stable_hash
from minimtl.nn import TRAINING_VERSION, TaskData
from minimtl.stats import draw_per_class, stratified_parts
from minimtl.study.tuning.grid import Setting
from minimtl.tasks import PAPER, JobResult, decode, encode, scores_of, train_model
from minimtl.text import weigh_counts

N_FOLDS = 5
HELD_OUT = N_FOLDS  # one more part of the same size: a sixth of the reviews
SEED = 0
# Training reviews of each class, as many as the study's `paper` protocol draws.
PER_CLASS = PAPER.sampling.n_train // 2


@dataclass(frozen=True, eq=False)
class Domain:
    """One task: tell positive reviews (label 1) from negative ones (0).

    Attributes
    ----------
    counts : CSR int64 (n, n_words)
    labels, part : int64 (n,)
    """

    name: str
    counts: csr_matrix
    labels: np.ndarray
    part: np.ndarray


@dataclass(frozen=True, eq=False)
class TuneData:
    """All domains. ``digest`` is a hash of the reviews and of how they are divided."""

    domains: tuple[Domain, ...]
    digest: str

    @classmethod
    def of(cls, reviews: AmazonReviews) -> "TuneData":
        """Keep the unigrams, as the paper does, and divide each domain."""
        unigrams = np.flatnonzero(["_" not in token for token in reviews.vocabulary])
        return cls(
            tuple(
                Domain(
                    domain.domain,
                    domain.counts[:, unigrams],
                    domain.labels,
                    stratified_parts(
                        domain.labels, N_FOLDS + 1, rng_for("tune parts", SEED, domain.domain)
                    ),
                )
                for domain in reviews.domains
            ),
            stable_hash("tune", reviews.sha256, SEED, N_FOLDS),
        )


def rows_of(domain: Domain, tested: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to learn from and rows to test on, where the part `tested` is tested."""
    learned = (domain.part != tested) & (domain.part != HELD_OUT)
    return np.flatnonzero(learned), np.flatnonzero(domain.part == tested)


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
    protocol, domain = fit.setting.protocol(), data.domains[fit.domain]
    learned, tested = rows_of(domain, fit.tested)
    draws = rng_for("tune sample", SEED, domain.name, fit.tested)
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
