"""Claims: a verdict is where the interval lies; gains, curves and features made from formulas."""

import math

import numpy as np
import pytest

from minimtl.gains.claims import (
    DISTANCE,
    FAILS,
    HOLDS,
    OPEN,
    Claim,
    association_claims,
    at_equal_loss,
    correlation,
    curve_claims,
    gain_claims,
    gains_of_others,
    prediction_claims,
    problem_claims,
    settled_epoch,
)
from minimtl.stats.crossed import NO_ESTIMATE
from minimtl.stats.intervals import MeanEstimate
from minimtl.stats.scores import spearman
from minimtl.tasks.outcomes import PairCurves, improved_share
from minimtl.tasks.pairfeatures import FEATURE_NAMES
from minimtl.tasks.protocol import PAPER, RELEASED
from tests.gains.conftest import EPOCHS

RNG = np.random.default_rng(8)
GAINS = RNG.normal(0.004, 0.01, (52, 4)) + RNG.normal(0, 0.01, (52, 1))


INF = float("inf")


@pytest.mark.parametrize(
    ("above", "below", "low", "high", "verdict"),
    [
        (0, INF, 0.1, 0.3, HOLDS),
        (0, INF, -0.3, -0.1, FAILS),
        (0, INF, -0.1, 0.3, OPEN),
        (0, INF, 0.0, 0.3, OPEN),  # the claim is "above 0"
        (-INF, 0, -0.3, -0.1, HOLDS),
        (65, 85, 66, 84, HOLDS),
        (65, 85, 20, 60, FAILS),
        (65, 85, 90, 99, FAILS),
        (65, 85, 60, 99, OPEN),
        (-INF, INF, 1, 2, ""),
    ],
)
def test_a_verdict_is_where_the_interval_lies(above, below, low, high, verdict):
    estimate = MeanEstimate((low + high) / 2, low, high, 0.0, 4.0, 0.5)
    claim = Claim("c", "s", "m", above, below)
    assert claim.verdict(estimate) == verdict
    assert claim.verdict(None) == (OPEN if verdict else "")


def by_name(evidence):
    return {one.claim.name: one for one in gain_claims(evidence)}


@pytest.mark.parametrize("protocol", [PAPER, RELEASED])
def test_the_share_is_counted_as_the_protocol_counts(make_evidence, protocol):
    evidence = make_evidence(GAINS, protocol=protocol)
    found = by_name(evidence)["share_improved"].estimate
    assert found.value == pytest.approx(improved_share(evidence.outcomes, protocol.reading))
    assert found.these_tasks.low < found.value < found.these_tasks.high
    assert found.new_tasks.mean == pytest.approx(found.value)


def test_a_relative_gain_of_5_percent(make_evidence):
    five = make_evidence(0.04 + GAINS / 20 - GAINS.mean() / 20, single=0.8)
    one = by_name(five)["relative_gain"]
    assert one.estimate.value == pytest.approx(0.05)
    assert one.claim.verdict(one.estimate.these_tasks) == HOLDS
    one = by_name(make_evidence(GAINS))["relative_gain"]
    assert one.claim.verdict(one.estimate.these_tasks) == FAILS


def test_a_score_of_0_leaves_the_relative_gain_open(make_evidence):
    found = by_name(make_evidence(np.abs(GAINS), single=0.0))["relative_gain"]
    assert found.estimate == NO_ESTIMATE


def test_problems_are_compared_on_the_pairs_of_the_larger(make_evidence):
    related = make_evidence(GAINS)
    pairs = make_evidence(np.zeros((516, 4)), problem="unrelated").outcomes.pairs
    among = np.array([pair in related.outcomes.pairs for pair in pairs])
    single = np.where(among, 0.8, 0.9)[:, np.newaxis] + RNG.normal(0, 0.002, (516, 4))
    unrelated = make_evidence(np.zeros((516, 4)), problem="unrelated", single=single)
    found = list(problem_claims(unrelated, related.outcomes.pairs))
    assert [one.estimate.value for one in found] == pytest.approx(
        2 * [single.mean() - single[among].mean()]
    )
    assert found[0].claim.verdict(found[0].estimate.new_tasks) == HOLDS


