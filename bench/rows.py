"""The rows that measurements give: numbers with their spread, or the reason why there are none."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from bench.harness import Contestant, Timing, Timings, interleave, ratio

UNITS = {"s": 1.0, "ms": 1e3, "µs": 1e6}
OURS = "minimtl"


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes
    ----------
    section, what, who : which table, what was done, by which contestant.
    unit : of `median`, `low` and `high` (the quartiles); they are NaN where nothing was measured.
    n : how many measurements.
    times_ours : how many times minimtl's figure in the same round; NaN where that says nothing.
    wall : median wall time in the same unit, where `median` is CPU time; else NaN.
    note : what a reader must know, one sentence at most.
    score : macro-F1 that was reached in this time, where it was scored; else NaN.
    """

    section: str
    what: str
    who: str
    unit: str
    median: float
    low: float = float("nan")
    high: float = float("nan")
    n: int = 1
    times_ours: float = float("nan")
    wall: float = float("nan")
    note: str = ""
    score: float = float("nan")


def timing_row(
    section: str, what: str, who: str, timing: Timing, unit: str = "ms", **more: object
) -> Row:
    """The row of a timing: CPU median and quartiles, in `unit`."""
    low, median, high = np.percentile(timing.cpu, [25, 50, 75]) * UNITS[unit]
    wall = float(np.median(timing.wall)) * UNITS[unit]
    return Row(
        section, what, who, unit, float(median), float(low), float(high),
        len(timing.cpu), wall=wall, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def timing_rows(section: str, what: str, timings: Timings, unit: str = "ms") -> list[Row]:
    """Rows of all contestants, each beside minimtl."""
    return [
        timing_row(section, what, who, timing, unit, times_ours=ratio(timing, timings[OURS]))
        for who, timing in timings.items()
    ]


def missing_row(section: str, what: str, who: str, why: str) -> Row:
    """A row that says why there is no number."""
    return Row(section, what, who, "", float("nan"), n=0, note=why)


def needs(package: str, extra: str) -> str:
    """Empty if `package` can be imported; else a sentence that says how to get it."""
    if find_spec(package):
        return ""
    return f'{package} is not installed: `pip install "minimtl[{extra}]"`'


def beside_sklearn(
    section: str,
    what: str,
    ours: Contestant,
    peers: Callable[[], dict[str, Contestant]],
    rounds: int,
) -> list[Row]:
    """Rows of minimtl and of scikit-learn's `peers`, in seconds; calling `peers` imports it."""
    missing = needs("sklearn", "oracles")
    contestants = {OURS: ours} if missing else {OURS: ours, **peers()}
    rows = timing_rows(section, what, interleave(contestants, rounds, warm_up=0), "s")
    return [*rows, missing_row(section, what, "scikit-learn", missing)] if missing else rows


def find(rows: list[Row], section: str, what: str, who: str | None = None) -> Row | None:
    """The first row with a measurement of `what`, by anybody or by one contestant."""
    for row in rows:
        if row.n and (row.section, row.what) == (section, what) and who in (None, row.who):
            return row
    return None
