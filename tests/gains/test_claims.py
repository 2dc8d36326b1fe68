"""Claims: a verdict is where the interval lies; gains, curves and features made from formulas."""

import math
from dataclasses import replace

import numpy as np
import pytest

from minimtl.gains import claims
from minimtl.gains.claims import DISTANCE, FAILS, HOLDS, OPEN
from minimtl.stats.crossed import NO_ESTIMATE
from minimtl.stats.intervals import MeanEstimate
from minimtl.stats.scores import spearman
from minimtl.tasks.outcomes import PairCurves, improved_share
from minimtl.tasks.pairfeatures import FEATURE_NAMES
from minimtl.tasks.protocol import PAPER, RELEASED

EPOCHS = np.arange(100)
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
    claim = claims.Claim("c", "s", "m", above, below)
    assert claim.verdict(estimate) == verdict
    assert claim.verdict(None) == (OPEN if verdict else "")


@pytest.fixture
def make_evidence(made_up_outcomes):
    """A function of gains (n_pairs, n_runs), features and curves, the latter two optional."""

    def make(gains, features=None, curves=None, problem="related", protocol=PAPER, single=0.8):
        outcomes = made_up_outcomes(problem, *gains.shape)
        alone = np.broadcast_to(single, gains.shape).astype(float)
        if features is None:
            features = outcomes.features
        if curves is None:
            curves = PairCurves(EPOCHS + 1, *(np.ones((*gains.shape, 100)) for _ in range(4)))
        outcomes = replace(outcomes, single=alone, multi=alone + gains, features=features)
        return claims.Evidence(outcomes, protocol, curves)

    return make


def measured(every, name):
    """The claims of that name, each with its estimate."""
    return [one for one in every if one.claim.name == name]


@pytest.mark.parametrize("protocol", [PAPER, RELEASED])
def test_the_share_is_counted_as_the_protocol_counts(make_evidence, protocol):
    evidence = make_evidence(GAINS, protocol=protocol)
    (one,) = measured(claims.gain_claims(evidence), "share_improved")
    assert one.estimate.value == pytest.approx(improved_share(evidence.outcomes, protocol.reading))
    assert one.estimate.these_tasks.low < one.estimate.value < one.estimate.these_tasks.high
    assert one.estimate.new_tasks.mean == pytest.approx(one.estimate.value)


@pytest.mark.parametrize(
    ("gains", "verdict"), [(0.04 + (GAINS - GAINS.mean()) / 20, HOLDS), (GAINS, FAILS)]
)
def test_a_relative_gain_of_5_percent(make_evidence, gains, verdict):
    (one,) = measured(claims.gain_claims(make_evidence(gains, single=0.8)), "relative_gain")
    assert one.estimate.value == pytest.approx(gains.mean() / 0.8)
    assert one.claim.verdict(one.estimate.these_tasks) == verdict


def test_a_score_of_0_leaves_the_relative_gain_open(make_evidence):
    (one,) = measured(claims.gain_claims(make_evidence(np.abs(GAINS), single=0.0)), "relative_gain")
    assert one.estimate == NO_ESTIMATE


def test_problems_are_compared_on_the_pairs_of_the_larger(make_evidence):
    related = make_evidence(GAINS).outcomes.pairs
    pairs = make_evidence(np.zeros((516, 4)), problem="unrelated").outcomes.pairs
    among = np.array([pair in related for pair in pairs])
    single = np.where(among, 0.8, 0.9)[:, np.newaxis] + RNG.normal(0, 0.002, (516, 4))
    unrelated = make_evidence(np.zeros((516, 4)), problem="unrelated", single=single)
    found = list(claims.problem_claims(unrelated, related))
    difference = single.mean() - single[among].mean()
    assert [one.estimate.value for one in found] == pytest.approx([difference, difference])
    assert found[0].claim.verdict(found[0].estimate.new_tasks) == HOLDS


CURVE_RNG = np.random.default_rng(5)


def rising(tau):
    """A score that comes near 0.9 as e^(−i/τ), i epochs after the first."""
    return 0.9 - 0.5 * np.exp(-EPOCHS / tau)


def settling(tau):
    """The epoch from which on 0.5·e^(−i/τ) is at most `DISTANCE`."""
    return 1 + tau * math.log(0.5 / DISTANCE)


@pytest.fixture
def claims_about(make_evidence):
    """The claims about mean curves, score and loss of a model alone and of a joint one.

    Single curves differ by noise of the size told: each one, or at each epoch by itself.
    """

    def make(single, multi, losses=(1.0, 1.0), noise=0.0, each_epoch=False):
        scores = [
            curve + CURVE_RNG.normal(0, noise, (52, 5, 100 if each_epoch else 1))
            for curve in (single, multi)
        ]
        losses = [np.broadcast_to(loss, (52, 5, 100)) for loss in losses]
        curves = PairCurves(EPOCHS + 1, *scores, *losses)
        return list(claims.curve_claims(make_evidence(np.zeros((52, 5)), curves=curves)))

    return make


@pytest.mark.parametrize("tau", [3.0, 5.0])
def test_an_exponential_settles_when_its_distance_is_that_asked_for(tau):
    # A line stands for the curve between two epochs.
    assert claims.settled_epoch(rising(tau), EPOCHS + 1) == pytest.approx(settling(tau), abs=0.05)


