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

The logs are folders: ``logs/<task>`` of a task alone and ``logs/<one>_<other>`` of two jointly.
Each holds ``loss_tr.log``, a line every ten iterations such as ``Iter 10, task ccg, loss 7.16``,
and ``loss_dv.log``, a line every hundred and for each task, with ``acc``, ``f1``, ``p`` and ``r``
on the development set after the loss. Nothing in them is trusted.

Numbers in print are from ``experiments.ipynb`` beside the released logs of "Identifying beneficial
task relations for multi-task learning in deep neural networks".
"""

import csv
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from itertools import permutations
from typing import NamedTuple

import numpy as np

from minimtl.audit.released import (
    AGREES,
    AS_COMPUTED,
    INCOMPLETE,
    NUMBER,
    TOP,
    Audited,
    Finding,
    Judgement,
    Part,
    ReleasedFile,
    ReleasedStudy,
    bad_line,
    by_digits,
    damaged,
    joined,
    judge,
    text_lines,
)
from minimtl.gains.engine import analyse, read_tables
from minimtl.gains.readtable import Roles
from minimtl.report.csvfile import DATA_DIGITS, Row, Table
from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.stats.curves import fit_log_curve
from minimtl.tasks.protocol import Meta

# In print, a row a main task: the slope of its training loss at 30 % of the log, to four
# significant digits, and the gain in per cent with each auxiliary task, here to two decimals.
_PRINTED = (files("minimtl.audit") / "bingel2017.csv").read_text(encoding="ascii").splitlines()
_ROWS = {row["main"]: row for row in csv.DictReader(_PRINTED)}
TASKS = tuple(_ROWS)
SLOPES_AT_30 = {task: float(row["slope_at_30"]) for task, row in _ROWS.items()}
GAINS = np.array([[float(row[aux] or math.nan) for aux in TASKS] for row in _ROWS.values()])
GAIN_DIGITS = 2
N_GAINS, N_LOSSES, LARGEST_GAIN = 40, 50, 23.20
_FOUR_DIGITS = 5e-4  # relative
# Printed mean F1 of "gain" over 100 repetitions of five random folds: of all 42 features, of the
# best of a series from which they are taken away one by one, of the 21 not of the loss curve.
F1_ALL, F1_BEST, F1_DATA = 0.669, 0.713, 0.527
_ABSENT = (
    "The logs do not have the 21 features of the data, and so cannot give the F1 of all 42 "
    f"features ({F1_ALL}), of the best subset ({F1_BEST}) and of the data features ({F1_DATA})."
)
# How it stands in the name of a finding, and what is tested.
_DESIGNS = {
    "in_fold": ("", "the mean over 100 repetitions of five random folds"),
    "main_unseen": (", main task unseen", "no pair of the main task in either role is learned"),
    "both_unseen": (", both tasks unseen", "no pair of either task in either role is learned"),
}
_META = Meta(scaling="minmax", penalize_intercept=True)  # the authors' meta-model

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
_NAME = r"[A-Za-z][A-Za-z0-9]{0,40}"
# Training logs of two tasks are not read: all features are of tasks alone.
PATTERN = re.compile(
    rf"{TOP}logs/(?:(?P<alone>{_NAME})/loss_tr|(?P<run>{_NAME}(?:_{_NAME})?)/loss_dv)\.log",
    re.ASCII,
)
_SCORES = rf", acc {NUMBER}, f1 (?P<f1>{NUMBER})(?:, p {NUMBER}, r {NUMBER})?"
_LINE = re.compile(
    rf"Iter (?P<iteration>\d{{1,9}}), task (?P<task>{_NAME}), loss (?P<loss>{NUMBER})"
    rf"(?:{_SCORES})?",
    re.ASCII,
)


class TrainingLog(NamedTuple):
    """Iterations, int64, and training losses, float64, both of shape (n_lines,), as logged."""

    iteration: IntArray
    loss: FloatArray


@dataclass(frozen=True)
class BingelLogs:
    """The logs of the study.

    Attributes
    ----------
    training : {task: its training log alone}, sorted by task.
    f1 : {(the tasks trained, the task scored): {iteration: F1 on its development set}}. Of an
        iteration that is logged twice the first line counts, as in the authors' notebook.
    """

    training: dict[str, TrainingLog]
    f1: dict[tuple[str, str], dict[int, float]]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Main and auxiliary task of every joint run, in both directions, sorted."""
        every = permutations(self.training, 2)
        return [pair for pair in every if (_joint_name(pair), pair[0]) in self.f1]

    def f1_after(self, run: str, task: str, iteration: int) -> float:
        """The F1 of a task in a run; MinimtlError if there is none after so many iterations."""
        try:
            return self.f1[run, task][iteration]
        except KeyError:
            raise damaged(
                f"logs/{run}/loss_dv.log has no score of {task!r} after {iteration:,} iterations"
            ) from None

    def gains_before(self, earlier: int) -> FloatArray:
        """The gain of each pair in per cent, read so many iterations before the authors did.

        MinimtlError is raised if a log ends before, or the F1 alone is 0.
        """
        values = []
        for pair in self.pairs:
            main, iteration = pair[0], ALONE_AT - earlier
            alone = self.f1_after(main, main, iteration)
            joint = self.f1_after(_joint_name(pair), main, JOINT_AT - earlier)
            if alone == 0:
                raise damaged(
                    f"the F1 of {main!r} alone is 0 after {iteration:,} iterations, so no gain "
                    "relative to it exists"
                )
            values.append((joint / alone - 1) * 100)
        return np.array(values)

    @cached_property
    def gains(self) -> FloatArray:
        """The gain of each pair in per cent, (n_pairs,)."""
        return self.gains_before(0)

    @cached_property
    def of_task(self) -> dict[str, FloatArray]:
        """{task: its seven features}; MinimtlError for too short a log."""
        return {task: _task_features(log, task) for task, log in self.training.items()}

    @property
    def table(self) -> Table:
        """The pairs with their gains and features, as a table that ``minimtl meta`` reads."""
        rows: list[Row] = []
        for (main, aux), gain in zip(self.pairs, self.gains, strict=True):
            of_main, of_aux = self.of_task[main], self.of_task[aux]
            ratio = np.divide(of_main, of_aux, out=np.zeros(len(of_aux)), where=of_aux != 0)
            features = map(float, (*of_main, *of_aux, *ratio))
            row: Row = {"main": main, "aux": aux, "gain": float(gain)}
            rows.append(row | dict(zip(CURVE_FEATURES, features, strict=True)))
        return Table(_PAIRS, rows, DATA_DIGITS)


