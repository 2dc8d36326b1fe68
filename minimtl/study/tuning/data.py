"""The reviews that the tuning uses: unigram counts, labels, and when each review is tested.

Notation: n reviews of one domain; k folds. ``part`` (n,) says for each review in which fold it is
tested, 0 … k − 1, or `HELD_OUT`: not used to choose, only to see afterwards what was chosen.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.corpora import AmazonReviews
from minimtl.jobs import rng_for, stable_hash
from minimtl.stats import stratified_parts

N_FOLDS = 5
HELD_OUT = N_FOLDS  # one more part of the same size: a sixth of the reviews
SEED = 0


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
