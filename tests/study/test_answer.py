"""The three sentences: they follow the numbers, whichever way they point."""

import math
from types import SimpleNamespace

import pytest

from minimtl.gains.metamodel import Prediction, Scores
from minimtl.gains.pairanalysis import PairAnalysis
from minimtl.report.blocks import Marked
from minimtl.stats.crossed import Estimate
from minimtl.stats.intervals import MeanEstimate
from minimtl.study.answer import answer, gains_table, predicting_sets, table1
from minimtl.study.problemresult import MeanScores, ProblemResult, scope_of, warnings_of
from minimtl.tasks.printedtables import TABLE1, PrintedScores
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS

NEAR = PrintedScores(0.834, 0.843, 0.72)
SETS = ("all", "no_curve", "only_curve", "only_ratio", "no_ratio")


def estimate(mean, low, high):
    return None if math.isnan(low) else MeanEstimate(mean, low, high, 0.0, 4.0, 0.5)


def prediction(features, accuracy=0.68, brier=0.24, p_holm=0.5, kind="set"):
    scores = Scores(accuracy, 0.5, 0.5, brier, 0.6, 0.0)
    return Prediction("groups_unseen", features, kind, 52, scores, p_holm=p_holm)


def result(
    predictions,
    problem="related",
    gain=(0.009, 0.004, 0.014),
    new=None,
    protocol=PAPER,
    n_runs=5,
    majority=(0.7, 0.23),
    scores=NEAR,
):
    """All pairs of a problem with this mean gain for these and for new tasks."""
    n_pairs = 52 if problem == "related" else 516
    table = SimpleNamespace(sets=dict.fromkeys(SETS[1:], ()))
    baseline = prediction("majority", *majority, kind="baseline")
    analysis = PairAnalysis(table, table, "", None, None, (baseline, *predictions))
    mean_gain = Estimate(gain[0], estimate(*gain), estimate(*(new or gain)))
    return ProblemResult(
        outcomes=SimpleNamespace(problem=problem),
        protocol=protocol,
        scope=scope_of(problem, n_pairs, n_runs, protocol, "bydate", NEWSGROUPS),
        scores=MeanScores(*scores, mean_gain, 0.01, TABLE1[problem]),
        meta=SimpleNamespace(pairs=analysis),
        pairs=(),
        claims=(),
        curves=None,
    )


GOOD = {"accuracy": 0.8, "brier": 0.2, "p_holm": 0.01}
NOTHING = [prediction(name) for name in SETS]
OPEN = (0.0, -0.01, 0.01)
AWAY = PrintedScores(0.863, 0.862, 0.35)
ALL_NEAR, ONE_NEAR = PrintedScores(0.893, 0.898, 0.63), PrintedScores(0.914, 0.914, 0.49)


def test_a_whole_study_by_both_protocols():
    came_out, helped, predicted = answer(
        [
            result(NOTHING, new=OPEN, protocol=RELEASED),
            result(NOTHING, gain=OPEN, scores=AWAY),
            result(NOTHING, "unrelated", protocol=RELEASED, n_runs=1, scores=ALL_NEAR),
            result(NOTHING, "unrelated", gain=OPEN, scores=ONE_NEAR),
        ]
    )
    assert came_out == (
        "By the authors' code the paper's Table 1 comes out again (6 of 6 numbers); by the paper's "
        "text it does not come out again (1 of 6 numbers)."
    )
    assert helped == (
        "By the authors' code joint training helped these RELATED tasks; by the paper's text it "
        "made no clear difference; for new tasks it is open."
    )
    assert predicted == (
        "For a new problem it cannot be predicted which pairs gain: no set of features beats both "
        "a coin and the commoner answer."
    )


@pytest.mark.parametrize(
    ("gain", "new", "said"),
    [
        ((0.01, 0.002, 0.02), None, "helped these RELATED tasks and would help new RELATED tasks."),
        ((-0.01, -0.02, -0.002), None, "hurt these RELATED tasks and would hurt new RELATED tasks"),
        ((0.01, 0.002, 0.02), OPEN, "helped these RELATED tasks; for new tasks it is open"),
        (OPEN, None, "made no clear difference; for new tasks it is open"),
        ((0.01, math.nan, math.nan), None, "made no clear difference"),
    ],
)
def test_each_verb_follows_its_interval_of_the_gain(gain, new, said):
    assert said in answer([result(NOTHING, gain=gain, new=new)])[1]


