"""A tuning: all settings tried, the one with the best mean F1, and how far the others are from it.

Notation
--------
f1, accuracy    after the last epoch, shape (n_settings, n_domains, n_parts), float64; the last
                part is the one held out, and takes no part in the choice
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minimtl.corpora import AmazonReviews
from minimtl.jobs import make_workers, open_store
from minimtl.stats import FloatArray, MeanEstimate, corrected_mean
from minimtl.study.trainmodels import train_missing
from minimtl.study.tuning.grid import PAPERS, Setting
from minimtl.study.tuning.tuningfits import (
    HELD_OUT,
    N_FOLDS,
    SEED,
    TuneData,
    compute,
    describe,
    key_of,
    plan,
)
from minimtl.system import available_cores, say
from minimtl.tasks import JobResult, decode


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
        """From the results of ``, in its order."""
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
    fits = plan(settings, len(data.domains), N_FOLDS + 1)
    identity = {"command": "tune", "reviews": reviews.sha256, "seed": SEED}
    with open_store(out, identity, fresh=fresh, announce=say) as store:
        with make_workers("process", available_cores(), data) as workers:
            keyed = ((key_of(fit, data.digest), fit) for fit in fits)
            train_missing(keyed, len(fits), compute, store, workers, describe)
        results = [decode(store[key_of(fit, data.digest)]) for fit in fits]
    return Tuning.of(settings, [domain.name for domain in data.domains], results)
