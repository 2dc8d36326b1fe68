"""Claims about curves that were made from formulas, so that the answers are known."""

import math

import numpy as np
import pytest

from minimtl.gains.claims import DISTANCE, FAILS, HOLDS, at_equal_loss, curve_claims, settled_epoch
from minimtl.tasks.outcomes import PairCurves
from tests.gains.conftest import EPOCHS

RNG = np.random.default_rng(5)
SHAPE = (52, 5, 1)


def rising(tau, end=0.9):
    """A score that comes near its end as e^(−i/τ), i epochs after the first."""
    return end - 0.5 * np.exp(-EPOCHS / tau)


def named(evidence, name):
    return [one for one in curve_claims(evidence) if one.claim.name == name]


@pytest.mark.parametrize("tau", [3.0, 5.0])
def test_an_exponential_settles_when_its_distance_is_that_asked_for(tau):
    # 0.5·e^(−i/τ) = DISTANCE; the end is reached but for 0.5·e^(−90/τ).
    i = tau * math.log(0.5 / DISTANCE)
    # A line stands for the curve between two epochs.
    assert settled_epoch(rising(tau), EPOCHS + 1) == pytest.approx(1 + i, abs=0.05)


def test_a_curve_that_leaves_again_has_not_settled_before():
    curve = np.full(100, 0.9)
    assert settled_epoch(curve, EPOCHS + 1) == 1
    curve[59] = 0.8  # after epoch 60; halfway to epoch 61 would be 0.85
    assert settled_epoch(curve, EPOCHS + 1) == pytest.approx(60.9)
    curve[99] = 0.5
    assert settled_epoch(curve, EPOCHS + 1) == 100


def noisy(curve, scale=0.01):
    return curve + RNG.normal(0, scale, (*SHAPE[:2], len(curve)))


def test_epochs_of_settling_and_their_difference(make_evidence):
    curves = PairCurves(
        EPOCHS + 1, noisy(rising(4.0)), noisy(rising(6.0)), noisy(rising(4.0)), noisy(rising(6.0))
    )
    evidence = make_evidence(np.zeros((52, 5)), curves=curves)
    single, multi = named(evidence, "settles_at_75")
    expected = [1 + tau * math.log(0.5 / DISTANCE) for tau in (4.0, 6.0)]
    for one, epoch in zip((single, multi), expected, strict=True):
        assert one.estimate.value == pytest.approx(epoch, abs=1)
        assert one.estimate.these_tasks.low < epoch < one.estimate.these_tasks.high
        assert one.claim.verdict(one.estimate.new_tasks) == FAILS
    (slower,) = named(evidence, "multi_slower")
    assert slower.estimate.value == pytest.approx(expected[1] - expected[0], abs=1.5)
    assert slower.estimate.these_tasks.low < expected[1] - expected[0]
    assert slower.claim.verdict(slower.estimate.these_tasks) == HOLDS


@pytest.mark.parametrize(("better", "verdict"), [(0.01, HOLDS), (-0.01, FAILS)])
def test_at_equal_loss_a_score_that_follows_the_loss_differs_by_what_was_added(
    make_evidence, better, verdict
):
    """Score = 0.9 − loss/2 alone, and so much better jointly, where losses fall slower."""
    fast, slow = np.exp(-EPOCHS / 10), np.exp(-EPOCHS / 30)
    rows = np.stack([0.9 - fast / 2, 0.9 - slow / 2 + better, fast, slow])[np.newaxis]
    assert at_equal_loss(rows) == pytest.approx(better)
    each = RNG.normal(0, 0.001, SHAPE)
    curves = PairCurves(
        EPOCHS + 1,
        np.broadcast_to(0.9 - fast / 2, (52, 5, 100)),
        0.9 - slow / 2 + better + each,
        np.broadcast_to(fast, (52, 5, 100)),
        np.broadcast_to(slow, (52, 5, 100)),
    )
    at_equal, loss = named(make_evidence(np.zeros((52, 5)), curves=curves), "regularises")
    assert at_equal.estimate.value == pytest.approx(better, abs=0.001)
    assert at_equal.claim.verdict(at_equal.estimate.these_tasks) == verdict
    assert loss.estimate.value == pytest.approx(slow[99] - fast[99])
    assert loss.claim.verdict(loss.estimate.new_tasks) == ""


def test_the_fall_from_the_best_epoch(make_evidence):
    falling = np.where(EPOCHS < 50, 0.9, 0.9 - 0.0004 * (EPOCHS - 50))
    flat = np.full(100, 0.9)
    curves = PairCurves(
        EPOCHS + 1,
        falling + RNG.normal(0, 1e-4, SHAPE), flat + RNG.normal(0, 1e-4, SHAPE),
        np.ones((52, 5, 100)), np.ones((52, 5, 100)),
    )  # fmt: skip
    (one,) = named(make_evidence(np.zeros((52, 5)), curves=curves), "overfits_less")
    assert one.estimate.value == pytest.approx(0.0004 * 44.5)  # the mean of epochs 91 to 100
    assert one.claim.verdict(one.estimate.these_tasks) == HOLDS
