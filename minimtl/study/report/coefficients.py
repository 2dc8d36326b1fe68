"""Tables 3a and 3b as sections of the report: what the coefficients say, and how firmly."""

import math

from minimtl.report import (
    Block,
    Errata,
    Grid,
    Heading,
    Inline,
    Marked,
    Paragraph,
    compared,
    signed,
    text,
    verdict,
    with_interval,
)
from minimtl.study.report.problemresult import TABLE3, FeatureWeight, ProblemResult
from minimtl.study.report.scope import filled
from minimtl.tasks import AUTHORS_FEATURES, ERRATA

RANK_MARGIN = 3  # how near an inverse rank must come to the published one to count as reproduced
MOST_VIF = 1000
_CHANCE = (2 * RANK_MARGIN + 1) / len(AUTHORS_FEATURES)  # share of ranks that are as near
_HEADERS = {
    "table3a": (
        *("feature", "printed label", "inverse rank", "published", "difference", "reproduces"),
        *("printed", "coefficient", "sign kept", "VIF"),
    ),
    "table3b": (
        *("feature", "printed label", "coefficient", "published", "difference", "reproduces"),
        *("inverse rank", "sign kept", "VIF"),
    ),
}
_NOTES = {
    "table3a": (
        "“Published” is 30 − the printed rank, which turns the printed column the right way up; "
        f"ours reproduces it within {RANK_MARGIN}, where chance alone would put some "
        f"{100 * _CHANCE:.0f} % of the features. "
    ),
    "table3b": (
        "A coefficient reproduces if the 95 % interval of ours holds the published one and leaves "
        "out 0; it does not if the published one lies outside; a dash is neither. "
    ),
}


def coefficients(result: ProblemResult) -> list[Block]:
    """The section of Table 3a, of RELATED, or of 3b."""
    name = TABLE3[result.problem]
    line_of = _line_3a if name == "table3a" else _line_3b
    scope = result.scope
    lines = tuple(line_of(weight, scope.judges) for weight in result.weights)
    grid = filled(Grid(_HEADERS[name], lines, n_labels=2), [scope])
    title = Heading(2, f"Table {name[-2:]}: which features, {result.name}")
    note = Paragraph((_NOTES[name] if scope.compares else "") + _firmness_note(result))
    if scope.compares:
        return [title, grid, note, Errata(ERRATA[name])]
    return [title, grid, note]


def _firmness_note(result: ProblemResult) -> str:
    condition = result.meta.importance.condition_number
    if math.isinf(condition):
        together = (
            f"With {result.scope.n_pairs} pairs the {len(result.weights)} features determine one "
            "another, and the VIF has no bound"
        )
    else:
        together = (
            f"The condition number of all features is {text(condition, 0)}; above 30 is severe"
        )
    return (
        "“Sign kept” is the share of samples of main tasks in which the coefficient has the same "
        "sign. The VIF is by how much a feature's correlation with the others multiplies the "
        f"variance of its coefficient; above 10, a single coefficient says little. {together}."
    )


def _line_3a(weight: FeatureWeight, judged: bool) -> tuple[Inline, ...]:
    ours, theirs = weight.inverse_rank, weight.published_inverse_rank
    return (
        *_names(weight),
        *compared(ours, theirs, RANK_MARGIN, (1, 0), judged),
        text(weight.published, 0),
        _coefficient(weight),
        *_firmness(weight),
    )


def _line_3b(weight: FeatureWeight, judged: bool) -> tuple[Inline, ...]:
    ours, theirs = round(weight.coefficient, 2), weight.published
    low, high = round(weight.coefficient_low, 2), round(weight.coefficient_high, 2)
    return (
        *_names(weight),
        _coefficient(weight),
        signed(theirs, 2),
        signed(ours - theirs if judged else math.nan, 2),
        verdict(_agrees(theirs, low, high) if judged else None),
        text(weight.inverse_rank, 1),
        *_firmness(weight),
    )


def _coefficient(weight: FeatureWeight) -> str:
    return with_interval(weight.coefficient, weight.coefficient_low, weight.coefficient_high, 2)


def _agrees(published: float, low: float, high: float) -> bool | None:
    """Whether our interval agrees with a coefficient; None where it could be of either sign."""
    if published < low or published > high:
        return False
    return True if low > 0 or high < 0 else None


def _names(weight: FeatureWeight) -> tuple[Inline, ...]:
    return Marked(weight.feature, "code"), weight.published_label


def _firmness(weight: FeatureWeight) -> tuple[Inline, ...]:
    shown = f"over {MOST_VIF:,}" if weight.vif > MOST_VIF else text(weight.vif, 1)
    return text(weight.sign_stability, 2), shown
