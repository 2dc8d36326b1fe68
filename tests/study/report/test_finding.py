"""The first sentence: it follows the numbers, whichever way they point."""

import math
import re

import pytest

from minimtl.study.report.finding import evidence, finding, predicts
from minimtl.study.report.scope import scopes_of
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.protocol import PAPER, RELEASED

SETS = ("all", "no_curve", "only_curve", "only_ratio", "no_ratio")


def row1(problem="related", gain=(0.009, 0.004, 0.014), improved=0.72, new=None):
    middle, low, high = gain
    row = {"problem": problem, "single": 0.834, "multi": 0.834 + middle, "improved": improved}
    row |= {"n_pairs": 52 if problem == "related" else 516, "n_runs": 5}
    new = gain if new is None else new
    row |= {"gain": middle, "low_tasks": low, "high_tasks": high}
    return row | {"low": new[1], "high": new[2]}


def row2(features, problem="related", accuracy=0.68, brier=0.24, p_value=0.5):
    return {
        "problem": problem,
        "features": features,
        "accuracy_groups_unseen": accuracy,
        "majority_accuracy_groups_unseen": 0.7,
        "brier_groups_unseen": brier,
        "majority_brier_groups_unseen": 0.23,
        "p_holm_groups_unseen": p_value,
    }


def numbers(table1, table2, protocol=PAPER):
    """The numbers behind it."""
    return evidence(table1, table2, scopes_of(table1, protocol, "bydate", NEWSGROUPS), protocol)


def found(table1, table2, protocol=PAPER):
    """The finding of a study of the paper's corpus."""
    return finding(table1, table2, scopes_of(table1, protocol, "bydate", NEWSGROUPS), protocol)


GOOD = {"accuracy": 0.8, "brier": 0.2, "p_value": 0.01}


def test_nothing_predicts():
    sentence = found([row1()], [row2(name) for name in SETS])
    assert sentence == (
        "When does multi-task learning help? Here, on RELATED pairs multi-task learning raised the "
        "mean F1 of these tasks and would raise that of new tasks, and no set of features predicts "
        "which pairs of a new problem gain."
    )


def test_the_numbers_behind_it():
    (line,) = numbers([row1()], [row2(name) for name in SETS])
    assert line == (
        "RELATED: the mean F1 is 0.834 single-task and 0.843 multi-task, a gain of +0.0090 (95 % "
        "interval +0.0040 to +0.0140 for these tasks, +0.0040 to +0.0140 for new tasks); 72 % of "
        "52 pairs improved. With subclasses unseen in training, the most accurate predictions of "
        "who gains come from all features: accuracy 0.680 against 0.700 by the majority and 0.5 by "
        "chance, Brier score 0.240 against 0.250 of always answering one half, p = 0.500 by Holm's "
        "procedure."
    )


def test_a_set_that_predicts_is_named():
    rows = [row2(name, **(GOOD if name == "only_curve" else {})) for name in SETS]
    sentence = found([row1()], rows, RELEASED)
    assert (
        "which pairs of a new problem gain can be predicted from curve features only." in sentence
    )
    assert "mean accuracy" in sentence
    (line,) = numbers([row1()], rows, RELEASED)
    assert "come from curve features only: accuracy 0.800 against" in line


def test_the_best_of_those_that_predict_is_shown_and_all_are_named():
    rows = [
        row2("all", **GOOD),
        row2("only_ratio", accuracy=0.82, brier=0.2, p_value=0.01),
        row2("no_ratio", accuracy=0.9, brier=0.2, p_value=0.2),
    ]
    assert "from all features or ratio features only." in found([row1()], rows)
    assert "come from ratio features only: accuracy 0.820" in numbers([row1()], rows)[0]


@pytest.mark.parametrize(
    ("gain", "verb", "other"),
    [
        ((0.01, 0.005, 0.015), "raised", "would raise"),
        ((-0.01, -0.02, -0.005), "lowered", "would lower"),
        ((0.001, -0.01, 0.012), "did not clearly change", "may raise or lower"),
        ((0.01, math.nan, math.nan), "did not clearly change", "may raise or lower"),
    ],
)
def test_each_verb_follows_its_interval_of_the_gain(gain, verb, other):
    open_ = (0, -1, 1)
    assert (
        f"pairs multi-task learning {verb} the mean F1 of these tasks and may raise or lower "
        "that of new tasks, and"
    ) in found([row1(gain=gain, new=open_)], [row2("all")])
    assert (
        "pairs multi-task learning did not clearly change the mean F1 of these tasks and "
        f"{other} that of new tasks, and"
    ) in found([row1(gain=open_, new=gain)], [row2("all")])


