"""Claims about gains and scores, and the intervals of means."""

import numpy as np
import pytest

from minimtl.gains.gainclaims import FAILS, HOLDS, gain_claims, problem_claims
from minimtl.gains.studyanalysis import Analysed, measure_claims
from minimtl.gains.twointervals import NO_ESTIMATE, estimate, estimate_mean
from minimtl.tasks.outcomes import improved_share
from minimtl.tasks.protocol import PAPER, RELEASED

RNG = np.random.default_rng(8)
GAINS = RNG.normal(0.004, 0.01, (52, 4)) + RNG.normal(0, 0.01, (52, 1))


def by_name(evidence):
    return {one.claim.name: one for one in gain_claims(evidence)}


def test_the_mean_gain_is_that_of_table_1(make_evidence):
    evidence = make_evidence(GAINS)
    found = by_name(evidence)["mean_gain"].estimate
    table1 = estimate_mean(GAINS, evidence.table.effects)
    assert found.value == pytest.approx(GAINS.mean())
    assert found.new_tasks.low == pytest.approx(table1.new_tasks.low)
    assert found.these_tasks.high == pytest.approx(table1.these_tasks.high)


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


def test_the_jackknife_of_a_mean_has_the_interval_of_a_mean(make_evidence):
    effects = make_evidence(GAINS).table.effects
    found = estimate(lambda x: float(x.mean()), GAINS, GAINS.T, effects)
    expected = estimate_mean(GAINS, effects)
    assert found.value == pytest.approx(expected.value)
    for end in ("low", "high"):
        assert getattr(found.these_tasks, end) == pytest.approx(getattr(expected.these_tasks, end))
        # That of the jackknife does not know the runs apart, and splits variances otherwise.
        new = getattr(expected.new_tasks, end)
        assert getattr(found.new_tasks, end) == pytest.approx(new, abs=0.002)


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


def test_all_claims_of_a_problem_are_measured(make_evidence):
    evidence = make_evidence(GAINS)
    analysed = Analysed(evidence.outcomes, None, PAPER)
    measured = list(measure_claims([(analysed, evidence.curves)]))
    assert all(one is analysed for one, _ in measured)
    assert len(measured) == 19
    statistics = [one.claim.statistic for _, one in measured]
    assert len(set(statistics)) == len(statistics)


def test_a_single_pair_has_no_interval_for_new_tasks(make_evidence):
    effects = make_evidence(GAINS[:1]).table.effects
    found = estimate(lambda x: float(x.mean()), GAINS[:1], GAINS[:1].T, effects)
    assert found.new_tasks is None
    assert found.these_tasks is not None
