"""The first sentence: it follows the numbers, whichever way they point."""

import math

import pytest

from minimtl.report.finding import evidence, finding, tells
from minimtl.study.protocol import PAPER, RELEASED

SETS = ("all", "no_curve", "only_curve", "only_ratio", "no_ratio")


def row1(problem="related", gain=(0.009, 0.004, 0.014), improved=0.72):
    middle, low, high = gain
    row = {"problem": problem, "single": 0.834, "multi": 0.834 + middle, "improved": improved}
    return row | {"n_pairs": 52, "gain": middle, "gain_low": low, "gain_high": high}


def row2(features, problem="related", lift=(-0.02, -0.05, 0.01), p_value=0.5):
    middle, low, high = lift
    return {
        "problem": problem,
        "features": features,
        "accuracy_by_task": 0.7 + middle,
        "accuracy_low_by_task": 0.7 + low,
        "accuracy_high_by_task": 0.7 + high,
        "majority_accuracy_by_task": 0.7,
        "majority_lift_by_task": middle,
        "majority_lift_low_by_task": low,
        "identity_lift_low_by_task": low,
        "p_value_by_task": p_value,
    }


GOOD = {"lift": (0.1, 0.04, 0.16), "p_value": 0.01}


def test_nothing_predicts():
    sentence = finding([row1()], [row2(name) for name in SETS], PAPER)
    assert sentence == (
        "When does multi-task learning help? Here, on RELATED pairs it raised the mean F1, and no "
        "set of features tells beforehand which pairs gain."
    )


def test_the_numbers_behind_it():
    (line,) = evidence([row1()], [row2(name) for name in SETS], PAPER)
    assert line == (
        "RELATED: the mean F1 is 0.834 alone and 0.843 joint, a gain of +0.0090 (95 % interval "
        "+0.0040 to +0.0140); joint training is ahead in 72 % of 52 pairs. On main tasks not seen "
        "before, who gains is told best from all features: accuracy 0.680 (0.650 to 0.710) "
        "against 0.700 by the majority and 0.5 by chance, permutation p = 0.500."
    )


def test_a_set_that_predicts_is_named():
    rows = [row2(name, **(GOOD if name == "only_curve" else {})) for name in SETS]
    sentence = finding([row1()], rows, RELEASED)
    assert "which pairs gain can be told beforehand from curve features only." in sentence
    assert "mean accuracy" in sentence
    (line,) = evidence([row1()], rows, RELEASED)
    assert "best from curve features only: accuracy 0.800 (0.740 to 0.860)" in line


def test_the_best_of_those_that_predict_is_shown_and_all_are_named():
    rows = [
        row2("all", **GOOD),
        row2("only_ratio", lift=(0.12, 0.07, 0.17), p_value=0.01),
        row2("no_ratio", lift=(0.2, -0.1, 0.5), p_value=0.2),
    ]
    assert "from all features or ratio features only." in finding([row1()], rows, PAPER)
    assert "best from ratio features only: accuracy 0.820" in evidence([row1()], rows, PAPER)[0]


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
    assert f"pairs it {verb} the mean F1, and" in finding([row1(gain=gain)], [row2("all")], PAPER)


def test_each_condition_alone_can_refuse():
    good = row2("all", **GOOD)
    assert tells(good, n_sets=5)
    assert not tells(good | {"majority_lift_low_by_task": -0.001}, 5)
    assert not tells(good | {"identity_lift_low_by_task": -0.001}, 5)
    assert not tells(good | {"p_value_by_task": 0.02}, 5)
    assert not tells(good | {"accuracy_low_by_task": 0.5}, 5)
    assert tells(good | {"p_value_by_task": 0.02}, 2)


def test_beating_a_majority_below_one_half_is_not_enough():
    """Labels in balance: the majority of the other tasks scores 0.455, a coin 0.5."""
    lift = {"majority_accuracy_by_task": 0.455, "majority_lift_by_task": 0.085}
    lift |= {"majority_lift_low_by_task": 0.02, "identity_lift_low_by_task": 0.02}
    lift |= {"accuracy_by_task": 0.54, "p_value_by_task": 0.01}
    blind = row2("all") | lift | {"accuracy_low_by_task": 0.475}
    seeing = row2("all") | lift | {"accuracy_low_by_task": 0.515}
    assert "no set of features tells" in finding([row1()], [blind], PAPER)
    assert "can be told beforehand" in finding([row1()], [seeing], PAPER)
    assert (
        "against 0.455 by the majority and 0.5 by chance" in evidence([row1()], [blind], PAPER)[0]
    )


def test_both_problems_and_too_few_pairs():
    few = row2("all", "unrelated") | {"accuracy_by_task": math.nan}
    sentence = finding([row1(), row1("unrelated")], [row2("all"), few], PAPER)
    assert "; on UNRELATED pairs it raised" in sentence
    assert "too few main tasks" in sentence
    assert evidence([row1("unrelated")], [few], PAPER)[0].endswith(
        " Nothing can be said of main tasks not seen before."
    )


def test_what_holds_for_both_problems_is_said_once():
    rows = [row2("all"), row2("all", "unrelated")]
    sentence = finding([row1(), row1("unrelated")], rows, PAPER)
    assert "on RELATED and on UNRELATED pairs it raised the mean F1, and no" in sentence
    assert sentence.count("raised") == 1
