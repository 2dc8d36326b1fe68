"""Table 1 and the sentences around it, from the released logs: scores, shares, the mean gain."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from minimtl.audit.experiments import Experiment, ProblemName
from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    AS_PRINTED,
    DIFFERS,
    INCOMPLETE,
    Finding,
    absent,
    names_of,
    verdict_on,
    with_sentence,
)
from minimtl.study import MEAN_GAIN_PRINTED, PAPER, RELEASED, TABLE1, TIE, Scores


class _Reading(NamedTuple):
    """A way to read Table 1: which logged score."""

    reading: str
    score: Literal["printed_accuracy", "f1"]
    sentence: str


_EPOCH = RELEASED.reading.read_at + 1
_READINGS = (
    _Reading(AS_PRINTED, "f1", f"the F1 of the positive class after {_EPOCH} epochs"),
    _Reading(AS_COMPUTED, "printed_accuracy", f"the accuracy after {_EPOCH} epochs"),
)


def gains(experiment: Experiment) -> np.ndarray:
    """Which pairs the authors' code labels a gain, shape (n_pairs,), bool.

    It compares accuracies as the training library printed them, so that rounding in their tenth
    digit makes gains and losses of some pairs with as many documents right.
    """
    single, joint = experiment.scores("printed_accuracy", RELEASED.reading.read_at)
    return joint - single > TIE


def audit_scores(experiments: Sequence[Experiment], problem: ProblemName) -> list[Finding]:
    """Table 1, the mean gain and the number of runs of a problem; needs an experiment or more."""
    findings = [
        finding for reading in _READINGS for finding in _table1(experiments, problem, reading)
    ]
    if problem in MEAN_GAIN_PRINTED:
        findings += _mean_gain(experiments, problem)
    return [*findings, _runs(experiments, problem)]


def _table1(
    experiments: Sequence[Experiment], problem: ProblemName, reading: _Reading
) -> list[Finding]:
    at = [experiment.scores(reading.score, RELEASED.reading.read_at) for experiment in experiments]
    derived = Scores(
        single=float(np.mean([single.mean() for single, _ in at])),
        multi=float(np.mean([joint.mean() for _, joint in at])),
        improved=float(np.mean([(joint - single > TIE).mean() for single, joint in at])),
    )
    findings = []
    for item, printed, value in zip(Scores._fields, TABLE1[problem], derived, strict=True):
        judgement = verdict_on(printed, value, 3, absent(experiments, problem))
        judgement = with_sentence(reading.sentence, judgement)
        row = (problem, item, reading.reading, printed, value, names_of(experiments), *judgement)
        findings.append(Finding("Table 1", *row))
    return findings


def _mean_gain(experiments: Sequence[Experiment], problem: ProblemName) -> list[Finding]:
    def relative(experiment: Experiment) -> float:
        single, joint = experiment.scores("printed_accuracy", RELEASED.reading.read_at)
        return float(np.mean((joint - single) / single))

    printed, means = MEAN_GAIN_PRINTED[problem], TABLE1[problem]
    derived = float(np.mean([relative(experiment) for experiment in experiments]))
    of_means = (means.multi - means.single) / means.single
    of_logs = with_sentence(
        "relative gain in accuracy, averaged over pairs and runs",
        verdict_on(printed, derived, 2, absent(experiments, problem)),
    )
    of_table = with_sentence(
        "the gain between the two means that Table 1 prints", verdict_on(printed, of_means, 2, [])
    )
    row, names = ("§5.1", problem, "mean relative gain"), names_of(experiments)
    return [
        Finding(*row, AS_COMPUTED, printed, derived, names, *of_logs),
        Finding(*row, "Table 1", printed, of_means, "", *of_table),
    ]


def _runs(experiments: Sequence[Experiment], problem: ProblemName) -> Finding:
    """The text says five runs for both problems; are these the runs that Table 1 averages?"""
    printed, derived = PAPER.runs(problem), len(experiments)
    improved = float(np.mean([gains(experiment).mean() for experiment in experiments]))
    these, _ = verdict_on(TABLE1[problem].improved, improved, 3, [])
    if these == DIFFERS:
        verdict, reason = INCOMPLETE, "Table 1's share of gains is not that of the runs present"
    else:
        verdict = AGREES if derived == printed else DIFFERS
        reason = "Table 1's share of gains is that of the runs present alone"
    row = ("§4.2", problem, "runs", AS_PRINTED, printed, derived, names_of(experiments))
    return Finding(*row, verdict, reason)
