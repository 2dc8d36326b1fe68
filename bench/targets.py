"""What was to be reached, and what this run measured of it."""

import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench import growth, metamodel, starts, study, tfidf, training
from bench.rows import OURS, Row, find
from bench.settings import Settings

AT_LEAST, AT_MOST = "at least", "at most"
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    AT_LEAST: operator.ge,
    AT_MOST: operator.le,
}


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
        return "yes" if _COMPARE[self.direction](self.measured, self.goal) else "no"


def targets(rows: list[Row], settings: Settings) -> list[Target]:
    """All goals, in the order of the README."""
    goals = []
    for what in training.WHATS.values():
        goals.append(Target(f"{what}: times the best PyTorch setting", AT_LEAST, 6.0,
                            _times(best_torch(rows, what))))  # fmt: skip
        if what == training.WHATS[1]:
            sklearn = _of(rows, training.SECTION, what, training.SKLEARN)
            goals.append(Target(f"{what}: times scikit-learn", AT_LEAST, 20.0, _times(sklearn)))
        floor = _of(rows, training.SECTION, what, training.FLOOR)
        goals.append(Target(f"{what}: over the floor", AT_MOST, 2.0, 1.0 / _times(floor)))
    for what in (growth.EQUAL_NONZEROS, growth.SAME_WORDS):
        small, large = (
            _median(rows, growth.SECTION, f"{what}: {n}") for n in ("10,000", "200,000")
        )
        goals.append(Target(f"step at 200,000 words over 10,000 ({what})", AT_MOST, 1.3,
                            large / small))  # fmt: skip
    size = study.study_size(settings)
    return [
        *goals,
        Target("TF-IDF: times scikit-learn", AT_LEAST, 1.0, _best_peer(rows, tfidf.SECTION)),
        Target("logistic regression: times scikit-learn's best solver", AT_LEAST, 5.0,
               _best_peer(rows, metamodel.SECTION)),
        Target(f"PyTorch's steps alone over the whole study, CPU ({size})", AT_LEAST, 5.0,
               study_ratio(rows, settings)),
        Target(f"two workers: times one ({size})", AT_LEAST, 1.8, _speed_up(rows, settings)),
        Target("kernels compiled, first training (s)", AT_MOST, 20.0,
               _median(rows, starts.SECTION, starts.COLD)),
        Target("minimtl --help (s)", AT_MOST, 0.3, _median(rows, starts.SECTION, starts.HELP)),
        Target("Numba and SciPy loaded for --help", AT_MOST, 0.0,
               _median(rows, starts.SECTION, starts.LIGHT)),
        Target("peak memory of a worker (MB)", AT_MOST, 350.0,
               _median(rows, study.SECTION, study.WORKER_MEMORY)),
        Target("peak memory of the parent (MB)", AT_MOST, 700.0,
               _median(rows, study.SECTION, study.PARENT_MEMORY)),
    ]  # fmt: skip


def best_torch(rows: list[Row], what: str) -> Row | None:
    """The fastest of PyTorch's settings; the one with our saving built in does not count."""
    measured = [
        row
        for row in rows
        if row.n and (row.section, row.what) == (training.SECTION, what)
        and row.who.startswith(training.TORCH) and row.who != training.ACTIVE
    ]  # fmt: skip
    return min(measured, key=lambda row: row.median, default=None)


def study_ratio(rows: list[Row], settings: Settings) -> float:
    """CPU time of the study's steps in PyTorch's best setting, over that of our whole study."""
    ours = _median(rows, study.SECTION, f"{study.CPU}, {study.study_size(settings)}")
    steps = zip(study.count_steps(settings), training.WHATS.values(), strict=True)
    peer = sum(n * _value(best_torch(rows, what)) / 1e3 for n, what in steps)
    return peer / ours


def _speed_up(rows: list[Row], settings: Settings) -> float:
    what = f"{study.WALL}, {study.study_size(settings)}"
    one, two = (_of(rows, study.SECTION, what, f"minimtl, {n}") for n in ("1 worker", "2 workers"))
    return one.median / two.median if one and two else float("nan")


def _best_peer(rows: list[Row], section: str) -> float:
    peers = [row for row in rows if row.n and row.section == section and row.who != OURS]
    return _times(min(peers, key=lambda row: row.median, default=None))


def _of(rows: list[Row], section: str, what: str, who: str) -> Row | None:
    return find(rows, lambda row: (row.section, row.what, row.who) == (section, what, who))


def _median(rows: list[Row], section: str, what: str) -> float:
    return _value(find(rows, lambda row: (row.section, row.what) == (section, what)))


def _value(row: Row | None) -> float:
    return row.median if row else float("nan")


def _times(row: Row | None) -> float:
    return row.times_ours if row else float("nan")
