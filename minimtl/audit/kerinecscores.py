"""What the released scores say: Table 1, the mean gain, Figure 4, the epoch that is read, the runs.

Notation
--------
epochs are counted from 0, as in the logs and in the authors' code

A pair's single score is its main task's, so that a task with many auxiliary tasks counts often
among pairs, and once among tasks.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from minimtl.audit.auditfindings import (
    AS_COMPUTED,
    AS_LOGGED,
    AS_PRINTED,
    DIFFERS,
    INCOMPLETE,
    Finding,
    Judgement,
    Part,
    by_digits,
    judge,
    tally,
    undecided,
)
from minimtl.audit.kerineclogs import Log, ScannedEpoch
from minimtl.audit.kerinecruns import EPOCH, Experiment, Runs, ScoreName
from minimtl.report import counted, signed
from minimtl.stats import FloatArray
from minimtl.tasks import (
    MEAN_GAIN_PRINTED,
    NEWSGROUPS,
    PAPER,
    RELEASED,
    TABLE1,
    TIE,
    Pair,
    PrintedScores,
    ProblemName,
)

_OF_TABLE1 = "Table 1"  # a reading: from the numbers printed there
# Two ways to read Table 1: which logged score it holds, and that in words.
_TABLE1_READINGS: dict[str, tuple[ScoreName, str]] = {
    AS_PRINTED: ("f1", "the F1 of the positive class"),
    AS_COMPUTED: ("printed_accuracy", "the accuracy"),
}
_SAME = 1e-9  # of numbers that a scan has to twelve digits
_PRINTED_DIGITS = 1e-11  # accuracies are logged to twelve digits


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
    both = runs.scores(score)
    derived = PrintedScores(
        single=float(np.mean([single.mean() for single, _ in both])),
        multi=float(np.mean([joint.mean() for _, joint in both])),
        improved=float(np.mean([(joint - single > TIE).mean() for single, joint in both])),
    )
    for item, printed, value in zip(
        PrintedScores._fields, TABLE1[runs.problem], derived, strict=True
    ):
        finding = runs.finding("Table 1", item, value, f"{words} after {EPOCH + 1} epochs")
        yield finding.against(reading, printed, runs.decided(by_digits(printed, value, 3)))


def audit_mean_gain(problems: Sequence[Runs]) -> Part:
    """The mean gain of §5.1 against the logs and against Table 1's own means, in two readings.

    It may be the mean relative gain, or the part of the single error that joint training takes
    away. It is printed of RELATED alone.
    """
    parts = [_mean_gain(runs) for runs in problems if runs.problem in MEAN_GAIN_PRINTED]
    return parts[0] if parts else Part()


def _mean_gain(runs: Runs) -> Part:
    printed, table = MEAN_GAIN_PRINTED[runs.problem], TABLE1[runs.problem]
    both = runs.scores("printed_accuracy")
    relative = float(np.mean([np.mean((joint - single) / single) for single, joint in both]))
    relative_of_table = (table.multi - table.single) / table.single
    single, joint = np.mean([[alone.mean(), jointly.mean()] for alone, jointly in both], axis=0)
    fall = float((joint - single) / (1 - single))
    fall_of_table = (table.multi - table.single) / (1 - table.single)

    of_accuracy = "relative gain in accuracy, averaged over pairs and runs"
    of_error = "mean joint less mean single accuracy, divided by 1 less mean single accuracy"
    findings = [
        runs.finding("§5.1", item, derived, sentence).against(
            reading, printed, runs.decided(by_digits(printed, derived, 2))
        )
        for item, reading, derived, sentence in (
            ("mean relative gain", AS_COMPUTED, relative, of_accuracy),
            ("mean fall of the error", AS_COMPUTED, fall, of_error),
            ("mean fall of the error", _OF_TABLE1, fall_of_table, of_error),
        )
    ]
    sentence = "the gain between the two means that Table 1 prints"
    of_table = Finding("§5.1", "mean relative gain", relative_of_table, sentence, runs.problem)
    judgement = by_digits(printed, relative_of_table, 2)
    findings.insert(1, of_table.against(_OF_TABLE1, printed, judgement))
    line = (
        f"The mean gain of “about 5 %” on {runs.problem.upper()} is what the error falls by: "
        f"{100 * fall_of_table:.1f} % by Table 1, {100 * fall:.1f} % by these logs. The mean "
        f"relative gain in accuracy is {100 * relative:.1f} %."
    )
    return Part(findings, [line])


def audit_n_runs(problems: Sequence[Runs]) -> Part:
    """The text says five runs for both problems; are these the runs that Table 1 averages?"""
    findings, parts = [], []
    for runs in problems:
        printed, n_runs = PAPER.runs(runs.problem), len(runs.experiments)
        improved = float(np.mean([run.gains.mean() for run in runs.experiments]))
        are_averaged = by_digits(TABLE1[runs.problem].improved, improved, 3).verdict != DIFFERS
        judgement = judge(n_runs == printed) if are_averaged else Judgement(INCOMPLETE)
        which = "that of the runs present alone" if are_averaged else "not that of the runs present"
        finding = runs.finding("§4.2", "runs", n_runs, f"Table 1's share of gains is {which}")
        findings.append(finding.against(AS_PRINTED, printed, judgement))
        if judgement.verdict == DIFFERS:
            present = f"{runs.problem.upper()} is {counted(n_runs, 'run')}"
            parts.append(f"{present} where the text has {printed}")
    return Part(findings, parts)


def audit_figure4(problems: Sequence[Runs]) -> Part:
    """Figure 4's two curves: one is a mean over tasks, the other over pairs."""
    findings, lines = [], []
    for runs in problems:
        figure = "Figure 4a" if runs.problem == "related" else "Figure 4b"
        n_epochs = min(runs.n_epochs, RELEASED.training.epochs_joint)
        both = runs.scores("printed_accuracy", list(range(n_epochs)))
        joint = np.mean([scores.mean(axis=0) for _, scores in both], axis=0)
        of_pairs = np.mean([scores.mean(axis=0) for scores, _ in both], axis=0)
        of_tasks = np.mean(
            [
                np.mean([log.printed_accuracy[:n_epochs] for log in run.single.values()], axis=0)
                for run in runs.experiments
            ],
            axis=0,
        )

        n_tasks, n_pairs = len(runs.experiments[0].single), len(runs.experiments[0].joint)
        unlike = f"a mean over {n_pairs} pairs less one over {n_tasks} tasks"
        alike = f"both means over the {n_pairs} pairs"
        leads = []
        for item, single, sentence in (
            ("lead as drawn", of_tasks, unlike),
            ("lead on the same pairs", of_pairs, alike),
        ):
            lead = float((joint - single)[EPOCH])
            words = (
                f"is the lead in accuracy of joint training at epoch {EPOCH}, {sentence}; it "
                f"leads for good {_from(joint - single)}"
            )
            findings.append(runs.finding(figure, item, lead, words))
            leads.append(f"{signed(lead, 4)} {words}.")
        if figure == "Figure 4a":
            lines.append(f"{figure} compares unlike means: {' '.join(leads)}")
    return Part(findings, lines)


