"""When a way helps, hurts, makes no difference that matters, or cannot be told yet."""

import numpy as np
import pytest
from scipy import stats

from minimtl.advice.verdicts import (
    CANNOT_TELL,
    HELPS,
    HURTS,
    NO_DIFFERENCE,
    compare,
    without_verdict,
)

BASE = np.array([0.80, 0.82, 0.78, 0.81, 0.79, 0.80])
SPREAD = np.array([0.01, -0.01, 0.005, -0.005, 0.0, 0.0])


def compared(differences, base=BASE, **options):
    settings = {"ratio": 0.25, "n_tested": 1000, "n_texts": 1000, "level": 0.95, "margin": 0.01}
    return compare(base + differences, base, **(settings | options))


@pytest.mark.parametrize(
    ("mean", "spread", "verdict"),
    [
        (0.05, 1.0, HELPS),
        (-0.05, 1.0, HURTS),
        (0.0, 0.2, NO_DIFFERENCE),
        (0.004, 0.1, NO_DIFFERENCE),  # its sign is known, and does not matter
        (0.0, 1.0, CANNOT_TELL),
        (0.008, 1.0, CANNOT_TELL),
    ],
)
def test_the_verdict_is_the_interval_s(mean, spread, verdict):
    found = compared(mean + spread * SPREAD)
    assert found.verdict == verdict
    assert found.gain == pytest.approx(mean)
    assert (found.further_runs == found.further_texts == 0) == (verdict != CANNOT_TELL)


def test_the_interval_is_the_corrected_one():
    d = 0.05 + SPREAD
    half = stats.t.ppf(0.975, 5) * d.std(ddof=1) * np.sqrt(1 / 6 + 0.25)
    found = compared(d)
    assert (found.low, found.high) == pytest.approx((0.05 - half, 0.05 + half))


def test_equal_scores_of_few_texts_are_no_proof():
    few, many = (compared(np.zeros(6), n_tested=n) for n in (30, 3_000))
    # The exact limit of a share of which none of 30 was seen.
    limit = stats.beta.ppf(0.95, 1, 30)
    assert (few.low, few.high) == pytest.approx((-limit, limit))
    assert few.verdict == CANNOT_TELL
    assert few.further_runs is None  # the same texts again
    assert few.further_texts > 0
    assert many.verdict == NO_DIFFERENCE


def test_the_interval_is_within_what_scores_can_do():
    base = np.array([0.9, 0.2])
    found = compare(
        np.array([0.2, 0.9]), base, ratio=0.25, n_tested=20, n_texts=20, level=0.95, margin=0.01
    )
    assert (found.low, found.high) == pytest.approx((-0.55, 0.45))


def test_so_many_more_texts_would_do():
    d = 0.008 + SPREAD
    found = compared(d)
    half = found.high - found.gain
    factor = (1000 + found.further_texts) / 1000
    assert half / np.sqrt(factor) <= 0.008 < half / np.sqrt(factor - 0.002)
    assert compared(d, margin=0.1).further_texts == 0
    assert compared(0.0 + SPREAD, margin=0.0).further_texts is None


def test_constant_predictions_have_no_verdict():
    found = without_verdict(compared(np.zeros(6), n_tested=100_000))
    assert found.verdict == CANNOT_TELL
    assert found.further_runs is None