def test_a_curve_that_leaves_again_has_not_settled_before():
    curve = np.full(100, 0.9)
    assert claims.settled_epoch(curve, EPOCHS + 1) == 1
    curve[59] = 0.8  # after epoch 60; halfway to epoch 61 would be 0.85
    assert claims.settled_epoch(curve, EPOCHS + 1) == pytest.approx(60.9)
    curve[99] = 0.5
    assert claims.settled_epoch(curve, EPOCHS + 1) == 100


def test_epochs_of_settling_and_their_difference(claims_about):
    every = claims_about(rising(4.0), rising(6.0), noise=0.01, each_epoch=True)
    for one, tau in zip(measured(every, "settles_at_75"), (4.0, 6.0), strict=True):
        assert one.estimate.value == pytest.approx(settling(tau), abs=1)
        assert one.estimate.these_tasks.low < settling(tau) < one.estimate.these_tasks.high
        assert one.claim.verdict(one.estimate.new_tasks) == FAILS

    (slower,) = measured(every, "multi_slower")
    assert slower.estimate.value == pytest.approx(settling(6.0) - settling(4.0), abs=1.5)
    assert slower.claim.verdict(slower.estimate.these_tasks) == HOLDS


@pytest.mark.parametrize(("better", "verdict"), [(0.01, HOLDS), (-0.01, FAILS)])
def test_at_equal_loss_a_score_that_follows_the_loss_differs_by_what_was_added(
    claims_about, better, verdict
):
    """Score = 0.9 − loss/2 alone, and so much better jointly, where losses fall slower."""
    fast, slow = np.exp(-EPOCHS / 10), np.exp(-EPOCHS / 30)
    every = claims_about(0.9 - fast / 2, 0.9 - slow / 2 + better, (fast, slow), noise=0.001)
    at_equal, loss = measured(every, "regularises")
    assert at_equal.estimate.value == pytest.approx(better, abs=0.001)
    assert at_equal.claim.verdict(at_equal.estimate.these_tasks) == verdict
    assert loss.estimate.value == pytest.approx(slow[99] - fast[99])
    assert loss.claim.verdict(loss.estimate.new_tasks) == ""


def test_the_fall_from_the_best_epoch(claims_about):
    falling = np.where(EPOCHS < 50, 0.9, 0.9 - 0.0004 * (EPOCHS - 50))
    (one,) = measured(claims_about(falling, np.full(100, 0.9), noise=1e-4), "overfits_less")
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
    found = claims.correlation(x, evidence)
    others = claims.gains_of_others(noise)
    expected = np.mean([spearman(x[:, r], others[:, r]) for r in range(RUNS)])
    assert found.value == pytest.approx(expected)
    assert abs(found.value) < 0.3
    assert found.new_tasks.low < 0 < found.new_tasks.high


@pytest.mark.parametrize(("n_runs", "these"), [(1, False), (2, False), (3, True)])
def test_intervals_need_runs(make_evidence, n_runs, these):
    evidence = make_evidence(FEATURE_RNG.normal(size=(N, n_runs)))
    found = claims.correlation(FEATURE_RNG.normal(size=(N, n_runs)), evidence)
    assert np.isfinite(found.value) == (n_runs > 1)
    assert (found.these_tasks is not None) == these


def test_each_association_is_of_the_feature_it_names(make_evidence):
    lasting = FEATURE_RNG.normal(size=N)
    features = FEATURE_RNG.normal(size=(RUNS, N, len(FEATURE_NAMES))) + 10
    features[:, :, column("oov_rate_main")] = lasting
    features[:, :, column("jsd_main_aux_negative")] = -lasting
    features[:, :, column("curve_c_main")] = np.exp(lasting)
    features[:, :, column("curve_c_aux")] = 1
    evidence = make_evidence(np.tile(lasting[:, np.newaxis], RUNS), features)
    found = {one.claim.statistic.split()[6]: one for one in claims.association_claims(evidence)}
    assert len(found) == 6
    for name, rho in (("oov_rate_main", 1), ("curve_c_main", 1), ("jsd_main_aux_negative", -1)):
        assert found[name].estimate.value == pytest.approx(rho)
        assert found[name].claim.verdict(found[name].estimate.new_tasks) == HOLDS
    assert abs(found["jsd_test_train_positive_main"].estimate.value) < 0.5


@pytest.mark.parametrize(
    ("informative", "late"), [("gradient_75_main", HOLDS), ("gradient_10_main", FAILS)]
)
def test_the_gradient_that_tells_gains_predicts_best(make_evidence, informative, late):
    told = FEATURE_RNG.normal(size=150)
    features = FEATURE_RNG.normal(size=(3, 150, len(FEATURE_NAMES)))
    features[:, :, column(informative)] = told
    gains = told[:, np.newaxis] + 0.3 * FEATURE_RNG.normal(size=(150, 3))
    *gradients, sets = claims.prediction_claims(make_evidence(gains, features, problem="unrelated"))
    assert [one.claim.name for one in gradients] == ["late_gradients"] * 3
    against_10 = gradients[0]
    assert "at 75 % less that of those at 10 %" in against_10.claim.statistic
    assert against_10.claim.verdict(against_10.estimate.new_tasks) == late
    assert abs(against_10.estimate.value) > 0.05
    assert sets.claim.verdict(sets.estimate.new_tasks) == HOLDS


def test_curves_that_predict_worse_than_one_half_are_not_best(make_evidence):
    """Where no feature says anything, the curves are held against one half."""
    noise = np.random.default_rng(0).normal(size=(150, 3))
    evidence = make_evidence(noise, problem="unrelated")
    *_, sets = claims.prediction_claims(evidence)
    assert sets.estimate.value > 0
    assert sets.claim.verdict(sets.estimate.these_tasks) != HOLDS
