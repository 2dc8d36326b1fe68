"""The first sentence: it follows the numbers, whichever way they point."""

import math
import re
from types import SimpleNamespace

import pytest

from minimtl.gains import Estimate, PairAnalysis, Prediction, Scores
from minimtl.stats import MeanEstimate
from minimtl.study.report.problemresult import MeanScores, ProblemResult
from minimtl.study.report.scope import scope_of
from minimtl.study.report.studyfinding import evidence, finding, predicting_sets
from minimtl.tasks.hierarchy import NEWSGROUPS
from minimtl.tasks.protocol import PAPER, RELEASED

SETS = ("all", "no_curve", "only_curve", "only_ratio", "no_ratio")


def estimate(mean, low, high):
    return None if math.isnan(low) else MeanEstimate(mean, low, high, 0.0, 4.0, 0.5)


def prediction(features, accuracy, brier, p_holm=math.nan, kind="set"):
    scores = Scores(accuracy, 0.5, 0.5, brier, 0.6, 0.0, 0.5)
    return Prediction("groups_unseen", features, kind, 52, scores, p_holm=p_holm)


def row2(features, accuracy=0.68, brier=0.24, p_value=0.5):
    return prediction(features, accuracy, brier, p_value)


def result(
    rows,
    problem="related",
    gain=(0.009, 0.004, 0.014),
    new=None,
    protocol=PAPER,
    n_pairs=None,
    n_runs=5,
    majority=(0.7, 0.23),
    two_labels=True,
):
    """A problem with this mean gain for these and for new tasks, and these predictions."""
    n_pairs = n_pairs or (52 if problem == "related" else 516)
    table = SimpleNamespace(sets=dict.fromkeys(SETS[1:], ()))
    baseline = prediction("majority", *majority, kind="baseline")
    analysis = PairAnalysis(
        table, table if two_labels else None, "", None, None, (baseline, *rows) if rows else ()
    )
    scores = MeanScores(
        single=0.834,
        multi=0.834 + gain[0],
        improved=0.72,
        gain=Estimate(gain[0], estimate(*gain), estimate(*(gain if new is None else new))),
        relative_gain=0.01,
        published=None,
    )
    return ProblemResult(
        outcomes=SimpleNamespace(problem=problem),
        protocol=protocol,
        scope=scope_of(problem, n_pairs, n_runs, protocol, "bydate", NEWSGROUPS),
        scores=scores,
        meta=SimpleNamespace(pairs=analysis),
        weights=(),
        blocks=(),
        pairs=(),
        claims=(),
    )


GOOD = {"accuracy": 0.8, "brier": 0.2, "p_value": 0.01}


def test_nothing_predicts():
    sentence = finding([result([row2(name) for name in SETS])])
    assert sentence == (
        "When does multi-task learning help? Here, on RELATED pairs multi-task learning raised the "
        "mean F1 of these tasks and would raise that of new tasks, and no set of features predicts "
        "which pairs of a new problem gain."
    )


def test_the_numbers_behind_it():
    (line,) = evidence([result([row2(name) for name in SETS])])
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
    study = [result(rows, protocol=RELEASED)]
    sentence = finding(study)
    assert (
        "which pairs of a new problem gain can be predicted from curve features only." in sentence
    )
    assert "mean accuracy" in sentence
    (line,) = evidence(study)
    assert "come from curve features only: accuracy 0.800 against" in line


def test_the_best_of_those_that_predict_is_shown_and_all_are_named():
    rows = [
        row2("all", **GOOD),
        row2("only_ratio", accuracy=0.82, brier=0.2, p_value=0.01),
        row2("no_ratio", accuracy=0.9, brier=0.2, p_value=0.2),
    ]
    assert "from all features or ratio features only." in finding([result(rows)])
    assert "come from ratio features only: accuracy 0.820" in evidence([result(rows)])[0]


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
    ) in finding([result([row2("all")], gain=gain, new=open_)])
    assert (
        "pairs multi-task learning did not clearly change the mean F1 of these tasks and "
        f"{other} that of new tasks, and"
    ) in finding([result([row2("all")], gain=open_, new=gain)])