def _joint_name(pair: tuple[str, str]) -> str:
    return "_".join(sorted(pair))


def read_logs(files: Iterable[ReleasedFile]) -> BingelLogs:
    """The logs in the files that `PATTERN` matches.

    MinimtlError is raised if a line is no line of a log, a folder logs another task than its name
    has, or a task of a joint run was not trained alone.
    """
    training: dict[str, TrainingLog] = {}
    f1: dict[tuple[str, str], dict[int, float]] = {}
    for file in files:
        if (task := file.parts["alone"]) is not None:
            lines = _lines(file, task)
            iterations = np.array([int(line["iteration"]) for line in lines], np.int64)
            losses = np.array([float(line["loss"]) for line in lines])
            training[task] = TrainingLog(iterations, losses)
        else:
            f1 |= _development(file, str(file.parts["run"]))

    for run, task in f1:
        for name in run.split("_"):
            if name not in training or (name, name) not in f1:
                raise damaged(
                    f"the logs have the run {run} of {task!r} but not all of {name!r} alone"
                )
    return BingelLogs({task: training[task] for task in sorted(training)}, f1)


def _development(file: ReleasedFile, run: str) -> dict[tuple[str, str], dict[int, float]]:
    scores: dict[tuple[str, str], dict[int, float]] = {(run, task): {} for task in run.split("_")}
    for number, line in enumerate(_lines(file, run), start=1):
        if line["f1"] is None or not 0 <= float(line["f1"]) <= 1:
            raise bad_line(file.file, number, "has no F1 between 0 and 1")
        scores[run, line["task"]].setdefault(int(line["iteration"]), float(line["f1"]))
    return scores


def _lines(file: ReleasedFile, run: str) -> list[re.Match[str]]:
    """The lines of a log, each of a task of the run."""
    lines = []
    for number, text in enumerate(text_lines(file.content, file.file), start=1):
        line = _LINE.fullmatch(text)
        if line is None or not np.isfinite(float(line["loss"])):
            raise bad_line(file.file, number, "is no line such as 'Iter 10, task ccg, loss 7.16'")
        if line["task"] not in run.split("_"):
            raise bad_line(file.file, number, f"is of the task {line['task']!r}, not of {run!r}")
        lines.append(line)
    return lines


