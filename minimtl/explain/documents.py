"""Gain against training documents a class: from a multiverse's table, or from a small run now."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.explain.lesson import Lesson
from minimtl.jobs import ProcessPool
from minimtl.tasks import Job, StudyData, Task, compute, decode, joint_job, single_job

FILE = "universes.csv"
N_RUNS = 3
_FIELD = "train_per_class"
_COLUMNS = ("problem", "single", "multi", "gain", "low", "high")


class Point(NamedTuple):
    """Scores at one number of documents a class, averaged; the gain of each run, or its interval.

    `gains` are those of the runs; of a multiverse, the mean gain and the ends of its interval.
    """

    documents: int
    single: float
    multi: float
    gains: tuple[float, ...]

    @property
    def gain(self) -> float:
        return self.multi - self.single


class Measured(NamedTuple):
    """The points, by increasing number of documents, and a sentence that says what they are of."""

    points: tuple[Point, ...]
    of: str


def gain_by_documents(lesson: Lesson, n_workers: int, announce: Callable[[str], None]) -> Measured:
    """From `FILE` in the lesson's folder if it varies `train_per_class`, else trained now."""
    path = lesson.folder / FILE
    if path.exists():
        found = read_universes(path, lesson.problem.problem)
        if len(found.points) > 1:
            return found
    return measure(lesson, n_workers, announce)


def measure(lesson: Lesson, n_workers: int, announce: Callable[[str], None]) -> Measured:
    """The lesson's pair, `N_RUNS` runs at each of four sizes up to the protocol's."""
    most = lesson.protocol.sampling.n_train // 2
    sizes = [max(most // 8, 2), max(most // 4, 4), max(most // 2, 8), most]
    read_at = lesson.protocol.reading.read_at
    main = lesson.pair.main
    jobs, data = [], []
    for size in sizes:
        protocol = lesson.protocol.replace(
            train_per_class=size, train_per_task=None, epochs_single=read_at + 1,
            epochs_joint=read_at + 1, gradient_window=read_at + 1,
        )  # fmt: skip
        for run in range(N_RUNS):
            jobs += [single_job(main, run), joint_job(lesson.pair, run, protocol)]
            data += [replace(lesson.study.data, protocol=protocol)] * 2
    announce(f"Training {len(jobs)} models of the pair, on {sizes[0]} to {most} posts a class.")
    f1 = partial(_score, main, lesson.protocol.reading.score)
    if n_workers == 1:
        scores = np.array(list(map(f1, jobs, data)))
    else:
        with ProcessPool(n_workers) as pool:
            scores = np.array(list(pool.map(f1, jobs, data)))
    points = []
    for size, (single, multi) in zip(
        sizes, scores.reshape(len(sizes), N_RUNS, 2).swapaxes(1, 2), strict=True
    ):
        gains = tuple(float(gain) for gain in multi - single)
        points.append(Point(size, float(single.mean()), float(multi.mean()), gains))
    return Measured(
        tuple(points), f"this pair, {N_RUNS} runs at each size, trained when the page was made"
    )


def _score(main: Task, score: str, job: Job, data: StudyData) -> float:
    """The main task's score at the end of a job's training."""
    result = decode(compute(job, data))
    scores = result.f1 if score == "f1" else result.accuracy
    return float(scores[job.tasks.index(main)][-1])


def read_universes(path: Path, problem: str) -> Measured:
    """The universes of a problem that differ from its first one in `train_per_class` at most.

    Raises
    ------
    MinimtlError
        If the table cannot be read, lacks a column, or has something else than a number.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row.get("problem") == problem]
        missing = [name for name in _COLUMNS if rows and name not in rows[0]]
        if missing:
            raise ValueError(f"no column {missing[0]}")
        if not rows or _FIELD not in rows[0]:
            return Measured((), "")
        names = list(rows[0])
        choices = set(names[: names.index("problem")]) - {"universe", "protocol", _FIELD}
        alike = [row for row in rows if all(row[name] == rows[0][name] for name in choices)]
        points = sorted(_points(alike))
    except (OSError, ValueError, UnicodeDecodeError, csv.Error) as error:
        raise MinimtlError(
            f"{path} is not a table of `minimtl multiverse` ({error}); move it away, and the page "
            "measures the gain itself"
        ) from None
    n = len(points)
    return Measured(tuple(points), f"all {problem.upper()} pairs in {n} universes of {path.name}")


def _points(rows: Iterable[dict[str, str]]) -> Iterable[Point]:
    for row in rows:
        if not row[_FIELD].isdecimal():  # a protocol that draws from both classes together
            continue
        ends = [float(row[end]) for end in ("low", "high") if row[end]]
        gains = (ends[0], float(row["gain"]), ends[1]) if len(ends) == 2 else (float(row["gain"]),)
        yield Point(int(row[_FIELD]), float(row["single"]), float(row["multi"]), gains)
