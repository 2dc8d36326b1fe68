"""Verdicts follow where the whole interval lies; claims about gains and scores."""

import numpy as np
import pytest

from minimtl.gains.claims import FAILS, HOLDS, OPEN, Claim, gain_claims, problem_claims
from minimtl.gains.studyanalysis import Analysed, measure_claims
from minimtl.stats.crossed import NO_ESTIMATE
from minimtl.stats.intervals import MeanEstimate
from minimtl.tasks.outcomes import improved_share
from minimtl.tasks.protocol import PAPER, RELEASED

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


def test_all_claims_of_a_problem_are_measured(make_evidence):
    evidence = make_evidence(GAINS)
    analysed = Analysed(evidence.outcomes, None, PAPER)
    measured = list(measure_claims([(analysed, evidence.curves)]))
    assert all(one is analysed for one, _ in measured)
    assert len(measured) == 19
    statistics = [one.claim.statistic for _, one in measured]
    assert len(set(statistics)) == len(statistics)
