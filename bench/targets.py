"""The goals, and what this run measured for each."""

from dataclasses import dataclass

import numpy as np

from bench import evaluation, fits, growth, logistic, starts, steps, study, tfidf
from bench.rows import OURS, Row, find
from bench.settings import Settings

AT_LEAST, AT_MOST = "at least", "at most"
TIMES_TORCH = (9.0, 7.0)  # of a single task, of two jointly


@dataclass(frozen=True)
class Target:
    """One goal: `measured` should be `direction` the `goal`; NaN where a row was missing."""

    what: str
    direction: str
    goal: float
    measured: float

    @property
    def verdict(self) -> str:
        """``yes``, ``no`` or ``not measured``."""
        if np.isnan(self.measured):
            return "not measured"
        difference = self.measured - self.goal
        reached = difference >= 0 if self.direction == AT_LEAST else difference <= 0
        return "yes" if reached else "no"


def targets(rows: list[Row], settings: Settings) -> list[Target]:
    """All goals, in the order of docs/speed.md."""
    goals = []
    for (n_tasks, what), goal in zip(steps.WHATS.items(), TIMES_TORCH, strict=True):
        torch = _times(best_torch(rows, what))
        goals.append(Target(f"{what}: times the best PyTorch setting", AT_LEAST, goal, torch))
        if n_tasks == 1:
            sklearn = _times(find(rows, steps.SECTION, what, steps.SKLEARN))
            goals.append(Target(f"{what}: times scikit-learn", AT_LEAST, 20.0, sklearn))
        floor = 1.0 / _times(find(rows, steps.SECTION, what, steps.FLOOR))
        goals.append(Target(f"{what}: over the floor", AT_MOST, 1.5, floor))
    for what in steps.WHATS.values():
        cost = _median(rows, evaluation.SECTION, evaluation.cost_of(what))
        goals.append(Target(f"{evaluation.cost_of(what)} (%)", AT_MOST, 25.0, cost))
    goals += fit_targets(rows)
    for what in (growth.EQUAL_NONZEROS, growth.SAME_WORDS):
        small, large = (
            _median(rows, growth.SECTION, f"{what}: {n}") for n in ("10,000", "200,000")
        )
        name = f"step at 200,000 words over 10,000 ({what})"
        goals.append(Target(name, AT_MOST, 1.5, large / small))
    size = study.study_size(settings)
    faster = {
        "TF-IDF: times scikit-learn": (3.0, _best_peer(rows, tfidf.SECTION)),
        "TF-IDF, two threads: times one (wall time)": (
            1.8,
            _wall_of(rows, tfidf.ONE) / _wall_of(rows, tfidf.TWO),
        ),
        "logistic regression: times scikit-learn's best solver": (
            5.0,
            _best_peer(rows, logistic.SECTION),
        ),
        f"PyTorch's steps alone over the whole study, CPU ({size})": (
            5.0,
            study_ratio(rows, settings),
        ),
        f"two workers: times one ({size})": (1.85, _speed_up(rows, settings)),
    }
    limits = {
        "kernels compiled, first training (s)": (10.0, starts.SECTION, starts.COLD),
        "minimtl --help (s)": (0.3, starts.SECTION, starts.HELP),
        "Numba and SciPy loaded for --help": (0.0, starts.SECTION, starts.LIGHT),
        "peak memory of a worker (MB)": (350.0, study.SECTION, study.WORKER_MEMORY),
        "peak memory of the parent (MB)": (700.0, study.SECTION, study.PARENT_MEMORY),
        "peak memory of all processes, one worker (MB)": (512.0, study.SECTION, study.TOTAL_MEMORY),
    }
    return [
        *goals,
        *(Target(name, AT_LEAST, goal, measured) for name, (goal, measured) in faster.items()),
        *(
            Target(name, AT_MOST, goal, _median(rows, section, what))
            for name, (goal, section, what) in limits.items()
        ),
    ]


def fit_targets(rows: list[Row]) -> list[Target]:
    """Of short fits: the time of one epoch, and of a call on one batch over what it must do."""
    one_epoch = _median(rows, fits.SECTION, fits.fit_of(1))
    call, step, conversion = (
        _value(find(rows, fits.SECTION, fits.PART, who))
        for who in (OURS, fits.STEP, fits.CONVERSION)
    )
    return [
        Target("fit, one epoch of 400 documents (ms)", AT_MOST, 8.0, one_epoch),
        Target(
            "partial_fit on 32 documents, less its conversion: times the step itself",
            AT_MOST,
            2.0,
            (call - conversion) / step,
        ),
    ]


def best_torch(rows: list[Row], what: str) -> Row | None:
    """The fastest of PyTorch's settings; the one with minimtl's own saving does not count."""
    measured = [
        row
        for row in rows
        if row.n and (row.section, row.what) == (steps.SECTION, what)
        and row.who.startswith(steps.TORCH) and row.who != steps.ACTIVE
    ]  # fmt: skip
    return min(measured, key=lambda row: row.median, default=None)


def study_ratio(rows: list[Row], settings: Settings) -> float:
    """CPU time of the study's steps in PyTorch's best setting, over that of our whole study."""
    ours = _median(rows, study.SECTION, f"{study.CPU}, {study.study_size(settings)}")
    counts = zip(study.count_steps(settings), steps.WHATS.values(), strict=True)
    peer = sum(n * _value(best_torch(rows, what)) / 1e3 for n, what in counts)
    return peer / ours


def _speed_up(rows: list[Row], settings: Settings) -> float:
    what = f"{study.WALL}, {study.study_size(settings)}"
    one = find(rows, study.SECTION, what, "minimtl, 1 worker")
    two = find(rows, study.SECTION, what, "minimtl, 2 workers")
    return _value(one) / _value(two)


def _wall_of(rows: list[Row], who: str) -> float:
    """Wall time of TF-IDF by so many threads."""
    found = [row for row in rows if (row.section, row.who) == (tfidf.THREADS, who)]
    return _value(found[0] if found else None)


def _best_peer(rows: list[Row], section: str) -> float:
    peers = [row for row in rows if row.n and row.section == section and row.who != OURS]
    return _times(min(peers, key=lambda row: row.median, default=None))


def _median(rows: list[Row], section: str, what: str) -> float:
    return _value(find(rows, section, what))


def _value(row: Row | None) -> float:
    return row.median if row else float("nan")


def _times(row: Row | None) -> float:
    return row.times_ours if row else float("nan")
