"""Where gains are drawn."""

from types import SimpleNamespace

import pytest

from minimtl.advice.chart import MARGIN, WIDTH, marks


def advice(low, mean, high):
    return SimpleNamespace(gain=SimpleNamespace(low=low, mean=mean, high=high))


def test_all_candidates_and_no_gain_share_one_scale():
    helps, hurts = marks([advice(0.01, 0.02, 0.03), advice(-0.03, -0.02, -0.01)])
    assert helps.zero == hurts.zero == pytest.approx(WIDTH / 2)
    assert (hurts.low, helps.high) == pytest.approx((MARGIN, WIDTH - MARGIN))
    assert hurts.low < hurts.mean < hurts.high < hurts.zero < helps.low < helps.mean < helps.high


def test_no_gain_is_on_the_scale_though_no_interval_holds_it():
    (mark,) = marks([advice(0.01, 0.02, 0.04)])
    assert mark == pytest.approx((MARGIN + 37.5, MARGIN + 75, MARGIN + 150, MARGIN))


def test_gains_that_are_all_nothing():
    assert marks([advice(0.0, 0.0, 0.0)]) == [(MARGIN,) * 4]
