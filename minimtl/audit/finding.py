"""One line of the audit: a printed number, what the logs give for it, and the verdict.

A printed number is held against the logs under one or more *readings*: what its label says, what
the authors' code computed, what the authors' own log files say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from minimtl.audit.experiments import Experiment, ProblemName
from minimtl.study import RELEASED

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

Judgement = tuple[str, str]  # verdict, reason


@dataclass(frozen=True)
class Finding:
    """A line of ``audit.csv``; the fields are its columns, `printed` and `derived` maybe absent."""

    table: str
    problem: str
    item: str
    reading: str
    printed: float | None
    derived: float | None
    experiments: str
    verdict: str
    reason: str = ""


def expected(problem: ProblemName) -> list[str]:
    """Names of the experiments that the published numbers of a problem were made from."""
    number = {"related": 1, "unrelated": 2}[problem]
    return [f"exp{number}_{run}" for run in range(RELEASED.runs(problem))]


def names_of(experiments: Sequence[Experiment]) -> str:
    """The experiments' names in one cell."""
    return " ".join(experiment.name for experiment in experiments)


def absent(experiments: Sequence[Experiment], problem: ProblemName) -> list[str]:
    """Those of the expected experiments that are not among these with all their pairs."""
    present = {experiment.name for experiment in experiments if experiment.is_complete}
    return [name for name in expected(problem) if name not in present]


def rounding(printed: float, derived: float, digits: int) -> str | None:
    """How `derived` becomes `printed` at so many digits: ``rounded``, ``cut``, or not: None."""
    unit = 10.0**-digits
    # A ten-thousandth of the last digit: the rounding error of sums must not decide.
    if abs(printed - derived) <= 0.5001 * unit:
        return "rounded"
    if abs(printed - math.trunc(derived / unit + math.copysign(1e-9, derived)) * unit) < 1e-9:
        return "cut"
    return None


def verdict_on(printed: float, derived: float, digits: int, missing: Sequence[str]) -> Judgement:
    """The judgement of a number that is printed to `digits` places.

    Where experiments are missing nothing is decided: the printed number is a mean over all.
    """
    if missing:
        return awaiting(missing)
    how = rounding(printed, derived, digits)
    if how is None:
        return DIFFERS, ""
    return AGREES, "" if how == "rounded" else "printed cut, not rounded"


def awaiting(missing: Sequence[str]) -> Judgement:
    """The judgement where a mean lacks these experiments."""
    return INCOMPLETE, f"{AWAITS} {' '.join(missing)} as well"


def with_sentence(sentence: str, judgement: Judgement) -> Judgement:
    """The judgement with a sentence before its reason."""
    verdict, reason = judgement
    return verdict, "; ".join(filter(None, [sentence, reason]))