CURVE_RNG = np.random.default_rng(5)
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
    return curve + CURVE_RNG.normal(0, scale, (*SHAPE[:2], len(curve)))


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
    each = CURVE_RNG.normal(0, 0.001, SHAPE)
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
        falling + CURVE_RNG.normal(0, 1e-4, SHAPE), flat + CURVE_RNG.normal(0, 1e-4, SHAPE),
        np.ones((52, 5, 100)), np.ones((52, 5, 100)),
    )  # fmt: skip
    (one,) = named(make_evidence(np.zeros((52, 5)), curves=curves), "overfits_less")
    assert one.estimate.value == pytest.approx(0.0004 * 44.5)  # the mean of epochs 91 to 100
    assert one.claim.verdict(one.estimate.these_tasks) == HOLDS


FEATURE_RNG = np.random.default_rng(2)
N, RUNS = 52, 4


def column(name):
    return FEATURE_NAMES.index(name)


def test_what_a_run_shares_with_its_own_gain_is_no_correlation(make_evidence):
    noise, lasting = FEATURE_RNG.normal(size=(N, RUNS)), FEATURE_RNG.normal(size=(N, 1))
    x, evidence = lasting + 2 * noise, make_evidence(noise)
    assert np.mean([spearman(x[:, r], noise[:, r]) for r in range(RUNS)]) > 0.7
    found = correlation(x, evidence)
    expected = np.mean([spearman(x[:, r], gains_of_others(noise)[:, r]) for r in range(RUNS)])
    assert found.value == pytest.approx(expected)
    assert abs(found.value) < 0.3
    assert found.new_tasks.low < 0 < found.new_tasks.high


@pytest.mark.parametrize(("n_runs", "these"), [(1, False), (2, False), (3, True)])
def test_intervals_need_runs(make_evidence, n_runs, these):
    evidence = make_evidence(FEATURE_RNG.normal(size=(N, n_runs)))
    found = correlation(FEATURE_RNG.normal(size=(N, n_runs)), evidence)
    assert np.isfinite(found.value) == (n_runs > 1)
    assert (found.these_tasks is not None) == these


def by_statistic(tested):
    return {one.claim.statistic: one for one in tested}


def test_each_association_is_of_the_feature_it_names(make_evidence):
    lasting = FEATURE_RNG.normal(size=N)
    features = FEATURE_RNG.normal(size=(RUNS, N, len(FEATURE_NAMES))) + 10
    features[:, :, column("oov_rate_main")] = lasting
    features[:, :, column("jsd_main_aux_negative")] = -lasting
    features[:, :, column("curve_c_main")] = np.exp(lasting)
    features[:, :, column("curve_c_aux")] = 1
    evidence = make_evidence(np.tile(lasting[:, np.newaxis], RUNS), features)
    found = by_statistic(association_claims(evidence))
    rho = {name.split()[6]: one for name, one in found.items()}
    for name in ("oov_rate_main", "curve_c_main"):
        assert rho[name].estimate.value == pytest.approx(1)
        assert rho[name].claim.verdict(rho[name].estimate.new_tasks) == HOLDS
    strong = rho["jsd_main_aux_negative"]
    assert strong.estimate.value == pytest.approx(-1)
    assert strong.claim.verdict(strong.estimate.these_tasks) == HOLDS
    assert abs(rho["jsd_test_train_positive_main"].estimate.value) < 0.5
    assert len(found) == 6


@pytest.mark.parametrize(
    ("informative", "late"), [("gradient_75_main", HOLDS), ("gradient_10_main", FAILS)]
)
def test_the_gradient_that_tells_gains_predicts_best(make_evidence, informative, late):
    told = FEATURE_RNG.normal(size=150)
    features = FEATURE_RNG.normal(size=(3, 150, len(FEATURE_NAMES)))
    features[:, :, column(informative)] = told
    gains = told[:, np.newaxis] + 0.3 * FEATURE_RNG.normal(size=(150, 3))
    *gradients, sets = prediction_claims(make_evidence(gains, features, problem="unrelated"))
    assert [one.claim.name for one in gradients] == ["late_gradients"] * 3
    against_10 = gradients[0]
    assert "at 75 % less that of those at 10 %" in against_10.claim.statistic
    assert against_10.claim.verdict(against_10.estimate.these_tasks) == late
    assert against_10.claim.verdict(against_10.estimate.new_tasks) == late
    assert abs(against_10.estimate.value) > 0.05
    assert sets.claim.verdict(sets.estimate.new_tasks) == HOLDS


def test_curves_that_predict_worse_than_one_half_are_not_best(make_evidence):
    """Where no feature says anything, the curves are held against one half."""
    noise = np.random.default_rng(0).normal(size=(150, 3))
    evidence = make_evidence(noise, problem="unrelated")
    *_, sets = prediction_claims(evidence)
    assert sets.estimate.value > 0
    assert sets.claim.verdict(sets.estimate.these_tasks) != HOLDS