def test_an_interval_that_does_not_exist_is_not_mentioned():
    (line,) = numbers([row1(gain=(0.009, math.nan, math.nan), new=(0, -0.1, 0.1))], [row2("all")])
    assert "a gain of +0.0090 (95 % interval −0.1000 to +0.1000 for new tasks); 72" in line
    (line,) = numbers([row1(gain=(0.009, math.nan, math.nan))], [row2("all")])
    assert "a gain of +0.0090; 72" in line


def test_each_condition_alone_can_refuse():
    good = row2("all", **GOOD)
    assert predicts(good)
    assert not predicts(good | {"accuracy_groups_unseen": 0.7})
    assert not predicts(good | {"brier_groups_unseen": 0.23})
    assert not predicts(good | {"p_holm_groups_unseen": 0.051})


def test_beating_a_majority_below_one_half_is_not_enough():
    """Labels in balance: the majority of the other tasks scores 0.455, a coin 0.5."""
    balanced = row2("all", **GOOD) | {"majority_accuracy_groups_unseen": 0.455}
    balanced |= {"majority_brier_groups_unseen": 0.26}
    blind = balanced | {"accuracy_groups_unseen": 0.49}
    unsure = balanced | {"accuracy_groups_unseen": 0.54, "brier_groups_unseen": 0.255}
    seeing = unsure | {"brier_groups_unseen": 0.245}
    assert "no set of features predicts" in found([row1()], [blind])
    assert "no set of features predicts" in found([row1()], [unsure])
    assert "can be predicted from" in found([row1()], [seeing])
    assert "against 0.455 by the majority and 0.5 by chance" in numbers([row1()], [blind])[0]


def test_both_problems_and_too_few_pairs():
    few = row2("all", "unrelated") | {"accuracy_groups_unseen": math.nan}
    sentence = found([row1(), row1("unrelated")], [row2("all"), few])
    assert "; on UNRELATED pairs multi-task learning raised" in sentence
    assert "too few blocks of pairs" in sentence
    assert numbers([row1("unrelated")], [few])[0].endswith(
        " There are too few blocks of pairs to hold some out and predict their gains."
    )


def test_what_holds_for_both_problems_is_said_once():
    rows = [row2("all"), row2("all", "unrelated")]
    sentence = found([row1(), row1("unrelated")], rows)
    assert (
        "on RELATED and on UNRELATED pairs multi-task learning raised the mean F1 of "
        "these tasks" in sentence
    )
    assert sentence.count("raised") == 1


@pytest.mark.parametrize("part", [{"n_pairs": 51}, {"n_runs": 2}, {"n_pairs": 4, "n_runs": 1}])
@pytest.mark.parametrize("gain", [(0.01, 0.005, 0.015), (-0.01, -0.02, -0.005)])
def test_part_of_a_study_has_numbers_and_no_verdict(part, gain):
    row = row1(gain=gain) | part
    sentence = found([row], [row2(name, **GOOD) for name in SETS])
    for verdict in ("raised", "lowered", "did not clearly", "predict"):
        assert verdict not in sentence
    (line,) = numbers([row], [row2("all")])
    interval = re.search(r"[+−]\d.\d{4} \(95 % interval .*?\)", sentence)[0]
    assert interval in line
    assert "main tasks" not in line
    assert f"{row['n_pairs']} of 52 pairs" in sentence or "all 52 pairs" in sentence
    assert "too few for a verdict" in sentence


def test_one_problem_may_conclude_without_the_other():
    rows = [row1(), row1("unrelated", gain=(-0.01, -0.02, -0.005)) | {"n_pairs": 4, "n_runs": 2}]
    sentence = found(rows, [row2("all"), row2("all", "unrelated")])
    assert "on RELATED pairs multi-task learning raised the mean F1" in sentence
    assert "on UNRELATED pairs multi-task learning came with a mean F1 gain of −0.0100" in sentence
    assert "in 4 of 516 pairs, 2 of 5 runs, too few for a verdict" in sentence


def test_pairs_of_one_label_leave_nothing_to_predict():
    row = row2("all") | {"accuracy_groups_unseen": 1.0}
    row |= {"majority_accuracy_groups_unseen": 1.0}
    (line,) = numbers([row1()], [row])
    assert line.endswith("All pairs have the same label, so that there is nothing to predict.")
    assert "1.000" not in line
