"""The audit of Kerinec, Braud and Søgaard (2018): their paper against their released logs.

Here is what the scores say: Table 1, the mean gain, Figure 4, the epoch that is read, the runs.
What the features say stands in `kerinecfeatures`.

Notation
--------
epochs are counted from 0, as in the logs and in the authors' code

A pair's single score is its main task's, so that a task with many auxiliary tasks counts often
among pairs, and once among tasks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import get_args

import numpy as np

from minimtl.audit.kerinecfeatures import audit_majority, audit_table2, audit_table3, audit_text
from minimtl.audit.kerineclogs import (
    EPOCH,
    LAYOUT,
    PAIRS,
    PATTERN,
    Experiment,
    Runs,
    ScannedEpoch,
    ScoreName,
    missing_runs,
    read_experiments,
)
from minimtl.audit.released import (
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    INCOMPLETE,
    MISSING,
    Audited,
    Finding,
    Judgement,
    Part,
    ReleasedFile,
    ReleasedStudy,
    by_digits,
    joined,
    judge,
    one_sentence,
    tally,
    undecided,
)
from minimtl.report.csvfile import DATA_DIGITS, Row, Table
from minimtl.report.wording import counted, signed
from minimtl.stats.arrays import FloatArray
from minimtl.tasks.outcomes import TIE
from minimtl.tasks.printedtables import AUTHORS_FEATURES, MEAN_GAIN_PRINTED, TABLE1
from minimtl.tasks.protocol import PAPER, ProblemName
from minimtl.tasks.taskpairs import NEWSGROUPS

_PROBLEMS = get_args(ProblemName)
_SEED = 0  # of the folds; the verdicts allow for another draw
_OF_TABLE1 = "Table 1"  # a reading: from the numbers printed there
# Two ways to read Table 1: which logged score it holds, and that in words.
_TABLE1_READINGS: dict[str, tuple[ScoreName, str]] = {
    AS_PRINTED: ("f1", "the F1 of the positive class"),
    AS_COMPUTED: ("printed_accuracy", "the accuracy"),
}
_SAME = 1e-9  # of numbers that a scan has to twelve digits
# Of single and joint scores of pairs, (n_pairs, …), over the pairs.
_OF_SCORES: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "single": lambda single, joint: single.mean(axis=0),
    "multi": lambda single, joint: joint.mean(axis=0),
    "improved": lambda single, joint: (joint - single > TIE).mean(axis=0),
    "relative": lambda single, joint: ((joint - single) / single).mean(axis=0),
}


def audit(files: Iterator[ReleasedFile]) -> Audited:
    """The audit of the experiments in `files`; raises as `read_experiments`."""
    experiments, scans = read_experiments(files)
    problems = _by_problem([run for run in experiments if run.joint])
    fitted = [run for run in experiments if run.features is not None and 0 < run.gains.mean() < 1]

    parts = [audit_table1(problems), audit_mean_gain(problems), audit_scans(problems, scans)]
    parts += [audit_runs(problems, experiments), *map(audit_figure4, problems)]
    if fitted:
        with_features, rng = _by_problem(fitted), np.random.default_rng(_SEED)
        parts += [audit_table2(with_features, rng), audit_majority(with_features)]
        parts += [audit_table3(with_features), audit_text(fitted)]
    findings, lines = joined(parts)
    return Audited(
        title="Kerinec, Braud and Søgaard (2018): the printed numbers against the released logs",
        read=[f"{run.name} ({run.problem}, {len(run.joint)} pairs)" for run in experiments],
        lines=lines,
        findings=[*_absent(experiments, fitted), *findings],
        pairs=_pair_tables(experiments),
    )


KERINEC = ReleasedStudy(
    name="Kerinec, Braud and Søgaard 2018", layout=LAYOUT, pattern=PATTERN, audit=audit
)


def _by_problem(experiments: Sequence[Experiment]) -> list[Runs]:
    """The experiments of each problem that has some."""
    groups = [[run for run in experiments if run.problem == problem] for problem in _PROBLEMS]
    return [Runs(runs) for runs in groups if runs]


def _absent(experiments: Sequence[Experiment], fitted: Sequence[Experiment]) -> Iterator[Finding]:
    """Published runs that are not here with all their pairs, and runs without a meta-model."""
    n_pairs = {run.name: len(run.joint) for run in experiments}
    for problem, pairs in PAIRS.items():
        for name in missing_runs(experiments, problem):
            reason = f"{n_pairs.get(name, 0)} of {len(pairs)} pairs of logs are there"
            yield Finding("experiments", problem, name, verdict=MISSING, reason=reason)

    names = [run.name for run in fitted]
    for run in experiments:
        if run.joint and run.name not in names:
            reason = "features, or pairs of both labels, are not there"
            yield Finding("experiments", run.problem, run.name, verdict=MISSING, reason=reason)


def _pair_tables(experiments: Sequence[Experiment]) -> list[Table]:
    """A table a problem, with a row a pair and run that has features."""
    rows: dict[str, list[Row]] = {}
    for run in experiments:
        if run.features is None:
            continue
        single, joint = run.scores("printed_accuracy")
        for pair, gain, features in zip(run.pairs, joint - single, run.features, strict=True):
            # Of both tasks of a pair; without pairs of either of them, no topic has been seen.
            groups = sorted(NEWSGROUPS.subclass_of(topic).name for topic in pair.main)
            row: Row = {
                "main": " / ".join(pair.main),
                "aux": " / ".join(pair.aux),
                "run": run.name,
                "main_group": groups[0],
                "aux_group": groups[1],
                "gain": float(gain),
            }
            row |= zip(AUTHORS_FEATURES, map(float, features), strict=True)
            rows.setdefault(run.problem, []).append(row)
    return [
        Table(f"pairs_{problem}", of_problem, DATA_DIGITS) for problem, of_problem in rows.items()
    ]


def audit_table1(problems: Sequence[Runs]) -> Part:
    """Table 1 as it is labelled, the F1 of a class, and as it was computed, accuracies."""
    labelled, computed = (
        [finding for runs in problems for finding in _table1(runs, reading)]
        for reading in _TABLE1_READINGS
    )
    line = (
        f"Table 1 is accuracy: {tally(computed)} printed numbers come out as the accuracy after "
        f"{EPOCH + 1} epochs, {tally(labelled)} as the F1 of a class{undecided(computed)}."
    )
    return Part([*labelled, *computed], [line])


def _table1(runs: Runs, reading: str) -> Iterator[Finding]:
    score, words = _TABLE1_READINGS[reading]
    sentence = f"{words} after {EPOCH + 1} epochs"
    for item, printed in TABLE1[runs.problem]._asdict().items():
        value = float(runs.mean(_OF_SCORES[item], score))
        judgement = by_digits(printed, value, 3)
        yield runs.against("Table 1", item, value, sentence, reading, printed, judgement)


def audit_mean_gain(problems: Sequence[Runs]) -> Part:
    """The mean gain of §5.1 against the logs and against Table 1's own means, in two readings.

    It may be the mean relative gain, or the part of the single error that joint training takes
    away. It is printed of RELATED alone.
    """
    return joined([_mean_gain(runs) for runs in problems if runs.problem in MEAN_GAIN_PRINTED])


def _mean_gain(runs: Runs) -> Part:
    printed, table = MEAN_GAIN_PRINTED[runs.problem], TABLE1[runs.problem]
    names = ("single", "multi", "relative")
    single, joint, relative = (float(runs.mean(_OF_SCORES[name])) for name in names)
    relative_of_table = (table.multi - table.single) / table.single
    fall = (joint - single) / (1 - single)
    fall_of_table = (table.multi - table.single) / (1 - table.single)

    of_accuracy = "relative gain in accuracy, averaged over pairs and runs"
    of_error = "mean joint less mean single accuracy, divided by 1 less mean single accuracy"
    findings = []
    for item, by_logs, by_table, sentence in (
        ("mean relative gain", relative, relative_of_table, of_accuracy),
        ("mean fall of the error", fall, fall_of_table, of_error),
    ):
        logs, of_table = (by_digits(printed, value, 2) for value in (by_logs, by_table))
        finding = Finding("§5.1", runs.problem, item, derived=by_table, reason=sentence)
        findings += [
            runs.against("§5.1", item, by_logs, sentence, AS_COMPUTED, printed, logs),
            finding.against(_OF_TABLE1, printed, of_table),
        ]
    line = (
        f"The mean gain of “about 5 %” on {runs.problem.upper()} is the fall of the error: "
        f"{100 * fall_of_table:.1f} % by Table 1, {100 * fall:.1f} % by these logs. The mean "
        f"relative gain in accuracy is {100 * relative:.1f} %."
    )
    return Part(findings, [line])


def audit_figure4(runs: Runs) -> Part:
    """Figure 4's two curves: one is a mean over tasks, the other over pairs."""
    of_pairs, joint = (runs.mean(_OF_SCORES[name]) for name in ("single", "multi"))
    tasks = [
        [log.printed_accuracy[EPOCH] for log in run.single.values()] for run in runs.experiments
    ]
    of_tasks = np.mean([np.mean(accuracies) for accuracies in tasks])

    n_pairs = len(runs.experiments[0].joint)
    unlike = f"a mean over {n_pairs} pairs less one over {len(tasks[0])} tasks"
    figure = "Figure 4a" if runs.problem == "related" else "Figure 4b"
    findings, leads = [], []
    for item, lead, means in (
        ("lead as drawn", float(joint - of_tasks), unlike),
        ("lead on the same pairs", float(joint - of_pairs), f"both means over the {n_pairs} pairs"),
    ):
        sentence = f"is the lead in accuracy of joint training at epoch {EPOCH}, {means}"
        findings.append(runs.finding(figure, item, lead, sentence))
        leads.append(f"{signed(lead, 4)} {sentence}")
    line = f"{figure} compares unlike means: {'; '.join(leads)}."
    return Part(findings, [line] if runs.problem == "related" else [])


