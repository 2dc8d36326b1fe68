"""The paper's claims: whether they hold here, a sentence or a line each."""

import math
from collections.abc import Sequence

from minimtl.gains import FAILS, HOLDS, OPEN, MeasuredClaim
from minimtl.report import (
    NOTHING,
    Block,
    Grid,
    Heading,
    Inline,
    Items,
    Marked,
    Paragraph,
    text,
)
from minimtl.stats import MeanEstimate, spearman
from minimtl.study.report.problemresult import TABLE3, ProblemResult
from minimtl.study.report.studyfinding import NEW_PROBLEM, predicting_sets

SAME_ORDER = 0.5  # Spearman's ρ from which on the order of the features counts as reproduced
_MANY_DIGITS = 10  # from here on a number is shown with one digit after the point


def claims(results: Sequence[ProblemResult]) -> list[Block]:
    """What reproduces of the claims, in short; nothing where no problem can tell."""
    judged = [result for result in results if result.scope.judges]
    sentences = [_predictable(result) for result in judged]
    sentences += [_same_order(result) for result in judged]
    sentences += [_counted(result) for result in judged]
    return [Heading(3, "The paper's claims"), Items(tuple(sentences))] if sentences else []


def _counted(result: ProblemResult) -> str:
    """How many measures of the text's claims hold and how many do not."""
    these = [one.claim.verdict(one.estimate.these_tasks) for one in result.claims]
    new = [one.claim.verdict(one.estimate.new_tasks) for one in result.claims]
    parts = []
    for whose, found in (("these", these), ("new", new)):
        counts = (f"{found.count(verdict)} “{verdict}”" for verdict in (HOLDS, FAILS, OPEN))
        parts.append(f"{', '.join(counts)} for {whose} tasks")
    return f"{result.name}: of the claims of the text, measured one by one: {'; '.join(parts)}."


def claims_in_detail(results: Sequence[ProblemResult]) -> list[Block]:
    """Every claim with its statistic, estimate, intervals and verdicts."""
    header = (
        *("problem", "the paper says", "measured", "here"),
        *("these tasks", "verdict", "new tasks", "verdict on new tasks"),
    )
    lines = tuple(
        (result.name, *_line(measured, result.scope.judges))
        for result in results
        for measured in result.claims
    )
    grid = Grid(header, lines, n_labels=3)
    note = (
        "In brackets stands for which values a claim holds. It holds where the whole 95 % interval "
        "has such values, does not where none has, and otherwise this study cannot tell. Intervals "
        "for these tasks have the runs for a sample, those for new tasks the tasks; one in twenty "
        "misses its value by chance, and nothing allows for how many there are. Where features "
        "stand against gains, those are of different runs. A lower Brier score is the better "
        "prediction of two."
    )
    if not any(result.scope.judges for result in results):
        grid = grid.without("verdict", "verdict on new tasks")
    return [Heading(2, "The claims of the paper's text"), grid, Paragraph(note)]


def _line(measured: MeasuredClaim, judged: bool) -> tuple[Inline, ...]:
    claim, estimate = measured
    return (
        f"“{claim.sentence}”",
        f"{claim.statistic} ({_bounds(claim.above, claim.below)})",
        _short(estimate.value),
        *(
            cell
            for found in (estimate.these_tasks, estimate.new_tasks)
            for cell in (_interval(found), _verdict(claim.verdict(found) if judged else ""))
        ),
    )


def _bounds(above: float, below: float) -> str:
    if math.isinf(above) and math.isinf(below):
        return "no claim"
    if math.isinf(below):
        return f"above {above:g}"
    if math.isinf(above):
        return f"below {below:g}".replace("-", "−")
    return f"{above:g} to {below:g}"


def _short(value: float) -> str:
    return text(value, 1 if abs(value) >= _MANY_DIGITS else 4)


def _interval(found: MeanEstimate | None) -> str:
    return NOTHING if found is None else f"{_short(found.low)} to {_short(found.high)}"


def _verdict(found: str) -> Inline:
    marked: dict[str, Inline] = {HOLDS: Marked(HOLDS, "good"), FAILS: Marked(FAILS, "bad")}
    return marked.get(found, found or NOTHING)


def _predictable(result: ProblemResult) -> Inline:
    if result.has_two_labels and not result.predictions(NEW_PROBLEM):
        return f"{result.name}: too few blocks of pairs to hold some out."
    predicting = predicting_sets(result)
    found = Marked("reproduces", "good")
    reason = f"it holds with subclasses unseen in training, from {' and '.join(predicting)}."
    if not predicting:
        found = Marked("does not reproduce", "bad")
        reason = (
            "with subclasses unseen in training, no set of features clearly beats the majority and "
            "one half."
        )
    return f"{result.name}: the paper's claim that gains can be predicted ", found, f": {reason}"


def _same_order(result: ProblemResult) -> Inline:
    """Spearman's correlation of our column with the published one, in a sentence.

    Of the features that the paper has: ranks of RELATED, coefficients of UNRELATED.
    """
    table = TABLE3[result.problem]
    both = [
        (weight.inverse_rank, weight.published_inverse_rank)
        if table == "table3a"
        else (weight.coefficient, weight.published)
        for weight in result.weights
        if weight.published_label
    ]
    ours, theirs = map(list, zip(*both, strict=True))
    unknown = any(math.isnan(value) for value in (*ours, *theirs))
    if unknown or len(set(ours)) == 1:  # one value for all is no order
        return f"{result.name}: there are too few pairs to compare the order of the features."
    rho = round(spearman(ours, theirs), 2)
    same = rho >= SAME_ORDER
    mark = Marked("reproduces", "good") if same else Marked("does not reproduce", "bad")
    return (
        f"{result.name}: the order of the features in Table {table[-2:]} ",
        mark,
        f": Spearman's ρ with the published column is {text(rho, 2)}; {SAME_ORDER} is asked for.",
    )
