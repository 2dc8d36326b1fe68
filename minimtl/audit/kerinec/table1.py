"""Table 1 and the sentences around it, from the released logs: scores, shares, the mean gain."""

from collections.abc import Sequence

import numpy as np

from minimtl.audit.finding import (
    AGREES,
    AS_COMPUTED,
    AS_PRINTED,
    DIFFERS,
    INCOMPLETE,
    Finding,
    by_digits,
    join,
)
from minimtl.audit.kerinec.compare import compare, finding_on
from minimtl.audit.kerinec.experiments import Experiment, ScoreName
from minimtl.tasks import MEAN_GAIN_PRINTED, PAPER, RELEASED, TABLE1, TIE, LabelledPairs, Table1Row

_EPOCH = RELEASED.reading.read_at + 1
OF_TABLE1 = "Table 1"  # a reading: from the numbers printed there
# Two ways to read Table 1: which logged score it holds, and that in words.
_READINGS: dict[str, tuple[ScoreName, str]] = {
    AS_PRINTED: ("f1", f"the F1 of the positive class after {_EPOCH} epochs"),
    AS_COMPUTED: ("printed_accuracy", f"the accuracy after {_EPOCH} epochs"),
}


def gains(experiment: Experiment) -> np.ndarray:
    """Which pairs the authors' code labels a gain, shape (n_pairs,), bool.

    It compares accuracies as the training library printed them, so that rounding in their tenth
    digit makes gains and losses of some pairs with as many documents right.
    """
    single, joint = experiment.scores("printed_accuracy")
    return joint - single > TIE


def labelled_pairs(experiment: Experiment) -> LabelledPairs:
    """The released features and the authors' labels; the experiment must have features."""
    assert experiment.features is not None
    return LabelledPairs(experiment.features, gains(experiment).astype(np.int64))


def audit_scores(experiments: Sequence[Experiment]) -> list[Finding]:
    """Table 1, the mean gain and the number of runs; of one problem, at least one experiment."""
    findings = [
        finding for reading in _READINGS for finding in _compare_scores(experiments, reading)
    ]
    if experiments[0].problem in MEAN_GAIN_PRINTED:
        findings += _compare_mean_gain(experiments)
    return [*findings, _compare_runs(experiments)]


def _compare_scores(experiments: Sequence[Experiment], reading: str) -> list[Finding]:
    score, sentence = _READINGS[reading]
    both = [experiment.scores(score) for experiment in experiments]
    derived = Table1Row(
        single=float(np.mean([single.mean() for single, _ in both])),
        multi=float(np.mean([joint.mean() for _, joint in both])),
        improved=float(np.mean([(joint - single > TIE).mean() for single, joint in both])),
    )
    printed = TABLE1[experiments[0].problem]
    return [
        compare(
            experiments,
            "Table 1",
            item,
            reading,
            printed=in_print,
            derived=value,
            judgement=by_digits(in_print, value, 3),
            sentence=sentence,
        )
        for item, in_print, value in zip(Table1Row._fields, printed, derived, strict=True)
    ]


def _compare_mean_gain(experiments: Sequence[Experiment]) -> list[Finding]:
    """The mean relative gain of §5.1 against the logs, and against Table 1's own means."""
    problem = experiments[0].problem
    both = [experiment.scores("printed_accuracy") for experiment in experiments]
    derived = float(np.mean([np.mean((joint - single) / single) for single, joint in both]))
    printed, means = MEAN_GAIN_PRINTED[problem], TABLE1[problem]
    of_means = (means.multi - means.single) / means.single
    verdict, reason = by_digits(printed, of_means, 2)
    of_logs = compare(
        experiments,
        "§5.1",
        "mean relative gain",
        AS_COMPUTED,
        printed=printed,
        derived=derived,
        judgement=by_digits(printed, derived, 2),
        sentence="relative gain in accuracy, averaged over pairs and runs",
    )
    of_table = Finding(
        table="§5.1",
        problem=problem,
        item="mean relative gain",
        reading=OF_TABLE1,
        printed=printed,
        derived=of_means,
        verdict=verdict,
        reason=join("the gain between the two means that Table 1 prints", reason),
    )
    return [of_logs, of_table, *_fall_of_error(experiments, both)]


def _fall_of_error(
    experiments: Sequence[Experiment], both: Sequence[tuple[np.ndarray, np.ndarray]]
) -> list[Finding]:
    """The mean gain of §5.1 as the part of the single error that joint training takes away."""
    printed, table = MEAN_GAIN_PRINTED[experiments[0].problem], TABLE1[experiments[0].problem]
    single, joint = np.mean([[alone.mean(), together.mean()] for alone, together in both], axis=0)
    findings = []
    for reading, before, after in (
        (AS_COMPUTED, float(single), float(joint)),
        (OF_TABLE1, table.single, table.multi),
    ):
        fall = (after - before) / (1 - before)
        sentence = "mean joint less mean single accuracy, divided by 1 less mean single accuracy"
        findings.append(
            compare(
                experiments,
                "§5.1",
                "mean fall of the error",
                reading,
                printed=printed,
                derived=fall,
                judgement=by_digits(printed, fall, 2),
                sentence=sentence,
            )
        )
    return findings


def _compare_runs(experiments: Sequence[Experiment]) -> Finding:
    """The text says five runs for both problems; are these the runs that Table 1 averages?"""
    problem = experiments[0].problem
    printed = PAPER.runs(problem)
    improved = float(np.mean([gains(experiment).mean() for experiment in experiments]))
    if by_digits(TABLE1[problem].improved, improved, 3).verdict == DIFFERS:
        verdict = INCOMPLETE
        reason = "Table 1's share of gains is not that of the runs present"
    else:
        verdict = AGREES if len(experiments) == printed else DIFFERS
        reason = "Table 1's share of gains is that of the runs present alone"
    return finding_on(
        experiments,
        "§4.2",
        "runs",
        len(experiments),
        reason,
        verdict=verdict,
        reading=AS_PRINTED,
        printed=printed,
    )
