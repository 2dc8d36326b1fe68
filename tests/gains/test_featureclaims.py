"""Claims about features, of gains that were made from them."""

import numpy as np
import pytest

from minimtl.gains.claims import (
    FAILS,
    HOLDS,
    association_claims,
    correlation,
    gains_of_others,
    prediction_claims,
)
from minimtl.stats.scores import spearman
from minimtl.tasks.pairfeatures import FEATURE_NAMES

N, RUNS = 52, 4
RNG = np.random.default_rng(2)


def column(name):
    return FEATURE_NAMES.index(name)


def test_what_a_run_shares_with_its_own_gain_is_no_correlation(make_evidence):
    noise, lasting = RNG.normal(size=(N, RUNS)), RNG.normal(size=(N, 1))
    x, evidence = lasting + 2 * noise, make_evidence(noise)
    assert np.mean([spearman(x[:, r], noise[:, r]) for r in range(RUNS)]) > 0.7
    found = correlation(x, evidence)
    expected = np.mean([spearman(x[:, r], gains_of_others(noise)[:, r]) for r in range(RUNS)])
    assert found.value == pytest.approx(expected)
    assert abs(found.value) < 0.3
    assert found.new_tasks.low < 0 < found.new_tasks.high


@pytest.mark.parametrize(("n_runs", "these"), [(1, False), (2, False), (3, True)])
def test_intervals_need_runs(make_evidence, n_runs, these):
    evidence = make_evidence(RNG.normal(size=(N, n_runs)))
    found = correlation(RNG.normal(size=(N, n_runs)), evidence)
    assert np.isfinite(found.value) == (n_runs > 1)
    assert (found.these_tasks is not None) == these


def by_statistic(tested):
    return {one.claim.statistic: one for one in tested}


def test_each_association_is_of_the_feature_it_names(make_evidence):
    lasting = RNG.normal(size=N)
    features = RNG.normal(size=(RUNS, N, len(FEATURE_NAMES))) + 10
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
    told = RNG.normal(size=150)
    features = RNG.normal(size=(3, 150, len(FEATURE_NAMES)))
    features[:, :, column(informative)] = told
    gains = told[:, np.newaxis] + 0.3 * RNG.normal(size=(150, 3))
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
