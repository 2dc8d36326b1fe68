"""The choice of the epoch, and Figure 4: what scores at other epochs and over other tasks say.

Notation
--------
epochs are counted from 0, as in the logs and in the authors' code

A pair's single score is its main task's, so that a task with many auxiliary tasks counts often
among pairs, and once among tasks.
"""

from collections.abc import Sequence

import numpy as np

from minimtl.audit.finding import AGREES, AS_LOGGED, DIFFERS, Finding
from minimtl.audit.kerinec.compare import finding_on
from minimtl.audit.kerinec.experiments import Experiment
from minimtl.audit.kerinec.scan import ScannedEpoch
from minimtl.stats import FloatArray
from minimtl.tasks import RELEASED

TABLE = "gains"
SCANNED = "epochs scanned"
MOST_IMPROVED = "epoch with most pairs improved"
AS_DRAWN = "lead as drawn"
SAME_PAIRS = "lead on the same pairs"
LOSING = "epochs with a mean loss"
_SAME = 1e-9  # of numbers that the file has to twelve digits
_EPOCH = RELEASED.reading.read_at
_N_EPOCHS = RELEASED.training.epochs_joint


def audit_scan(scan: Sequence[ScannedEpoch], experiments: Sequence[Experiment]) -> list[Finding]:
    """What the authors' file of scanned epochs holds, and whether the logs give it.

    Parameters
    ----------
    scan : the epochs of the file of this problem, at least one.
    experiments : of one problem, at least one.
    """
    file = "gains_1" if experiments[0].problem == "related" else "gains_2"
    best = max(scan, key=lambda row: row.improved)
    lower = [row for row in scan if row.relative_gain < 0]
    chosen = next((row for row in scan if row.epoch == _EPOCH), None)
    rows: list[tuple[str, float, str]] = [
        (SCANNED, len(scan), f"epochs stand in {file}, {_listed(scan)}; the paper has one"),
        (MOST_IMPROVED, best.epoch, f"is the epoch of {file} with most pairs improved"),
        (f"share improved at {best.epoch}", _share(best), "is the largest share of pairs improved"),
        (LOSING, len(lower), f"have a negative mean gain: {_listed(lower)}"),
    ]
    if chosen and chosen != best:
        sentence = "is the share of pairs improved at the epoch that is read"
        rows.append((f"share improved at {chosen.epoch}", _share(chosen), sentence))
    findings = [
        finding_on(experiments, TABLE, item, derived, reason) for item, derived, reason in rows
    ]
    known = [row for row in scan if row.epoch < _logged_epochs(experiments)]
    if known:
        findings += _against_logs(known, experiments)
    return findings


def _share(row: ScannedEpoch) -> float:
    return row.improved / row.n_pairs


def _listed(rows: Sequence[ScannedEpoch]) -> str:
    return ", ".join(str(row.epoch) for row in rows) or "none"


def _logged_epochs(experiments: Sequence[Experiment]) -> int:
    """How many epochs every log that a score is read from has."""
    lengths = [
        log.loss.size
        for experiment in experiments
        for log in (*experiment.single.values(), *experiment.joint.values())
    ]
    return min(lengths)


def _scores(experiment: Experiment, epochs: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Single and joint accuracy as printed in the logs, each (n_pairs, n_epochs)."""
    chosen = list(epochs)
    single = [experiment.single[pair.main].printed_accuracy[chosen] for pair in experiment.pairs]
    joint = [log.printed_accuracy[chosen] for log in experiment.joint.values()]
    return np.array(single), np.array(joint)


def _against_logs(scan: Sequence[ScannedEpoch], experiments: Sequence[Experiment]) -> list[Finding]:
    """The file's gains, and its mean scores, against the logs."""
    both = [_scores(experiment, [row.epoch for row in scan]) for experiment in experiments]
    improved = np.mean([(joint > single).sum(axis=0) for single, joint in both], axis=0)
    gain = np.mean([((joint - single) / single).mean(axis=0) for single, joint in both], axis=0)
    same = [
        abs(row.improved - ours) < _SAME and abs(row.relative_gain - mean) < _SAME
        for row, ours, mean in zip(scan, improved, gain, strict=True)
    ]
    findings = [
        _logged(
            experiments,
            "epochs whose gains the logs give",
            len(scan),
            sum(same),
            "number of pairs improved and mean relative gain, to all digits",
        )
    ]
    plain, running = (
        sum(
            max(abs(row.single - ours), abs(row.multi - theirs)) < _SAME
            for row, ours, theirs in zip(scan, *_means(both, weigh), strict=True)
        )
        for weigh in (False, True)
    )
    sentence = "means over pairs alone and jointly"
    if running > plain:
        n = len(both[0][0])
        sentence += (
            f"; {running} do where the first pair counts {n} times, the second {n - 1} times and "
            "the last once, as in a list of scores that is added to a longer one at every pair"
        )
    item = "epochs whose mean scores the logs give"
    return [*findings, _logged(experiments, item, len(scan), plain, sentence)]


def _means(
    both: Sequence[tuple[FloatArray, FloatArray]], weigh: bool
) -> tuple[FloatArray, FloatArray]:
    """Mean single and joint scores of each epoch; weighed n, n - 1, …, 1, or alike."""
    n_pairs = len(both[0][0])
    weights = np.arange(n_pairs, 0, -1) if weigh else np.ones(n_pairs)
    of_runs = [[np.average(scores, axis=0, weights=weights) for scores in run] for run in both]
    single, joint = np.mean(of_runs, axis=0)
    return single, joint


def _logged(
    experiments: Sequence[Experiment], item: str, printed: int, derived: int, reason: str
) -> Finding:
    verdict = AGREES if derived == printed else DIFFERS
    return finding_on(
        experiments, TABLE, item, derived, reason, verdict=verdict, reading=AS_LOGGED,
        printed=printed,
    )  # fmt: skip


def audit_figure(experiments: Sequence[Experiment]) -> list[Finding]:
    """Figure 4's two curves: one is a mean over tasks, the other over pairs.

    Parameters
    ----------
    experiments : of one problem, at least one.
    """
    epochs = range(min(_logged_epochs(experiments), _N_EPOCHS))
    both = [_scores(experiment, epochs) for experiment in experiments]
    joint = np.mean([scores.mean(axis=0) for _, scores in both], axis=0)
    of_pairs = np.mean([scores.mean(axis=0) for scores, _ in both], axis=0)
    of_tasks = np.mean(
        [
            np.mean([log.printed_accuracy[list(epochs)] for log in run.single.values()], axis=0)
            for run in experiments
        ],
        axis=0,
    )
    n_tasks, n_pairs = len(experiments[0].single), len(experiments[0].pairs)
    figure = "Figure 4a" if experiments[0].problem == "related" else "Figure 4b"
    rows = (
        (AS_DRAWN, of_tasks, f"a mean over {n_pairs} pairs less one over {n_tasks} tasks"),
        (SAME_PAIRS, of_pairs, f"both means over the {n_pairs} pairs"),
    )
    return [
        finding_on(
            experiments,
            figure,
            item,
            float((joint - single)[_EPOCH]),
            f"is the lead in accuracy of joint training at epoch {_EPOCH}, {sentence}; it leads "
            f"for good {_from(joint - single)}",
        )
        for item, single, sentence in rows
    ]


def _from(lead: FloatArray) -> str:
    """From which epoch on a lead stays above 0."""
    behind = np.flatnonzero(lead <= 0)
    first = int(behind[-1]) + 1 if behind.size else 0
    return f"from epoch {first} on" if first < len(lead) else "at no epoch"
