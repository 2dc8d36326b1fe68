"""The first sentence: it follows the numbers, whichever way they point."""

import math

import pytest

from minimtl.report.finding import finding, tells
from minimtl.study.protocol import PAPER, RELEASED

SETS = ("all", "no_curve", "only_curve", "only_ratio", "no_ratio")


def row1(problem="related", gain=(0.009, 0.004, 0.014), improved=0.72):
    middle, low, high = gain
    row = {"problem": problem, "single": 0.834, "multi": 0.834 + middle, "improved": improved}
    return row | {"n_pairs": 52, "gain": middle, "gain_low": low, "gain_high": high}


def row2(features, problem="related", lift=(-0.02, -0.05, 0.01), p_value=0.5):
    middle, low, _ = lift
    return {
        "problem": problem,
        "features": features,
        "accuracy_by_task": 0.7 + middle,
        "majority_accuracy_by_task": 0.7,
        "majority_lift_by_task": middle,
        "majority_lift_low_by_task": low,
        "identity_lift_low_by_task": low,
        "p_value_by_task": p_value,
    }


GOOD = {"lift": (0.1, 0.04, 0.16), "p_value": 0.01}


def test_nothing_predicts():
    sentence = finding([row1()], [row2(name) for name in SETS], PAPER)
    assert "on RELATED it raised the mean F1 (0.834 alone, 0.843 joint" in sentence
    assert "helped 72 % of 52 pairs" in sentence
    assert "none of the sets of features tells which pairs gain" in sentence
    assert "0.680 against 0.700" in sentence
    assert sentence.count(".") == sentence.count("0.") + 1  # one sentence


def test_a_set_that_predicts_is_named():
    rows = [row2(name, **(GOOD if name == "only_curve" else {})) for name in SETS]
    sentence = finding([row1()], rows, RELEASED)
    assert "can be told better than by the majority from curve features only" in sentence
    assert "0.800 against 0.700" in sentence
    assert "mean accuracy" in sentence


@pytest.mark.parametrize(
    ("gain", "verb"),
    [
        ((0.01, 0.005, 0.015), "raised"),
        ((-0.01, -0.02, -0.005), "lowered"),
        ((0.001, -0.01, 0.012), "did not clearly change"),
        ((0.01, math.nan, math.nan), "did not clearly change"),
    ],
)
def test_the_verb_follows_the_interval_of_the_gain(gain, verb):
    assert f"it {verb} the mean F1" in finding([row1(gain=gain)], [row2("all")], PAPER)


def test_each_condition_alone_can_refuse():
    good = row2("all", **GOOD)
    assert tells(good, n_sets=5)
    assert not tells(good | {"majority_lift_low_by_task": -0.001}, 5)
    assert not tells(good | {"identity_lift_low_by_task": -0.001}, 5)
    assert not tells(good | {"p_value_by_task": 0.02}, 5)
    assert tells(good | {"p_value_by_task": 0.02}, 2)


def test_both_problems_and_too_few_pairs():
    few = row2("all", "unrelated") | {"accuracy_by_task": math.nan}
    sentence = finding([row1(), row1("unrelated")], [row2("all"), few], PAPER)
    assert "; on UNRELATED it raised" in sentence
    assert "too few main tasks" in sentence