def audit_scans(
    problems: Sequence[Runs], scans: Mapping[ProblemName, Sequence[ScannedEpoch]]
) -> Part:
    """The epochs that the authors' files hold, of which one is in print, against the logs."""
    parts = [_scan(scans[runs.problem], runs) for runs in problems if runs.problem in scans]
    return one_sentence(
        parts,
        f"Epoch {EPOCH} is one of those that the authors' files hold, and the only one in print: ",
    )


def _scan(scan: Sequence[ScannedEpoch], runs: Runs) -> Part:
    best = max(scan, key=lambda row: row.share)
    read = [row for row in scan if row.epoch == EPOCH and row != best]
    losing = [str(row.epoch) for row in scan if row.relative_gain < 0]
    shares = ", ".join([f"{best.share:.3f}", *(f"{one.share:.3f} at {EPOCH}" for one in read)])
    sentence = (
        f"on {runs.problem.upper()} the share of pairs improved is largest at {best.epoch} "
        f"({shares}), and {len(losing)} have a negative mean gain: {', '.join(losing) or 'none'}"
    )
    findings = [runs.finding("gains", "epochs scanned", len(scan), sentence)]

    line = f"of {len(scan)} {sentence}"
    logged = [row for row in scan if row.epoch < runs.n_epochs]
    if not logged:
        return Part(findings, [line])
    epochs = [row.epoch for row in logged]
    shares_of_logs = runs.mean(
        lambda single, joint: (joint > single).mean(axis=0), "printed_accuracy", epochs
    )
    gains = runs.mean(_OF_SCORES["relative"], "printed_accuracy", epochs)
    n_same = sum(
        abs(row.share - share) < _SAME and abs(row.relative_gain - gain) < _SAME
        for row, share, gain in zip(logged, shares_of_logs, gains, strict=True)
    )
    exact = "share of pairs improved and mean relative gain, to all digits"
    finding = runs.finding("gains", "epochs whose gains the logs give", n_same, exact)
    findings.append(finding.against(AS_LOGGED, len(logged), judge(n_same == len(logged))))
    return Part(findings, [line])