def _from(lead: FloatArray) -> str:
    """From which epoch on a lead stays above 0."""
    behind = np.flatnonzero(lead <= 0)
    first = int(behind[-1]) + 1 if behind.size else 0
    return f"from epoch {first} on" if first < len(lead) else "at no epoch"


def audit_scans(
    problems: Sequence[Runs], scans: Mapping[ProblemName, Sequence[ScannedEpoch]]
) -> Part:
    """What the authors' files of scanned epochs hold, and whether the logs give it."""
    parts = [_scan(scans[runs.problem], runs) for runs in problems if runs.problem in scans]
    if not parts:
        return Part()
    line = (
        f"Epoch {EPOCH} is one of those that the authors' files hold, and the only one in print: "
        f"{'; '.join(line for part in parts for line in part.lines)}."
    )
    return Part([finding for part in parts for finding in part.findings], [line])


def _scan(scan: Sequence[ScannedEpoch], runs: Runs) -> Part:
    file = "gains_1" if runs.problem == "related" else "gains_2"
    best = max(scan, key=lambda row: row.improved)
    losing = [row for row in scan if row.relative_gain < 0]
    scanned = f"epochs stand in {file}, {_listed(scan)}; the paper has one"
    most = f"is the epoch of {file} with most pairs improved"
    lose = f"have a negative mean gain: {_listed(losing)}"
    rows: list[tuple[str, float, str]] = [
        ("epochs scanned", len(scan), scanned),
        ("epoch with most pairs improved", best.epoch, most),
        (f"share improved at {best.epoch}", best.share, "is the largest share of pairs improved"),
        ("epochs with a mean loss", len(losing), lose),
    ]
    shares = f"{best.share:.3f}"
    for read in (row for row in scan if row.epoch == EPOCH and row != best):
        sentence = "is the share of pairs improved at the epoch that is read"
        rows.append((f"share improved at {read.epoch}", read.share, sentence))
        shares += f", {read.share:.3f} at {read.epoch}"

    findings = [runs.finding("gains", *row) for row in rows]
    logged = [row for row in scan if row.epoch < runs.n_epochs]
    if logged:
        findings += _scan_of_logs(logged, runs)
    line = (
        f"of {len(scan)} on {runs.problem.upper()} the share of pairs improved is largest at "
        f"{best.epoch} ({shares}), and {len(losing)} {lose}"
    )
    return Part(findings, [line])