def test_an_interval_that_does_not_exist_is_not_mentioned():
    none = (0.009, math.nan, math.nan)
    (line,) = evidence([result([row2("all")], gain=none, new=(0, -0.1, 0.1))])
    assert "a gain of +0.0090 (95 % interval −0.1000 to +0.1000 for new tasks); 72" in line
    (line,) = evidence([result([row2("all")], gain=none)])
    assert "a gain of +0.0090; 72" in line


@pytest.mark.parametrize("worse", [{"accuracy": 0.7}, {"brier": 0.23}, {"p_value": 0.051}], ids=str)
def test_each_condition_alone_can_refuse(worse):
    assert predicting_sets(result([row2("all", **GOOD)])) == ["all features"]
    assert predicting_sets(result([row2("all", **(GOOD | worse))])) == []


def test_beating_a_majority_below_one_half_is_not_enough():
    """Labels in balance: the majority of the other tasks scores 0.455, a coin 0.5."""

    def study(**scores):
        return [result([row2("all", **(GOOD | scores))], majority=(0.455, 0.26))]

    blind = study(accuracy=0.49)
    assert "no set of features predicts" in finding(blind)
    assert "no set of features predicts" in finding(study(accuracy=0.54, brier=0.255))
    assert "can be predicted from" in finding(study(accuracy=0.54, brier=0.245))
    assert "against 0.455 by the majority and 0.5 by chance" in evidence(blind)[0]


def test_both_problems_and_too_few_pairs():
    few = result([], "unrelated")
    sentence = finding([result([row2("all")]), few])
    assert "; on UNRELATED pairs multi-task learning raised" in sentence
    assert "too few blocks of pairs" in sentence
    assert evidence([few])[0].endswith(
        " There are too few blocks of pairs to hold some out and predict their gains."
    )


def test_what_holds_for_both_problems_is_said_once():
    sentence = finding([result([row2("all")]), result([row2("all")], "unrelated")])
    assert (
        "on RELATED and on UNRELATED pairs multi-task learning raised the mean F1 of "
        "these tasks" in sentence
    )
    assert sentence.count("raised") == 1


@pytest.mark.parametrize("part", [{"n_pairs": 51}, {"n_runs": 2}, {"n_pairs": 4, "n_runs": 1}])
@pytest.mark.parametrize("gain", [(0.01, 0.005, 0.015), (-0.01, -0.02, -0.005)])
def test_part_of_a_study_has_numbers_and_no_verdict(part, gain):
    study = [result([row2(name, **GOOD) for name in SETS], gain=gain, **part)]
    sentence = finding(study)
    for verdict in ("raised", "lowered", "did not clearly", "predict"):
        assert verdict not in sentence
    (line,) = evidence(study)
    interval = re.search(r"[+−]\d.\d{4} \(95 % interval .*?\)", sentence)[0]
    assert interval in line
    assert "main tasks" not in line
    assert f"{study[0].scope.n_pairs} of 52 pairs" in sentence or "all 52 pairs" in sentence
    assert "too few for a verdict" in sentence


def test_one_problem_may_conclude_without_the_other():
    part = result([row2("all")], "unrelated", (-0.01, -0.02, -0.005), n_pairs=4, n_runs=2)
    sentence = finding([result([row2("all")]), part])
    assert "on RELATED pairs multi-task learning raised the mean F1" in sentence
    assert "on UNRELATED pairs multi-task learning came with a mean F1 gain of −0.0100" in sentence
    assert "in 4 of 516 pairs, 2 of 5 runs, too few for a verdict" in sentence


def test_pairs_of_one_label_leave_nothing_to_predict():
    (line,) = evidence([result([], two_labels=False)])
    assert line.endswith("All pairs have the same label, so that there is nothing to predict.")
    assert "1.000" not in line
