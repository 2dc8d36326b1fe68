"""The audit of Bingel and Søgaard (2017): their notebook against their released logs.

Notation
--------
F1(t), F1(t, u)     of task t on its development set, trained alone, and with u
gain                (F1(main, aux) after 100,000 iterations / F1(main) after 50,000 - 1) · 100
y_k, x_k            loss and iteration of line k of the training log of a task alone, k < n
slope at p          (y_{k+1} - y_{k-1}) / (x_{k+1} - x_{k-1}), k = ⌊p·n⌋
a, c                of a·ln(c·i + 1) + b, fitted to every tenth of the first 5,000 losses

A joint iteration is of one of the two tasks at random, so that after 100,000 each had about
50,000. The authors fit a·ln(c·x + d) + b, in which only a is determined (`minimtl.stats.curves`);
with d = 1 and i = 0, 1, … both are.

Numbers in print are from ``experiments.ipynb`` beside the released logs of "Identifying beneficial
task relations for multi-task learning in deep neural networks".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from minimtl.audit.auditfindings import (
    AS_COMPUTED,
    INCOMPLETE,
    MISSING,
    Audited,
    Finding,
    Judgement,
    Part,
    judge,
    rounding,
)
from minimtl.audit.bingellogs import PATTERN, BingelLogs, TrainingLog, joint_name, read_logs
from minimtl.audit.metamodels import predict_signs
from minimtl.audit.released import WHOLE_COPY, ReleasedFile, ReleasedStudy
from minimtl.corpora import Corpus
from minimtl.errors import MinimtlError, UsageError
from minimtl.report import DATA_DIGITS, Row, Table
from minimtl.stats import FloatArray, fit_log_curve

# Printed slopes of the training loss at 30 % of the log, to four significant digits.
SLOPES_AT_30 = {
    "ccg": -6.298e-03,
    "chunking": 1.435e-03,
    "com": 5.261e-05,
    "fnt": 4.132e-05,
    "gpos": -6.624e-04,
    "hyperlinks": -8.521e-04,
    "keysem17": -9.096e-05,
    "mwe": -7.284e-05,
    "semcor": 1.184e-03,
    "streusle": 3.213e-04,
}
TASKS = tuple(SLOPES_AT_30)
# Printed gains in per cent, a row a main task, a column an auxiliary one, both as in `TASKS`;
# printed with all digits, here with two.
GAINS = np.array(
    [
        [np.nan, 1.38, 0.45, 0.58, 1.81, 0.24, 0.30, 0.45, 1.37, 0.84],
        [-0.05, np.nan, -0.15, -0.12, -0.45, -0.50, -0.22, -0.27, -0.10, -0.32],
        [-5.03, 1.34, np.nan, 1.28, -1.35, -2.39, -4.84, 0.82, -2.99, -0.63],
        [-5.79, -1.01, -6.11, np.nan, -9.41, -5.72, -3.56, -9.36, -2.96, -0.68],
        [4.89, 2.87, 1.87, 0.90, np.nan, -0.85, -0.26, 1.29, 3.36, 2.87],
        [12.05, 4.02, -10.70, 9.18, 22.24, np.nan, 1.45, -7.71, 23.20, 8.09],
        [5.65, 3.21, -1.03, -0.43, -1.25, -2.64, np.nan, -4.73, 0.59, 0.69],
        [17.98, 19.56, 7.38, 5.50, 1.64, -3.81, -5.85, np.nan, 15.98, 8.61],
        [-4.99, -0.76, -1.24, -0.81, -0.85, -1.27, -0.83, -1.08, np.nan, -1.71],
        [-1.73, 1.46, -0.26, -0.72, 0.04, -1.47, -1.40, -1.64, 1.72, np.nan],
    ]
)
GAIN_DIGITS = 2
N_GAINS, N_LOSSES, LARGEST_GAIN = 40, 50, 23.20
_FOUR_DIGITS = 5e-4  # relative
# Printed mean F1 of "gain" over 100 repetitions of five random folds: of all 42 features, of the
# best of a series from which they are taken away one by one, of the 21 not of the loss curve.
F1_ALL, F1_BEST, F1_DATA = 0.669, 0.713, 0.527

ALONE_AT, JOINT_AT = 50_000, 100_000
_CHECKPOINT = 100  # iterations between two scores
_SMALL = 1.0  # per cent
_SEED = 0  # of the folds

_FRACTIONS = (0.1, 0.2, 0.3, 0.5, 0.7)
_FITTED = slice(0, 5000, 10)
_FEWEST_LINES = 30  # three losses to fit a curve to
_TASK_FEATURES = (*(f"gradient_{100 * p:.0f}" for p in _FRACTIONS), "curve_a", "curve_c")
CURVE_FEATURES = tuple(
    f"{name}_{role}" for role in ("main", "aux", "ratio") for name in _TASK_FEATURES
)
_PAIRS = "pairs_bingel2017"


@dataclass(frozen=True)
class LoggedPairs:
    """Every pair with its gain and its features.

    Attributes
    ----------
    pairs : main and auxiliary task of each.
    gain : per cent, shape (n_pairs,).
    features : shape (n_pairs, 21), columns as in `CURVE_FEATURES`.
    of_task : {task: its seven features}.
    """

    pairs: list[tuple[str, str]]
    gain: FloatArray
    features: FloatArray
    of_task: dict[str, FloatArray]

    def table(self) -> Table:
        """The pairs as a table that ``minimtl meta`` reads."""
        rows: list[Row] = []
        for (main, aux), gain, features in zip(self.pairs, self.gain, self.features, strict=True):
            row: Row = {"main": main, "aux": aux, "gain": float(gain)}
            row |= zip(CURVE_FEATURES, map(float, features), strict=True)
            rows.append(row)
        return Table(_PAIRS, rows, DATA_DIGITS)


def logged_pairs(logs: BingelLogs) -> LoggedPairs:
    """The pairs of the logs; raises as `gains` does, without any pair, and for too short a log."""
    if not logs.pairs:
        raise MinimtlError(f"the logs have no run of two tasks; {WHOLE_COPY}")
    of_task = {task: _task_features(log, task) for task, log in logs.training.items()}
    rows = []
    for main, aux in logs.pairs:
        ratio = np.zeros(len(_TASK_FEATURES))
        np.divide(of_task[main], of_task[aux], out=ratio, where=of_task[aux] != 0)
        rows.append(np.concatenate([of_task[main], of_task[aux], ratio]))
    features = np.array(rows).reshape(-1, len(CURVE_FEATURES))
    return LoggedPairs(logs.pairs, gains(logs), features, of_task)


def gains(logs: BingelLogs, earlier: int = 0) -> FloatArray:
    """The gain of each pair in per cent, read so many iterations before the authors did.

    Raises
    ------
    MinimtlError
        If a log ends before, or the F1 alone is 0.
    """
    values = []
    for pair in logs.pairs:
        alone = _f1(logs, pair[0], pair[0], ALONE_AT - earlier)
        joint = _f1(logs, joint_name(pair), pair[0], JOINT_AT - earlier)
        if alone == 0:
            raise MinimtlError(
                f"the F1 of {pair[0]!r} alone is 0 after {ALONE_AT - earlier:,} iterations, so no "
                f"gain relative to it exists; {WHOLE_COPY}"
            )
        values.append((joint / alone - 1) * 100)
    return np.array(values)


def _f1(logs: BingelLogs, run: str, task: str, iteration: int) -> float:
    try:
        return logs.f1[run, task][iteration]
    except KeyError:
        raise MinimtlError(
            f"logs/{run}/loss_dv.log has no score of {task!r} after {iteration:,} iterations; "
            f"{WHOLE_COPY}"
        ) from None


def _task_features(log: TrainingLog, task: str) -> FloatArray:
    k = np.array([int(p * len(log.loss)) for p in _FRACTIONS])
    if len(log.loss) < _FEWEST_LINES or not (log.iteration[k + 1] - log.iteration[k - 1]).all():
        raise MinimtlError(
            f"logs/{task}/loss_tr.log has too few iterations for slopes; {WHOLE_COPY}"
        )
    slopes = (log.loss[k + 1] - log.loss[k - 1]) / (log.iteration[k + 1] - log.iteration[k - 1])
    curve = fit_log_curve(log.loss[_FITTED])
    return np.array([*slopes, curve.a, curve.c])


def _notebook(
    item: str, derived: float, sentence: str, printed: float, agrees: bool, is_whole: bool
) -> Finding:
    """A number of the notebook; nothing is decided where logs that it speaks of are not here."""
    judgement = judge(agrees) if is_whole else Judgement(INCOMPLETE, "not all its logs are here")
    return Finding("notebook", item, derived, sentence).against(AS_COMPUTED, printed, judgement)


def audit_gains(table: LoggedPairs) -> Part:
    """The printed gains and the largest of them; the lines that matter of these."""
    printed = {
        (main, aux): GAINS[row, column]
        for row, main in enumerate(TASKS)
        for column, aux in enumerate(TASKS)
        if main != aux
    }
    is_whole = printed.keys() <= set(table.pairs)
    n_agreeing = sum(
        pair in printed and rounding(printed[pair], gain, GAIN_DIGITS) == "rounded"
        for pair, gain in zip(table.pairs, table.gain, strict=True)
    )
    n_gains, n_losses = int((table.gain > 0).sum()), int((table.gain <= 0).sum())
    rule = (
        f"F1 of the main task after {JOINT_AT:,} joint iterations over that after {ALONE_AT:,} "
        "alone, less 1"
    )
    agreeing, *counts = (
        _notebook(item, n, sentence, n_printed, n == n_printed, is_whole)
        for item, n, sentence, n_printed in (
            ("gains that agree", n_agreeing, rule, len(printed)),
            ("pairs that gain", n_gains, "", N_GAINS),
            ("pairs that lose", n_losses, "", N_LOSSES),
        )
    )

    place = int(table.gain.argmax())
    gain = float(table.gain[place])
    pair = f"per cent: {' with '.join(table.pairs[place])}"
    is_largest = rounding(LARGEST_GAIN, gain, GAIN_DIGITS) == "rounded"
    largest = _notebook("largest gain", gain, pair, LARGEST_GAIN, is_largest, is_whole)
    lines = [
        f"{n_agreeing} of {len(printed)} printed gains come out, as {agreeing.reason}: {n_gains} "
        f"pairs gain, {n_losses} lose ({N_GAINS} and {N_LOSSES} are printed).",
        f"The largest gain is {gain:.2f} {largest.reason} ({LARGEST_GAIN:.2f} is printed).",
    ]
    return Part([agreeing, *counts, largest], lines)


def audit_slopes(table: LoggedPairs) -> Part:
    """The printed slopes of the training losses of tasks alone."""
    n_agreeing = sum(
        abs(table.of_task[task][_TASK_FEATURES.index("gradient_30")] / slope - 1) < _FOUR_DIGITS
        for task, slope in SLOPES_AT_30.items()
        if task in table.of_task
    )
    n_printed = len(SLOPES_AT_30)
    sentence = "of the training loss of a task alone; 30 % of the lines of its log, to four digits"
    is_whole = SLOPES_AT_30.keys() <= table.of_task.keys()
    agrees = n_agreeing == n_printed
    finding = _notebook(
        "slopes at 30 % that agree", n_agreeing, sentence, n_printed, agrees, is_whole
    )
    line = (
        f"{n_agreeing} of {n_printed} printed slopes at 30 % come out; the other slopes and the "
        "curves are by the same rules, but for c, which their form of the curve leaves open. All "
        f"{len(CURVE_FEATURES)} are in {_PAIRS}.csv."
    )
    return Part([finding], [line])


def audit_labels(logs: BingelLogs, table: LoggedPairs) -> Part:
    """How firm labels are: at another checkpoint, by their size, within a main task."""
    n_pairs = len(table.pairs)
    n_changed = int(((gains(logs, _CHECKPOINT) > 0) != (table.gain > 0)).sum())
    n_small = int((np.abs(table.gain) < _SMALL).sum())
    of_main: dict[str, list[bool]] = {}
    for (main, _), gain in zip(table.pairs, table.gain, strict=True):
        of_main.setdefault(main, []).append(bool(gain > 0))
    always = sorted(main for main, gained in of_main.items() if all(gained))
    never = sorted(main for main, gained in of_main.items() if not any(gained))
    n_constant = len(always) + len(never)

    changed = (
        f"of {n_pairs} labels change when F1 is read {_CHECKPOINT} iterations earlier, alone and "
        "jointly"
    )
    small = f"of {n_pairs} gains are within {_SMALL:.0f} % of 0"
    constant = (
        f"of {len(of_main)} main tasks have one label whatever the auxiliary task: all pairs of "
        f"{', '.join(always) or 'none'} gain, none of {', '.join(never) or 'any'}"
    )
    runs = "run of each pair is released, so that nothing says how reliable a label is"
    findings = [
        Finding("labels", "labels of the checkpoint before", n_changed, changed),
        Finding("labels", "small gains", n_small, small),
        Finding("labels", "main tasks of one label", n_constant, constant),
        Finding("labels", "runs of a pair", 1, runs),
    ]
    lines = [
        f"{n_constant} {constant}.",
        f"{n_changed} {changed}.",
        f"{n_small} {small}, and 1 {runs}.",
    ]
    return Part(findings, lines)


def audit_logs(logs: BingelLogs) -> Iterator[Finding]:
    """Logs that do not end where scores are read, or that begin anew."""
    for task, log in logs.training.items():
        last = int(log.iteration[-1])
        if last != ALONE_AT:
            sentence = (
                f"iterations were logged: its F1 is read after {ALONE_AT:,}, its slopes are at "
                "shares of all"
            )
            yield Finding("logs", f"iterations of {task} alone", last, sentence)
        repeated = int((np.diff(log.iteration) <= 0).sum())
        if repeated:
            n_lines = len(log.iteration)
            sentence = f"times its log of {n_lines:,} lines goes back to an earlier iteration"
            yield Finding("logs", f"new starts of {task} alone", repeated, sentence)


def audit_curves(table: LoggedPairs) -> Finding:
    """The parameter of the fitted curves that the authors' form leaves open."""
    c = [features[_TASK_FEATURES.index("curve_c")] for features in table.of_task.values()]
    sentence = (
        f"is the largest c of {len(c)} tasks, the smallest is {min(c):.3g}, with d = 1; which c a "
        "search of a·ln(c·x + d) + b ends at says nothing of the task"
    )
    return Finding("features", "largest c of a fitted curve", max(c), sentence)