def _listed(rows: Sequence[ScannedEpoch]) -> str:
    return ", ".join(str(row.epoch) for row in rows) or "none"


def _scan_of_logs(scan: Sequence[ScannedEpoch], runs: Runs) -> list[Finding]:
    """The scan's gains, and its mean scores, against the logs."""
    both = runs.scores("printed_accuracy", [row.epoch for row in scan])
    improved = np.mean([(joint > single).sum(axis=0) for single, joint in both], axis=0)
    gain = np.mean([((joint - single) / single).mean(axis=0) for single, joint in both], axis=0)
    n_gains = sum(
        abs(row.improved - count) < _SAME and abs(row.relative_gain - mean) < _SAME
        for row, count, mean in zip(scan, improved, gain, strict=True)
    )

    n_pairs = len(both[0][0])
    n_means, n_weighed = (
        _same_means(scan, both, weights)
        for weights in (np.ones(n_pairs), np.arange(n_pairs, 0.0, -1.0))
    )
    means = "means over pairs alone and jointly"
    if n_weighed > n_means:
        means += (
            f"; {n_weighed} do where the first pair counts {n_pairs} times, the second "
            f"{n_pairs - 1} times and the last once, as in a list of scores that is added to a "
            "longer one at every pair"
        )
    exact = "number of pairs improved and mean relative gain, to all digits"
    return [
        runs.finding("gains", f"epochs whose {what} the logs give", n, sentence).against(
            AS_LOGGED, len(scan), judge(n == len(scan))
        )
        for what, n, sentence in (("gains", n_gains, exact), ("mean scores", n_means, means))
    ]


def _same_means(
    scan: Sequence[ScannedEpoch], both: Sequence[tuple[FloatArray, FloatArray]], weights: FloatArray
) -> int:
    """How many scanned mean scores are those of the logs, pairs weighed so."""
    of_runs = [[np.average(scores, axis=0, weights=weights) for scores in run] for run in both]
    means = np.mean(of_runs, axis=0)
    scanned = np.array([[row.single for row in scan], [row.multi for row in scan]])
    return int((np.abs(scanned - means).max(axis=0) < _SAME).sum())


