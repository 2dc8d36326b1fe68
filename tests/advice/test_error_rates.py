"""How often verdicts are wrong, measured on simulated labels of cross-validation.

``python -m tests.advice.test_error_rates`` prints the rates that docs/advise.md quotes.

A way is right about a text where the sum of the text's easiness, what the way is good at, the
way's gain, the noise of the training and that of the text in it is above 0. What a way is good at
belongs to the text and comes back in every round; folds are drawn anew for each. The noise is as
was measured with networks on newsgroups and reviews: of the difference of two ways in being right,
.014 to .066 between texts, .05 to .11 between a text's trainings, up to .00007 between trainings.
Other training texts change a true gain too: its standard deviation between sets of 300 was .005 to
.010. The truth is the gain on average over such sets.
"""

import sys

import numpy as np
import pytest
from scipy import stats

from minimtl.advice.tokenizers import NETWORK, REGRESSION
from minimtl.advice.verdicts import CANNOT_TELL, HELPS, HURTS, NO_DIFFERENCE, TestedTexts, compare
from minimtl.advice.ways import ALONE, JOINTLY, PRETRAINED, Way

WAYS = (
    Way(ALONE, REGRESSION), Way(ALONE, NETWORK), Way(JOINTLY, NETWORK, (1,)),
    Way(PRETRAINED, NETWORK, (1,)), Way(JOINTLY, NETWORK, (2,)), Way(PRETRAINED, NETWORK, (2,)),
)  # fmt: skip
KINDS = (HELPS, HURTS, NO_DIFFERENCE, CANNOT_TELL)
# Standard deviations: easiness, what a way is good at, noise of a training, of a text in it.
EASINESS, OWN, OF_RUN, OF_TEXT = 1.0, 0.25, 0.02, 0.35
OF_TRAINING_TEXTS = 0.0075 * np.sqrt(300 / 2)  # of a way; for n texts divided by √n
SHARE = 0.8  # of right answers where there is no gain
TOTAL = np.sqrt(EASINESS**2 + OWN**2 + OF_RUN**2 + OF_TEXT**2)


def simulated(rng, n, n_rounds, gains, n_folds):
    """The texts, and the label that each way gives them in each round.

    `gains` are the ways' differences in the expected share of right answers. A single fold is a
    test part of one's own.
    """
    labels = np.arange(n) % 2
    of_texts = OF_TRAINING_TEXTS / np.sqrt(n) * rng.normal(size=len(gains))
    means = TOTAL * stats.norm.ppf(SHARE + np.array(gains) + of_texts)
    steady = means[:, None] + EASINESS * rng.normal(size=n) + OWN * rng.normal(size=(len(gains), n))
    folds = np.array([rng.permutation(n) % n_folds for _ in range(n_rounds)])
    of_run = OF_RUN * rng.normal(size=(len(gains), n_rounds, n_folds))
    of_run = np.stack([of_run[:, k, fold] for k, fold in enumerate(folds)], axis=1)
    noise = of_run + OF_TEXT * rng.normal(size=(len(gains), n_rounds, n))
    is_right = steady[:, np.newaxis] + noise > 0
    given = np.where(is_right, labels, 1 - labels)
    n_train = n if n_folds == 1 else 0.8 * n
    return TestedTexts(labels, folds, n_train), dict(zip(WAYS, given, strict=False))


def rates(n_simulations, n, n_rounds, gains, margin=0.02, n_folds=5):
    """The share of simulations with each verdict among the ways with others, and of coverage."""
    rng = np.random.default_rng(0)
    found = dict.fromkeys(KINDS, 0)
    n_covered = 0
    for _ in range(n_simulations):
        tested, given = simulated(rng, n, n_rounds, gains, n_folds)
        compared = compare(tested, given, WAYS[:2], error=0.05, margin=margin)
        others = {way: one for way, one in compared.items() if way.use != ALONE}
        for kind in KINDS:
            found[kind] += any(one.verdict == kind for one in others.values())
        truth = {way: gain - max(gains[:2]) for way, gain in zip(WAYS, gains, strict=False)}
        n_covered += all(one.low <= truth[way] <= one.high for way, one in others.items())
    return {kind: count / n_simulations for kind, count in found.items()} | {
        "covered": n_covered / n_simulations
    }


@pytest.mark.parametrize("n", [60, 300])
@pytest.mark.parametrize("n_rounds", [1, 4])
def test_equal_ways_are_rarely_told_apart(n, n_rounds):
    """Of 150 simulations at an error of 5 %, 16 wrong ones or more come once in 500 times."""
    found = rates(150, n, n_rounds, [0.0] * 6)
    assert found[HELPS] + found[HURTS] <= 15 / 150


@pytest.mark.parametrize(("n_rounds", "n_folds"), [(4, 5), (5, 1), (20, 1)])
def test_intervals_hold_the_truth(n_rounds, n_folds):
    """Those of all ways at once; 90 of 100 or fewer come once in 35 times at an error of 5 %."""
    found = rates(100, 400, n_rounds, [0.0, 0.0, 0.05, 0.0, -0.05, 0.0], n_folds=n_folds)
    assert found["covered"] > 0.9


def test_a_difference_at_the_margin_is_rarely_called_none():
    found = rates(100, 2_000, 4, [0.0, -0.05, 0.03, 0.03, 0.03, 0.03], margin=0.03)
    assert found[NO_DIFFERENCE] <= 11 / 100


def test_clear_differences_are_found():
    found = rates(20, 300, 4, [0.0, -0.1, 0.15, 0.15, -0.3, -0.3])
    assert found[HELPS] == found[HURTS] == 1.0


def test_the_goals():
    assert rates(30, 1_000, 4, [0.0, 0.0, 0.03, 0.0, 0.0, 0.0])[HELPS] >= 0.6
    assert rates(30, 300, 4, [0.0, 0.0, 0.05, 0.0, 0.0, 0.0])[HELPS] >= 0.4


if __name__ == "__main__":
    n_simulations = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for n in (60, 300, 1_000, 2_000):
        print(f"{n} texts, no differences:", rates(n_simulations, n, 4, [0.0] * 6))
    for n, gain in ((300, 0.03), (300, 0.05), (1_000, 0.02), (1_000, 0.03), (2_000, 0.02)):
        gains = [0.0, 0.0, gain, 0.0, 0.0, 0.0]
        print(f"{n} texts, one gains {gain}:", rates(n_simulations, n, 4, gains))
    at_margin = [0.0, -0.1, 0.02, 0.02, 0.02, 0.02]
    for n in (300, 2_000):
        print(f"{n} texts, at the margin:", rates(n_simulations, n, 4, at_margin))
