"""What an audit finds: a printed number, what the logs give for it, and the verdict.

A printed number is held against the logs under one or more *readings*: what its label says, what
the authors' code computed, what the authors' own log files say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from minimtl.report import Table

AS_PRINTED = "as labelled"
AS_COMPUTED = "as computed"
AS_LOGGED = "authors' log"

AGREES = "agrees"
DIFFERS = "differs"
INCOMPLETE = "incomplete"
MISSING = "missing"
FOUND = "found"


@dataclass(frozen=True)
class Finding:
    """A number from the logs, maybe held against one in print.

    Attributes
    ----------
    table, problem, item : where the number is printed.
    derived : from the logs; None if they do not have it.
    sentence : what `derived` is, in words.
    experiments : names of the runs that it is derived from.
    reading : how the printed number is understood; empty where nothing is printed.
    printed : the number in print.
    remark : why the verdict is what it is, where that is not plain.
    label : the item as the paper has it, where `item` is a name of this package.
    sums_up : whether the rows of a whole table are counted.
    """

    table: str
    item: str
    derived: float | None = None
    sentence: str = ""
    problem: str = ""
    experiments: str = ""
    reading: str = ""
    printed: float | None = None
    verdict: str = FOUND
    remark: str = ""
    label: str = ""
    sums_up: bool = False

    @property
    def reason(self) -> str:
        """The sentence and the remark, as far as they are there."""
        return "; ".join(filter(None, (self.sentence, self.remark)))

    def against(self, reading: str, printed: float | None, judgement: "Judgement") -> "Finding":
        """The finding held against what is printed, so understood and judged."""
        verdict, remark = judgement
        return replace(self, reading=reading, printed=printed, verdict=verdict, remark=remark)


class Part(NamedTuple):
    """Findings on one subject, and the sentences that matter most of them."""

    findings: Sequence[Finding] = ()
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Audited:
    """What the audit of one study found.

    Attributes
    ----------
    title : of the page.
    read : what of the study was there, one entry each.
    lines : the sentences that matter, most important first.
    findings : every comparison.
    pairs : tables with a row a pair (and run), for ``minimtl meta``: columns ``main``, ``aux``,
        ``gain``, maybe ``run``, ``main_group`` and ``aux_group``, and the features. Each is
        written to a file of its name.
    """

    title: str
    read: Sequence[str]
    lines: Sequence[str]
    findings: Sequence[Finding]
    pairs: Sequence[Table]


class Judgement(NamedTuple):
    """Whether a printed number agrees, and why where that is not plain."""

    verdict: str
    remark: str = ""


def judge(agrees: bool) -> Judgement:
    """The judgement of a comparison that speaks for itself."""
    return Judgement(AGREES if agrees else DIFFERS)


def by_digits(printed: float, derived: float, digits: int) -> Judgement:
    """The judgement of a number that is printed to `digits` places."""
    how = rounding(printed, derived, digits)
    if how is None:
        return Judgement(DIFFERS)
    return Judgement(AGREES, "" if how == "rounded" else "printed cut, not rounded")


def rounding(printed: float, derived: float, digits: int) -> str | None:
    """How `derived` becomes `printed` at so many digits: ``rounded``, ``cut``, or not: None."""
    unit = 10.0**-digits
    # A ten-thousandth of the last digit: the rounding error of sums must not decide.
    if abs(printed - derived) <= 0.5001 * unit:
        return "rounded"
    if abs(printed - math.trunc(derived / unit + math.copysign(1e-9, derived)) * unit) < 1e-9:
        return "cut"
    return None


def tally(findings: Sequence[Finding]) -> str:
    """How many agree, of how many that could be decided."""
    n_agreeing, n_differing = (
        sum(finding.verdict == verdict for finding in findings) for verdict in (AGREES, DIFFERS)
    )
    return f"{n_agreeing} of {n_agreeing + n_differing}"


def undecided(findings: Sequence[Finding]) -> str:
    """A remark on numbers that cannot be decided, empty if there is none."""
    n = sum(finding.verdict == INCOMPLETE for finding in findings)
    return f" ({n} cannot be decided, as experiments are missing)" if n else ""