def _task_features(log: TrainingLog, task: str) -> FloatArray:
    k = np.array([int(p * len(log.loss)) for p in _FRACTIONS])
    if len(log.loss) < _FEWEST_LINES or not (log.iteration[k + 1] - log.iteration[k - 1]).all():
        raise damaged(f"logs/{task}/loss_tr.log has too few iterations for slopes")
    slopes = (log.loss[k + 1] - log.loss[k - 1]) / (log.iteration[k + 1] - log.iteration[k - 1])
    curve = fit_log_curve(log.loss[_FITTED])
    return np.array([*slopes, curve.a, curve.c])


def _notebook(
    item: str, derived: float, sentence: str, printed: float, agrees: bool, is_whole: bool
) -> Finding:
    """A number of the notebook; nothing is decided where logs that it speaks of are not here."""
    judgement = judge(agrees) if is_whole else Judgement(INCOMPLETE, "not all its logs are here")
    finding = Finding("notebook", "", item, derived=derived, reason=sentence)
    return finding.against(AS_COMPUTED, printed, judgement)


def _is_rounded(printed: float, gain: float) -> bool:
    return by_digits(printed, gain, GAIN_DIGITS) == Judgement(AGREES)


def audit_gains(logs: BingelLogs) -> Part:
    """The printed gains and the largest of them."""
    printed = {
        (TASKS[main], TASKS[aux]): GAINS[main, aux]
        for main, aux in permutations(range(len(TASKS)), 2)
    }
    is_whole = printed.keys() <= set(logs.pairs)
    n_agreeing = sum(
        pair in printed and _is_rounded(printed[pair], gain)
        for pair, gain in zip(logs.pairs, logs.gains, strict=True)
    )
    n_gains, n_losses = int((logs.gains > 0).sum()), int((logs.gains <= 0).sum())
    place = int(logs.gains.argmax())
    gain = float(logs.gains[place])
    pair = f"per cent: {' with '.join(logs.pairs[place])}"
    rule = (
        f"F1 of the main task after {JOINT_AT:,} joint iterations divided by F1 after {ALONE_AT:,} "
        "alone, less 1"
    )
    items = (
        ("gains that agree", n_agreeing, rule, len(printed), n_agreeing == len(printed)),
        ("pairs that gain", n_gains, "", N_GAINS, n_gains == N_GAINS),
        ("pairs that lose", n_losses, "", N_LOSSES, n_losses == N_LOSSES),
        ("largest gain", gain, pair, LARGEST_GAIN, _is_rounded(LARGEST_GAIN, gain)),
    )
    lines = [
        f"{n_agreeing} of {len(printed)} printed gains come out, as {rule}: {n_gains} "
        f"pairs gain, {n_losses} lose ({N_GAINS} and {N_LOSSES} are printed).",
        f"The largest gain is {gain:.2f} {pair} ({LARGEST_GAIN:.2f} is printed).",
    ]
    findings = [
        _notebook(item, derived, sentence, in_print, agrees, is_whole)
        for item, derived, sentence, in_print, agrees in items
    ]
    return Part(findings, lines)


def audit_slopes(logs: BingelLogs) -> Part:
    """The printed slopes of the training losses of tasks alone."""
    place = _TASK_FEATURES.index("gradient_30")
    n_agreeing = sum(
        abs(logs.of_task[task][place] / slope - 1) < _FOUR_DIGITS
        for task, slope in SLOPES_AT_30.items()
        if task in logs.of_task
    )
    n_printed = len(SLOPES_AT_30)
    finding = _notebook(
        "slopes at 30 % that agree",
        n_agreeing,
        "of the training loss of a task alone; 30 % of the lines of its log, to four digits",
        n_printed,
        n_agreeing == n_printed,
        SLOPES_AT_30.keys() <= logs.of_task.keys(),
    )
    line = (
        f"{n_agreeing} of {n_printed} printed slopes at 30 % come out; the other slopes and the "
        "curves follow the same rules, except c, which their form of the curve does not fix. All "
        f"{len(CURVE_FEATURES)} are in {_PAIRS}.csv."
    )
    return Part([finding], [line])


