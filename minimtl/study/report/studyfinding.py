"""What a study comes to, in one sentence and in the numbers behind it, read off its records alone.

Whether multi-task learning raised the mean score is two questions: of these tasks, by the interval
over runs, and of new tasks, by the one that has tasks and topics drawn anew.

A set of features counts as predicting which pairs gain only where all of this holds for pairs whose
subclasses are not in training, which is what a new problem meets: its accuracy is above the
majority class and above one half, its Brier score below that of the base rate and of always
answering one half, and its p-value, by the crossed model of the gains and by Holm's procedure over
all p-values of the study, is at most 0.05.

One half is asked for because the majority alone would be too low a bar: where about half of the
pairs gain, the label that is commoner in training is the scarcer one in the pairs held out, and a
majority learned from the others scores below a tossed coin.
"""

from collections.abc import Sequence
from typing import NamedTuple

from minimtl.gains import Prediction
from minimtl.report import SCORE_NAMES, SET_NAMES, between, signed, text
from minimtl.stats import MeanEstimate
from minimtl.study.report.problemresult import MeanScores, ProblemResult

SIGNIFICANCE = 0.05
CHANCE = 0.5  # accuracy of a tossed coin
NEW_PROBLEM = "groups_unseen"


class _Change(NamedTuple):
    """A verdict on tasks that were trained, and the same on others."""

    did: str
    would: str


def finding(results: Sequence[ProblemResult]) -> str:
    """Whether multi-task learning helped and whether that can be predicted, where that is known."""
    problems: dict[str, list[str]] = {}  # what was found, and of which problems
    for result in results:
        score = SCORE_NAMES[result.protocol.reading.score]
        gain = result.scores.gain
        if result.scope.concludes:
            found = (
                f"{_change(gain.these_tasks).did} the mean {score} of these tasks and "
                f"{_change(gain.new_tasks).would} that of new tasks, and {_prediction(result)}"
            )
        else:
            found = (
                f"came with a mean {score} gain of {_gain(result.scores)} in "
                f"{result.scope.extent}, too few for a verdict"
            )
        problems.setdefault(found, []).append(f"on {result.name}")
    clauses = [
        f"{' and '.join(names)} pairs multi-task learning {found}"
        for found, names in problems.items()
    ]
    return f"When does multi-task learning help? Here, {'; '.join(clauses)}."


def evidence(results: Sequence[ProblemResult]) -> list[str]:
    """The numbers that the finding rests on, some sentences for each problem."""
    sentences = []
    for result in results:
        best = f" {_best(result)}" if result.scope.concludes else ""
        sentences.append(f"{result.name}: {_scores(result)}{best}")
    return sentences


def predicting_sets(result: ProblemResult) -> list[str]:
    """The sets of features that predict which pairs of a problem gain."""
    predicted = result.predictions(NEW_PROBLEM)
    return [SET_NAMES[name] for name, row in predicted.items() if predicts(row, result)]


def predicts(row: Prediction, result: ProblemResult) -> bool:
    """Whether a set of features predicts which pairs gain, as the module's text has it."""
    scores, majority = row.scores, result.majority(NEW_PROBLEM).scores
    return (
        scores.accuracy > max(majority.accuracy, CHANCE)
        and scores.brier < min(majority.brier, CHANCE**2)
        and row.p_holm <= SIGNIFICANCE
    )


def _gain(scores: MeanScores) -> str:
    """The mean gain and both of its intervals, as far as they exist."""
    known = [
        f"{between(estimate.low, estimate.high, 4)} for {whose} tasks"
        for estimate, whose in ((scores.gain.these_tasks, "these"), (scores.gain.new_tasks, "new"))
        if estimate is not None
    ]
    mean = signed(scores.gain.value, 4)
    return f"{mean} (95 % interval {', '.join(known)})" if known else mean


def _change(estimate: MeanEstimate | None) -> _Change:
    """What an interval of the mean gain says."""
    if estimate is not None and estimate.low > 0:
        return _Change("raised", "would raise")
    if estimate is not None and estimate.high < 0:
        return _Change("lowered", "would lower")
    return _Change("did not clearly change", "may raise or lower")


def _prediction(result: ProblemResult) -> str:
    if result.has_two_labels and not result.predictions(NEW_PROBLEM):
        return "there are too few blocks of pairs to say whether gains can be predicted"
    predicting = predicting_sets(result)
    if not predicting:
        return "no set of features predicts which pairs of a new problem gain"
    return f"which pairs of a new problem gain can be predicted from {' or '.join(predicting)}"


def _scores(result: ProblemResult) -> str:
    scores = result.scores
    return (
        f"the mean {SCORE_NAMES[result.protocol.reading.score]} is {text(scores.single)} "
        f"single-task and {text(scores.multi)} multi-task, a gain of "
        f"{_gain(scores)}; {100 * scores.improved:.0f} % of "
        f"{result.scope.n_pairs} pairs improved."
    )


def _best(result: ProblemResult) -> str:
    """The best set of features where subclasses are unseen, beside what it would have to beat."""
    if not result.has_two_labels:
        return "All pairs have the same label, so that there is nothing to predict."
    predicted = result.predictions(NEW_PROBLEM)
    if not predicted:
        return "There are too few blocks of pairs to hold some out and predict their gains."
    predicting = {name: row for name, row in predicted.items() if predicts(row, result)}
    best = max((predicting or predicted).values(), key=lambda row: row.scores.accuracy)
    return (
        f"With subclasses unseen in training, the most accurate predictions of who gains come from "
        f"{SET_NAMES[best.features]}: accuracy {text(best.scores.accuracy)} against "
        f"{text(result.majority(NEW_PROBLEM).scores.accuracy)} by the majority and {CHANCE} by "
        f"chance, Brier score {text(best.scores.brier)} against {CHANCE**2:.3f} of always "
        f"answering one half, p = {text(best.p_holm)} by Holm's procedure."
    )
