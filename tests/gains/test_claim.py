"""Verdicts follow where the whole interval lies."""

import pytest

from minimtl.gains.gainclaims import FAILS, HOLDS, OPEN, Claim
from minimtl.stats.intervals import MeanEstimate


def of(low, high):
    return MeanEstimate((low + high) / 2, low, high, 0.0, 4.0, 0.5)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.1, 0.3, HOLDS),
        (-0.3, -0.1, FAILS),
        (-0.1, 0.3, OPEN),
        (0.0, 0.3, OPEN),  # the claim is "above 0"
    ],
)
def test_a_claim_of_a_sign(low, high, verdict):
    assert Claim("c", "s", "m", above=0).verdict(of(low, high)) == verdict
    assert Claim("c", "s", "m", below=0).verdict(of(-high, -low)) == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(66, 84, HOLDS), (20, 60, FAILS), (90, 99, FAILS), (60, 70, OPEN), (60, 99, OPEN)],
)
def test_a_claim_of_a_number(low, high, verdict):
    assert Claim("c", "s", "m", above=65, below=85).verdict(of(low, high)) == verdict


def test_without_an_interval_nothing_can_be_told():
    assert Claim("c", "s", "m", above=0).verdict(None) == OPEN


def test_what_only_informs_has_no_verdict():
    assert Claim("c", "s", "m").verdict(of(1, 2)) == ""