def audit_prediction(table: LoggedPairs, tasks: Sequence[str]) -> Part:
    """How well curve features and the main task's name predict gains; nothing of too few pairs."""
    numbers = np.array([[tasks.index(task) for task in pair] for pair in table.pairs]).T
    rng = np.random.default_rng(_SEED)
    scores = predict_signs(table.features, table.gain, CURVE_FEATURES, numbers, rng)
    if scores is None:
        return Part()

    of = f"{len(CURVE_FEATURES)} curve features"
    folds = "is the mean over 100 repetitions of five random folds"
    no_main, neither = (
        f"is of pairs tested once, by what was learned without {unseen} in either role"
        for unseen in ("their main task", "either of their tasks")
    )
    rows = (
        (of, folds, scores.random),
        ("main task's name", folds, scores.name),
        ("majority", folds, scores.majority),
        (f"{of}, main task unseen", no_main, scores.main_unseen),
        ("majority, main task unseen", no_main, scores.majority_main_unseen),
        (f"{of}, both tasks unseen", neither, scores.both_unseen),
        ("majority, both tasks unseen", neither, scores.majority_both_unseen),
    )
    findings = [
        Finding("prediction", f"{score} of {what}", value, sentence)
        for what, sentence, both in rows
        for score, value in (("F1", both.f1), ("accuracy", both.accuracy))
    ]
    lines = [
        "On random folds, the authors' design, a model that sees only the main task's name has F1 "
        f"{scores.name.f1:.3f} (accuracy {scores.name.accuracy:.3f}); they print {F1_ALL} for all "
        f"42 features and {F1_BEST} for the best fewer.",
        f"The {of} alone, scaled to [0, 1] as the authors do, have F1 {scores.random.f1:.3f} "
        f"(accuracy {scores.random.accuracy:.3f}) on such folds; the majority's accuracy is "
        f"{scores.majority.accuracy:.3f}.",
        f"Where the main task is in neither role in training, the {of} have F1 "
        f"{scores.main_unseen.f1:.3f} (accuracy {scores.main_unseen.accuracy:.3f}) against an "
        f"accuracy of {scores.majority_main_unseen.accuracy:.3f} of the majority, to which the "
        f"name falls; with both tasks unseen {scores.both_unseen.f1:.3f} "
        f"({scores.both_unseen.accuracy:.3f} against {scores.majority_both_unseen.accuracy:.3f}).",
    ]
    return Part(findings, lines)