def audit_runs(problems: Sequence[Runs], experiments: Sequence[Experiment]) -> Part:
    """The number of runs, for which the text has five, and how far each two are independent."""
    number = joined([_n_runs(runs) for runs in problems])
    # UNRELATED holds the pairs of RELATED, too.
    between = joined([_between(Runs(two)) for two in combinations(experiments, 2)])
    dependent = "; ".join([*between.lines, *number.lines])
    return Part(
        [*number.findings, *between.findings],
        [f"The runs are not five independent ones: {dependent}."] if dependent else [],
    )


def _n_runs(runs: Runs) -> Part:
    printed, n_runs = PAPER.runs(runs.problem), len(runs.experiments)
    improved = float(np.mean([run.gains.mean() for run in runs.experiments]))
    are_averaged = by_digits(TABLE1[runs.problem].improved, improved, 3).verdict != DIFFERS
    judgement = judge(n_runs == printed) if are_averaged else Judgement(INCOMPLETE)
    which = "that of the runs present alone" if are_averaged else "not that of the runs present"
    finding = runs.finding("§4.2", "runs", n_runs, f"Table 1's share of gains is {which}")
    lines = []
    if judgement.verdict == DIFFERS:
        present = f"{runs.problem.upper()} is {counted(n_runs, 'run')}"
        lines.append(f"{present} where the text has {printed}")
    return Part([finding.against(AS_PRINTED, printed, judgement)], lines)


def _between(two: Runs) -> Part:
    """Logs that are the same in two experiments, and how far labels and gains of these agree."""
    one, other = two.experiments
    tasks = [task for task in one.single if task in other.single]
    same = sum(np.array_equal(one.single[task].loss, other.single[task].loss) for task in tasks)
    sentence = f"of {len(tasks)} tasks that both experiments trained have the same losses in both"
    findings = [two.finding("design", "repeated single-task logs", same, sentence)]
    lines = [f"{one.name} and {other.name} share {same} single-task logs"] if same else []

    shared = [pair for pair in one.joint if pair in other.joint]
    labels, changes = [], []
    for run in (one, other):
        rows = [run.pairs.index(pair) for pair in shared]
        single, joint = run.scores("accuracy")
        labels.append(run.gains[rows])
        changes.append((joint - single)[rows])
    if len(shared) >= 3 and min(np.ptp(change) for change in changes) > 0:
        share = float((labels[0] == labels[1]).mean())
        correlation = float(np.corrcoef(changes[0], changes[1])[0, 1])
        of_labels = (
            f"is the share of {len(shared)} pairs, trained anew in both experiments, that gain in "
            "both or in neither"
        )
        of_gains = f"is the correlation of the gains of these {len(shared)} pairs between the two"
        findings += [
            two.finding("design", "same label", share, of_labels),
            two.finding("design", "correlation of gains", correlation, of_gains),
        ]
    return Part(findings, lines)
