"""One line of the audit: a printed number, what the logs give for it, and the verdict.

A printed number is held against the logs under one or more *readings*: what its label says, what
the authors' code computed, what the authors' own log files say.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

AS_PRINTED = "as labelled"
AS_COMPUTED = "as computed"
AS_LOGGED = "authors' log"

AGREES = "agrees"
DIFFERS = "differs"
INCOMPLETE = "incomplete"
MISSING = "missing"
FOUND = "found"

AWAITS = "the mean needs"
ROWS_THAT_AGREE = "rows that agree"  # the item that sums up a table


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A line of ``audit.csv``; the fields are its columns, `printed` and `derived` maybe absent."""

    table: str
    problem: str
    item: str
    reading: str = ""
    printed: float | None = None
    derived: float | None = None
    experiments: str = ""
    verdict: str
    reason: str = ""


class Judgement(NamedTuple):
    """Whether a printed number agrees, and why where that is not plain."""

    verdict: str
    reason: str = ""


def join(*sentences: str) -> str:
    """Those of the sentences that are not empty, as one."""
    return "; ".join(filter(None, sentences))


def rounding(printed: float, derived: float, digits: int) -> str | None:
    """How `derived` becomes `printed` at so many digits: ``rounded``, ``cut``, or not: None."""
    unit = 10.0**-digits
    # A ten-thousandth of the last digit: the rounding error of sums must not decide.
    if abs(printed - derived) <= 0.5001 * unit:
        return "rounded"
    if abs(printed - math.trunc(derived / unit + math.copysign(1e-9, derived)) * unit) < 1e-9:
        return "cut"
    return None


def by_digits(printed: float, derived: float, digits: int) -> Judgement:
    """The judgement of a number that is printed to `digits` places."""
    how = rounding(printed, derived, digits)
    if how is None:
        return Judgement(DIFFERS)
    return Judgement(AGREES, "" if how == "rounded" else "printed cut, not rounded")
