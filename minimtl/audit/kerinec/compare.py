"""Findings on one or more of the authors' experiments."""

from collections.abc import Sequence

from minimtl.audit.finding import AWAITS, FOUND, INCOMPLETE, Finding, Judgement, join
from minimtl.audit.kerinec.experiments import Experiment
from minimtl.tasks import RELEASED, ProblemName


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


def absent(experiments: Sequence[Experiment], problem: ProblemName) -> list[str]:
    """Names of the problem's published runs that are not here with all their pairs."""
    present = {experiment.name for experiment in experiments if experiment.is_complete}
    number = {"related": 1, "unrelated": 2}[problem]
    published = [f"exp{number}_{run}" for run in range(RELEASED.runs(problem))]
    return [name for name in published if name not in present]
