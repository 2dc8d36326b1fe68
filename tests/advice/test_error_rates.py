"""How often verdicts are wrong, measured on simulated scores of cross-validation.

``python -m tests.advice.test_error_rates`` prints the rates that docs/advise.md quotes.

A way is right about a text where the sum of the text's easiness, what the way is good at, the way's
gain and the noise of the run is above 0. What a way is good at belongs to the text and comes back
in every run, as in real cross-validation; folds are drawn anew for every five runs.
"""

import sys

import numpy as np
import pytest
from scipy import stats

from minimtl.advice.conduct import Measuring
from minimtl.advice.fits import Score
from minimtl.advice.settings import Settings
from minimtl.advice.trials import N_FOLDS
from minimtl.advice.verdicts import CANNOT_TELL, HELPS, HURTS, NO_DIFFERENCE
from minimtl.advice.ways import ALONE, JOINTLY, NETWORK, PRETRAINED, REGRESSION, Way

WAYS = (
    Way(ALONE, REGRESSION), Way(ALONE, NETWORK), Way(JOINTLY, NETWORK, (1,)),
    Way(PRETRAINED, NETWORK, (1,)), Way(JOINTLY, NETWORK, (2,)), Way(PRETRAINED, NETWORK, (2,)),
)  # fmt: skip


class Texts:
    """Stands for `SetsOfTexts` in the comparison: a main set without a test part."""

    def __init__(self, n):
        self.train, self.classes = (np.arange(n),), ()

    def ratio(self, target):
        return 1 / (N_FOLDS - 1)

    def n_tested(self, target):
        return len(self.train[target])


# Standard deviations: easiness, what a way is good at, noise of a run, of a text in a run.
EASINESS, OWN, OF_RUN, OF_TEXT = 1.0, 0.5, 0.1, 0.3
SHARE = 0.8  # of right answers where there is no gain
TOTAL = np.sqrt(EASINESS**2 + OWN**2 + OF_RUN**2 + OF_TEXT**2)


def simulated_scores(rng, n, runs, gains):
    """The share of right answers of each way in each run, (n_ways, runs).

    `gains` are the ways' differences in the expected share.
    """
    means = TOTAL * stats.norm.ppf(SHARE + np.array(gains))
    steady = means[:, None] + EASINESS * rng.normal(size=n) + OWN * rng.normal(size=(len(gains), n))
    scores = np.empty((len(gains), runs))
    for run in range(runs):
        if run % N_FOLDS == 0:
            fold = rng.permutation(n) % N_FOLDS
        tested = np.flatnonzero(fold == run % N_FOLDS)
        noise = OF_RUN * rng.normal(size=(len(gains), 1))
        noise = noise + OF_TEXT * rng.normal(size=(len(gains), len(tested)))
        scores[:, run] = (steady[:, tested] + noise > 0).mean(axis=1)
    return scores


class Simulated(Measuring):
    """Takes the scores as they were simulated."""

    def fit_all(self, target, n_runs):
        return {way: self.store[way][:n] for way, n in n_runs.items()}


def verdicts(scores, settings, n):
    """The verdicts of both looks on these scores."""
    own = {way: [Score(f1, False) for f1 in row] for way, row in zip(WAYS, scores, strict=True)}
    rows = Simulated(Texts(n), (), settings, own, None, True).measure(WAYS)
    return [row.verdict for row in rows if row.comparison]


def rates(n_simulations, n, runs, gains, margin=0.01, seed=0):
    """The share of simulations with any verdict of each kind among the compared ways."""
    rng = np.random.default_rng(seed)
    settings = Settings(runs=runs, margin=margin)
    found = [
        set(verdicts(simulated_scores(rng, n, runs, gains), settings, n))
        for _ in range(n_simulations)
    ]
    kinds = (HELPS, HURTS, NO_DIFFERENCE, CANNOT_TELL)
    return {kind: sum(kind in one for one in found) / n_simulations for kind in kinds}


@pytest.mark.parametrize("n", [60, 300])
def test_equal_ways_are_rarely_told_apart(n):
    """Of 200 simulations at an error of 5 %, 19 wrong ones or more come once in 300 times."""
    found = rates(200, n, 20, [0.0] * 6)
    assert found[HELPS] + found[HURTS] <= 19 / 200


def test_a_difference_at_the_margin_is_rarely_called_none():
    found = rates(200, 2_000, 20, [0.0, -0.05, 0.03, 0.03, 0.03, 0.03], margin=0.03)
    assert found[NO_DIFFERENCE] <= 19 / 200


def test_clear_differences_are_found():
    found = rates(20, 300, 20, [0.0, -0.1, 0.15, 0.15, -0.3, -0.3])
    assert found[HELPS] == found[HURTS] == 1.0


if __name__ == "__main__":
    n_simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    for n in (60, 300, 2_000):
        print(f"{n} texts, no differences:", rates(n_simulations, n, 20, [0.0] * 6))
    at_margin = [0.0, -0.1, 0.03, 0.03, 0.03, 0.03]
    for n in (300, 2_000):
        print(f"{n} texts, at the margin:", rates(n_simulations, n, 20, at_margin, margin=0.03))