def absent_scores() -> Part:
    """What the logs alone do not give."""
    findings = []
    for item, printed in (
        ("F1 of all 42 features", F1_ALL),
        ("best F1 of fewer features", F1_BEST),
        ("F1 of the 21 data features", F1_DATA),
    ):
        sentence = (
            f"{printed} is printed; the features of the data need the tasks' corpora, which are "
            "not in the archive"
        )
        finding = Finding("prediction", item, None, sentence)
        findings.append(finding.against("", printed, Judgement(MISSING)))
    line = (
        "Not to be had from the logs: the 21 features of the data, and so the F1 of all 42 "
        f"features ({F1_ALL}), of the best fewer ({F1_BEST}) and of the data features ({F1_DATA})."
    )
    return Part(findings, [line])


def audit(files: Iterator[ReleasedFile], corpus: Corpus | None) -> Audited:
    """The audit of the logs in `files`.

    Raises
    ------
    UsageError
        If a corpus is given: the tasks are of ten others.
    MinimtlError
        If a log is damaged, too short, or missing.
    """
    if corpus is not None:
        raise UsageError(
            "--corpus is of 20 Newsgroups, of which these released logs have no task; leave it out."
        )
    logs = read_logs(files)
    table = logged_pairs(logs)
    of_gains, slopes, labels = audit_gains(table), audit_slopes(table), audit_labels(logs, table)
    prediction, absent = audit_prediction(table, logs.tasks), absent_scores()
    parts = (of_gains, prediction, labels, slopes, absent)
    return Audited(
        title="Bingel and Søgaard (2017): the printed numbers against the released logs",
        read=[f"{len(logs.tasks)} tasks alone", f"{len(table.pairs)} pairs"],
        lines=[line for part in parts for line in part.lines],
        findings=[
            *(finding for part in (of_gains, slopes, labels) for finding in part.findings),
            *audit_logs(logs),
            audit_curves(table),
            *prediction.findings,
            *absent.findings,
        ],
        pairs=[table.table()],
    )


BINGEL = ReleasedStudy(
    name="Bingel and Søgaard 2017",
    layout="logs/<task>/loss_dv.log and logs/<task>_<task>/loss_dv.log",
    pattern=PATTERN,
    audit=audit,
)