def test_some_numbers_come_out_again_and_are_marked():
    results = [result(NOTHING, scores=PrintedScores(0.840, 0.859, 0.72))]
    assert answer(results)[0] == (
        "By the paper's text the paper's Table 1 comes out again in part (2 of 3 numbers)."
    )
    alone, jointly, improved, gain = table1(results).lines
    assert alone == ("RELATED, alone", "0.834", Marked("0.840", "good"))
    assert jointly == ("RELATED, jointly", "0.843", "0.859")
    assert improved[-1] == Marked("0.720", "good")
    assert gain[1:] == ("+0.009", "+0.0090")
    (line,) = gains_table(results).lines
    assert line[1:3] == ("+0.0090", "+0.0040 to +0.0140")


@pytest.mark.parametrize(("single", "share"), [(0.8494, "3 of 3"), (0.8496, "2 of 3")])
def test_what_differs_by_the_margin_as_printed_comes_out_again(single, share):
    came_out, *_ = answer([result(NOTHING, scores=PrintedScores(single, 0.843, 0.72))])
    assert share in came_out


def test_what_was_not_run_is_an_empty_cell():
    both = table1([result(NOTHING), result(NOTHING, "unrelated", protocol=RELEASED)])
    assert both.header == ("", "published", "by the paper's text", "by the authors' code")
    assert both.lines[0][-1] == both.lines[-1][-2] == ""


def test_sets_that_predict_are_named():
    rows = [*NOTHING[:2], prediction("only_curve", **GOOD), prediction("no_ratio", **GOOD)]
    alone = result(rows)
    assert predicting_sets(alone) == ["curve features only", "all but ratio features"]
    assert answer([alone, result(NOTHING, "unrelated")])[2] == (
        "For a new problem it can be predicted which pairs gain, on RELATED by the paper's text "
        "from curve features only or all but ratio features, but not otherwise."
    )


@pytest.mark.parametrize(
    ("scores", "majority"),
    [
        ({"accuracy": 0.69}, (0.7, 0.23)),
        ({"brier": 0.235}, (0.7, 0.23)),
        ({"p_holm": 0.06}, (0.7, 0.23)),
        # To beat a majority below one half is not enough.
        ({"accuracy": 0.49}, (0.4, 0.3)),
        ({"brier": 0.251}, (0.4, 0.3)),
    ],
)
def test_each_condition_alone_can_refuse(scores, majority):
    assert predicting_sets(result([prediction("all", **GOOD | scores)], majority=majority)) == []


@pytest.mark.parametrize(
    ("protocol", "problem", "size", "extent", "is_whole", "judges"),
    [
        (PAPER, "related", (52, 5), "all 52 pairs, 5 runs", True, True),
        (PAPER, "related", (52, 3), "all 52 pairs, 3 of 5 runs", True, True),
        (PAPER, "related", (52, 2), "all 52 pairs, 2 of 5 runs", False, False),
        (PAPER, "related", (51, 5), "51 of 52 pairs, 5 runs", False, False),
        # All runs of the protocol are no look, but three make a verdict.
        (RELEASED, "unrelated", (516, 1), "all 516 pairs, 1 run", True, False),
    ],
)
def test_what_may_be_concluded_of_how_much(protocol, problem, size, extent, is_whole, judges):
    scope = scope_of(problem, *size, protocol, "packaged", NEWSGROUPS)
    assert scope.extent == extent
    assert scope.is_whole == is_whole
    assert scope.judges == scope.concludes == judges
    assert (warnings_of([scope]) == ()) == is_whole


def test_a_warning_names_the_protocol_where_the_other_asks_for_more_runs():
    scopes = [
        scope_of("unrelated", 4, n_runs, protocol, "packaged", NEWSGROUPS)
        for protocol, n_runs in ((RELEASED, 1), (PAPER, 2))
    ]
    released, paper, _ = warnings_of(scopes)
    assert released == "UNRELATED by the authors' code: 4 of 516 pairs, 1 run: a look, no finding."
    assert paper.startswith("UNRELATED by the paper's text: 4 of 516 pairs, 2 of 5 runs:")
    assert warnings_of(scopes[:1])[0].startswith("UNRELATED: 4 of 516")
