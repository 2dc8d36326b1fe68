"""One line of the audit: a printed number, what the logs give for it, and the verdict.

A printed number is held against the logs under one or more *readings*: what its label says, what
the authors' code computed, what the authors' own log files say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from minimtl.audit.experiments import Experiment
from minimtl.study import RELEASED, ProblemName

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


def finding_on(
    experiments: Sequence[Experiment],
    table: str,
    item: str,
    derived: float,
    reason: str,
    *,
    verdict: str = FOUND,
    reading: str = "",
    printed: float | None = None,
) -> Finding:
    """A finding on `experiments`, one or more of them; the problem is that of the first."""
    return Finding(
        table=table,
        problem=experiments[0].problem,
        item=item,
        reading=reading,
        printed=printed,
        derived=derived,
        experiments=" ".join(experiment.name for experiment in experiments),
        verdict=verdict,
        reason=reason,
    )


class Judgement(NamedTuple):
    """Whether a printed number agrees, and why where that is not plain."""

    verdict: str
    reason: str = ""


def compare(
    experiments: Sequence[Experiment],
    table: str,
    item: str,
    reading: str,
    *,
    printed: float,
    derived: float,
    judgement: Judgement,
    sentence: str = "",
) -> Finding:
    """The finding of a printed number that speaks of all runs of a problem.

    Where runs are missing nothing is decided, whatever `judgement` says.

    Parameters
    ----------
    experiments : runs of one problem, at least one.
    printed, derived : the number in print, and the same from `experiments`.
    judgement : whether the two agree, all runs being present.
    sentence : what `derived` is, in words; it stands before the judgement's reason.
    """
    if missing := absent(experiments, experiments[0].problem):
        judgement = Judgement(INCOMPLETE, f"{AWAITS} {' '.join(missing)} as well")
    verdict, reason = judgement
    reason = join(sentence, reason)
    return finding_on(
        experiments, table, item, derived, reason, verdict=verdict, reading=reading, printed=printed
    )


def join(*sentences: str) -> str:
    """Those of the sentences that are not empty, as one."""
    return "; ".join(filter(None, sentences))


def absent(experiments: Sequence[Experiment], problem: ProblemName) -> list[str]:
    """Names of the problem's published runs that are not here with all their pairs."""
    present = {experiment.name for experiment in experiments if experiment.is_complete}
    number = {"related": 1, "unrelated": 2}[problem]
    published = [f"exp{number}_{run}" for run in range(RELEASED.runs(problem))]
    return [name for name in published if name not in present]


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
