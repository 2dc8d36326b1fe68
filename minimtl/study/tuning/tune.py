"""A tuning from the reviews to its results, resumed from the store in its folder."""

from collections.abc import Sequence
from pathlib import Path

from minimtl.corpora import AmazonReviews
from minimtl.jobs import make_workers, open_store
from minimtl.study.trainmodels import train_missing
from minimtl.study.tuning.choice import Tuning
from minimtl.study.tuning.fits import N_FOLDS, SEED, TuneData, compute, describe, key_of, plan
from minimtl.study.tuning.grid import Setting
from minimtl.system import available_cores, say
from minimtl.tasks import decode


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