def audit_labels(logs: BingelLogs) -> Part:
    """The firmness of labels: at another checkpoint, by their size, within a main task."""
    n_pairs = len(logs.pairs)
    of_main: dict[str, list[bool]] = {}
    for (main, _), gain in zip(logs.pairs, logs.gains, strict=True):
        of_main.setdefault(main, []).append(bool(gain > 0))
    always = sorted(main for main, gained in of_main.items() if all(gained))
    never = sorted(main for main, gained in of_main.items() if not any(gained))
    rows = (
        (
            "main tasks of one label",
            len(always) + len(never),
            f"of {len(of_main)} main tasks have one label whatever the auxiliary task: all pairs "
            f"of {', '.join(always) or 'none'} gain, no pair of {', '.join(never) or 'any'} does",
        ),
        (
            "labels of the checkpoint before",
            int(((logs.gains_before(_CHECKPOINT) > 0) != (logs.gains > 0)).sum()),
            f"of {n_pairs} labels change when F1 is read {_CHECKPOINT} iterations earlier, alone "
            "and jointly",
        ),
        (
            "small gains",
            int((np.abs(logs.gains) < _SMALL).sum()),
            f"of {n_pairs} gains are within {_SMALL:.0f} % of 0, and 1 run of each pair is "
            "released, so nothing shows how reliable a label is",
        ),
    )
    return Part(
        [Finding("labels", "", item, derived=n, reason=sentence) for item, n, sentence in rows],
        [f"{n} {sentence}." for _, n, sentence in rows],
    )


def audit_prediction(logs: BingelLogs) -> Part:
    """The prediction of gains by curve features and the main task's name; none of too few pairs."""
    (table,) = read_tables(logs.table.rows, Roles())
    # The authors' meta-model on their folds, and on tasks that were not in training.
    table, rng = replace(table, settings=_META), np.random.default_rng(_SEED)
    analysis = analyse(table, rng, tuple(_DESIGNS), alone=(), fewest=_META.cv_folds, tested=())
    if analysis.predicted is None:
        return Part()

    of = f"{len(CURVE_FEATURES)} curve features"
    names = {"all": of, "main_name": "main task's name", "majority": "majority"}
    findings = [
        Finding("prediction", "", f"{score} of {predictor}{where}", derived=value, reason=design)
        for row in analysis.predictions
        if (predictor := names.get(row.features))
        for where, design in (_DESIGNS[row.design],)
        for score, value in (("F1", row.scores.f1), ("accuracy", row.scores.accuracy))
    ]

    scores = {(row.design, row.features): row.scores for row in analysis.predictions}
    seen, name = scores["in_fold", "all"], scores["in_fold", "main_name"]
    lines = [
        "On random folds, the authors' design, a model that sees only the main task's name has F1 "
        f"{name.f1:.3f} (accuracy {name.accuracy:.3f}); they print {F1_ALL} for all 42 features "
        f"and {F1_BEST} for the best subset.",
        f"The {of} alone, scaled to [0, 1] as the authors do, have F1 {seen.f1:.3f} (accuracy "
        f"{seen.accuracy:.3f}) on such folds; the majority's accuracy is "
        f"{scores['in_fold', 'majority'].accuracy:.3f}.",
    ]
    if {"main_unseen", "both_unseen"} <= set(analysis.designs):
        unseen, majority = scores["main_unseen", "all"], scores["main_unseen", "majority"]
        both, of_both = scores["both_unseen", "all"], scores["both_unseen", "majority"]
        lines.append(
            f"If the main task is not in training in either role, the {of} have F1 "
            f"{unseen.f1:.3f} (accuracy {unseen.accuracy:.3f}; the majority, and so the name, "
            f"{majority.accuracy:.3f}); if neither task is, {both.f1:.3f} (accuracy "
            f"{both.accuracy:.3f}; the majority {of_both.accuracy:.3f})."
        )
    return Part(findings, lines)


def audit(files: Iterator[ReleasedFile]) -> Audited:
    """The audit of the logs in `files`; MinimtlError if a log is damaged, too short, or missing."""
    logs = read_logs(files)
    if not logs.pairs:
        raise damaged("the logs have no run of two tasks")
    gains, slopes, labels = audit_gains(logs), audit_slopes(logs), audit_labels(logs)
    prediction = audit_prediction(logs)
    return Audited(
        title="Bingel and Søgaard (2017): the printed numbers against the released logs",
        read=[f"{len(logs.training)} tasks alone", f"{len(logs.pairs)} pairs"],
        lines=[*joined([gains, prediction, labels, slopes]).lines, _ABSENT],
        findings=joined([gains, slopes, labels, prediction]).findings,
        pairs=[logs.table],
    )


BINGEL = ReleasedStudy(
    name="Bingel and Søgaard 2017",
    layout="logs/<task>/loss_dv.log and logs/<task>_<task>/loss_dv.log",
    pattern=PATTERN,
    audit=audit,
)
