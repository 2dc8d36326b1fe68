"""The released logs: ``logs/<task>`` of a task alone and ``logs/<one>_<other>`` of two jointly.

Each folder holds ``loss_tr.log``, a line every ten iterations such as ``Iter 10, task ccg, loss
7.16``, and ``loss_dv.log``, a line every hundred and for each task, with ``acc``, ``f1``, ``p``
and ``r`` on the development set after the loss. Nothing in them is trusted.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from minimtl.audit.released import NUMBER, TOP, ReleasedFile, bad_line, damaged, text_lines

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


@dataclass(frozen=True)
class TrainingLog:
    """Iterations, int64, and training losses, float64, both of shape (n_lines,), as logged."""

    iteration: np.ndarray
    loss: np.ndarray


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
    def tasks(self) -> tuple[str, ...]:
        """All tasks that were trained alone, sorted."""
        return tuple(self.training)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Main and auxiliary task of every joint run, in both directions, sorted."""
        return [
            pair for pair in permutations(self.tasks, 2) if (joint_name(pair), pair[0]) in self.f1
        ]


def joint_name(pair: tuple[str, str]) -> str:
    """The name of the joint run of two tasks."""
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
            training[task] = _training(file, task)
        else:
            f1 |= _development(file, str(file.parts["run"]))

    for run, task in f1:
        for name in run.split("_"):
            if name not in training or (name, name) not in f1:
                raise damaged(
                    f"the logs have the run {run} of {task!r} but not all of {name!r} alone"
                )
    return BingelLogs({task: training[task] for task in sorted(training)}, f1)


def _training(file: ReleasedFile, task: str) -> TrainingLog:
    lines = _lines(file)
    for number, line in enumerate(lines, start=1):
        if line["task"] != task:
            raise bad_line(file.file, number, f"is of the task {line['task']!r}, not {task!r}")
    return TrainingLog(
        np.array([int(line["iteration"]) for line in lines], np.int64),
        np.array([float(line["loss"]) for line in lines]),
    )


def _development(file: ReleasedFile, run: str) -> dict[tuple[str, str], dict[int, float]]:
    scores: dict[tuple[str, str], dict[int, float]] = {(run, task): {} for task in run.split("_")}
    for number, line in enumerate(_lines(file), start=1):
        if (run, line["task"]) not in scores:
            raise bad_line(file.file, number, f"is of the task {line['task']!r}, not of {run!r}")
        if line["f1"] is None or not 0 <= float(line["f1"]) <= 1:
            raise bad_line(file.file, number, "has no F1 between 0 and 1")
        scores[run, line["task"]].setdefault(int(line["iteration"]), float(line["f1"]))
    return scores


def _lines(file: ReleasedFile) -> list[re.Match[str]]:
    lines = []
    for number, text in enumerate(text_lines(file.content, file.file), start=1):
        line = _LINE.fullmatch(text)
        if line is None or not np.isfinite(float(line["loss"])):
            raise bad_line(file.file, number, "is no line such as 'Iter 10, task ccg, loss 7.16'")
        lines.append(line)
    return lines