def audit_within(run: Experiment) -> list[Finding]:
    """Ties, unequal test sets and crossed classes of the two models that a gain compares."""
    single, joint = run.scores("accuracy")
    tied = np.abs(joint - single) <= TIE
    of_task = {task: n_test_documents(log) for task, log in run.single.items()}
    unequal = [n_test_documents(log) != of_task[pair.main] for pair, log in run.joint.items()]
    crossed = Counter(
        "/".join(sorted(NEWSGROUPS.subclass_of(topic).name for topic in pair.main))
        for pair in run.joint
        if len({NEWSGROUPS.subclass_of(task.positive) for task in pair}) == 2
    )
    where = ", ".join(f"{name} {count}" for name, count in sorted(crossed.items()))
    rows = (
        (
            "ties",
            int(tied.sum()),
            " have the same share of documents right alone and jointly; "
            f"{int(run.gains[tied].sum())} of them are labelled gains, by rounding in the tenth "
            "digit of the accuracy as it was printed",
        ),
        (
            "unequal test sets",
            sum(unequal),
            " compare the main task alone and jointly on different numbers of test documents, as "
            "read from the accuracies",
        ),
        (
            "crossed classes",
            crossed.total(),
            ": the classes are numbered by alphabet, which sets the main task's positive topic "
            f"beside the auxiliary task's negative one ({where})",
        ),
    )
    return [
        Runs([run]).finding("design", item, n, f"of {len(run.joint)} pairs{sentence}")
        for item, n, sentence in rows
    ]


def n_test_documents(log: Log) -> int:
    """The smallest number of test documents (to 1000) that every logged accuracy is a share of.

    Returns
    -------
    int
        0 if no number fits.
    """
    numbers = np.arange(1, 1001)
    counts = np.unique(log.accuracy)[:, None] * numbers
    fits = (np.abs(counts - np.rint(counts)) <= _PRINTED_DIGITS * numbers).all(axis=0)
    return int(numbers[fits.argmax()]) if fits.any() else 0


def audit_between(experiments: Sequence[Experiment]) -> Part:
    """Logs that are the same in two experiments, and how far labels and gains of these agree."""
    findings, parts = [], []
    for one, other in combinations(experiments, 2):  # UNRELATED holds the pairs of RELATED, too
        two = Runs([one, other])
        tasks = [task for task in one.single if task in other.single]
        same = sum(np.array_equal(one.single[task].loss, other.single[task].loss) for task in tasks)
        sentence = (
            f"of {len(tasks)} tasks that both experiments trained have the same losses in both"
        )
        findings.append(two.finding("design", "repeated single-task logs", same, sentence))
        findings += _agreement(two, [pair for pair in one.joint if pair in other.joint])
        if same:
            parts.append(f"{one.name} and {other.name} share {same} single-task logs")
    return Part(findings, parts)


def _agreement(two: Runs, shared: Sequence[Pair]) -> list[Finding]:
    if len(shared) < 3:
        return []
    labels, changes = [], []
    for run in two.experiments:
        row_of = {pair: row for row, pair in enumerate(run.joint)}
        rows = [row_of[pair] for pair in shared]
        single, joint = run.scores("accuracy")
        labels.append(run.gains[rows])
        changes.append((joint - single)[rows])
    if min(np.ptp(change) for change in changes) == 0:
        return []
    share = float((labels[0] == labels[1]).mean())
    correlation = float(np.corrcoef(changes[0], changes[1])[0, 1])
    of_labels = (
        f"is the share of {len(shared)} pairs, trained anew in both experiments, that gain in both "
        "or in neither"
    )
    of_gains = f"is the correlation of the gains of these {len(shared)} pairs between the two"
    return [
        two.finding("design", "same label", share, of_labels),
        two.finding("design", "correlation of gains", correlation, of_gains),
    ]
