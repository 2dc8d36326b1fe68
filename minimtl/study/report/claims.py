"""The paper's claims: whether they hold here, a sentence or a line each, and ``claims.csv``.

Columns of claims.csv: the fields of `minimtl.gains.claims.claim.Claim`, the estimate, its interval
for these tasks (``low_tasks``, ``high_tasks``) and for new ones (``low``, ``high``), and the
verdict on each, which is empty where the scope has none.
"""

import math
from collections.abc import Iterable, Sequence

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
    Row,
    Table,
    by_problem,
    number,
    problem_of,
    text,
)
from minimtl.stats import MeanEstimate, spearman
from minimtl.study.report.coefficients import PROBLEMS
from minimtl.study.report.finding import predicting_sets
from minimtl.study.report.scope import Scope

SAME_ORDER = 0.5  # Spearman's ρ from which on the order of the features counts as reproduced
_COMPARED = {
    "table3a": ("inverse_rank", "published_inverse_rank"),
    "table3b": ("coefficient", "published"),
}
_MANY_DIGITS = 10  # from here on a number is shown with one digit after the point


def claims_table(tested: Iterable[tuple[str, MeasuredClaim]], scopes: dict[str, Scope]) -> Table:
    """``claims.csv``: a row a problem and measure of a claim."""
    return Table("claims", [_row(name, one, scopes[name.upper()].judges) for name, one in tested])


def _row(problem: str, tested: MeasuredClaim, judged: bool) -> Row:
    claim, estimate = tested
    row: Row = {"problem": problem, **claim._asdict(), "estimate": estimate.value}
    for ending, found in (("_tasks", estimate.these_tasks), ("", estimate.new_tasks)):
        row[f"low{ending}"], row[f"high{ending}"] = _ends(found)
        row[f"verdict{ending}"] = claim.verdict(found) if judged else ""
    return row


def _ends(estimate: MeanEstimate | None) -> tuple[float, float]:
    return (estimate.low, estimate.high) if estimate else (math.nan, math.nan)


def claims(rows: dict[str, Sequence[Row]], scopes: dict[str, Scope]) -> list[Block]:
    """What reproduces of the claims, in short; nothing where no problem can tell."""
    judged = [group for group in by_problem(rows["table2"]) if scopes[problem_of(group[0])].judges]
    sentences = [_predictable(group) for group in judged]
    sentences += [
        _same_order(problem, f"Table {name[-2:]}", rows[name], *_COMPARED[name])
        for name, problem in PROBLEMS.items()
        if name in rows and scopes[problem].judges
    ]
    sentences += [
        _counted(group)
        for group in by_problem(rows["claims"])
        if scopes[problem_of(group[0])].judges
    ]
    return [Heading(3, "The paper's claims"), Items(tuple(sentences))] if sentences else []


def _counted(rows: Sequence[Row]) -> str:
    """How many measures of the text's claims hold and how many do not."""
    parts = []
    for whose, ending in (("these", "_tasks"), ("new", "")):
        found = [row[f"verdict{ending}"] for row in rows]
        counts = (f"{found.count(verdict)} “{verdict}”" for verdict in (HOLDS, FAILS, OPEN))
        parts.append(f"{', '.join(counts)} for {whose} tasks")
    return (
        f"{problem_of(rows[0])}: of the claims of the text, measured one by one: "
        f"{'; '.join(parts)}."
    )


def claims_in_detail(rows: Sequence[Row], scopes: dict[str, Scope]) -> list[Block]:
    """Every claim with its statistic, estimate, intervals and verdicts."""
    header = (
        *("problem", "the paper says", "measured", "here"),
        *("these tasks", "verdict", "new tasks", "verdict on new tasks"),
    )
    lines = tuple(
        (
            problem_of(row),
            f"“{row['sentence']}”",
            f"{row['statistic']} ({_bounds(row)})",
            _short(number(row, "estimate")),
            *(
                cell
                for ending in ("_tasks", "")
                for cell in (_interval(row, ending), _verdict(str(row[f"verdict{ending}"])))
            ),
        )
        for row in rows
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
    if not any(scope.judges for scope in scopes.values()):
        grid = grid.without("verdict", "verdict on new tasks")
    return [Heading(2, "The claims of the paper's text"), grid, Paragraph(note)]


def _bounds(row: Row) -> str:
    above, below = number(row, "above"), number(row, "below")
    if math.isinf(above) and math.isinf(below):
        return "no claim"
    if math.isinf(below):
        return f"above {above:g}"
    if math.isinf(above):
        return f"below {below:g}".replace("-", "−")
    return f"{above:g} to {below:g}"


def _short(value: float) -> str:
    return text(value, 1 if abs(value) >= _MANY_DIGITS else 4)


def _interval(row: Row, ending: str) -> str:
    low, high = (number(row, f"{end}{ending}") for end in ("low", "high"))
    return NOTHING if math.isnan(low) else f"{_short(low)} to {_short(high)}"


def _verdict(found: str) -> Inline:
    marked: dict[str, Inline] = {HOLDS: Marked(HOLDS, "good"), FAILS: Marked(FAILS, "bad")}
    return marked.get(found, found or NOTHING)


def _predictable(rows: Sequence[Row]) -> Inline:
    name = problem_of(rows[0])
    if all(math.isnan(number(row, "accuracy_groups_unseen")) for row in rows):
        return f"{name}: too few blocks of pairs to hold some out."
    predicting = predicting_sets(rows)
    found = Marked("reproduces", "good")
    reason = f"it holds with subclasses unseen in training, from {' and '.join(predicting)}."
    if not predicting:
        found = Marked("does not reproduce", "bad")
        reason = (
            "with subclasses unseen in training, no set of features clearly beats the majority and "
            "one half."
        )
    return f"{name}: the paper's claim that gains can be predicted ", found, f": {reason}"


def _same_order(problem: str, table: str, rows: Sequence[Row], ours: str, theirs: str) -> Inline:
    """Spearman's correlation of our column with the published one, in a sentence.

    Of the features that the paper has.
    """
    known = [row for row in rows if row["published_label"]]
    first, second = ([number(row, column) for row in known] for column in (ours, theirs))
    unknown = any(math.isnan(value) for value in (*first, *second))
    if unknown or len(set(first)) == 1:  # one value for all is no order
        return f"{problem}: there are too few pairs to compare the order of the features."
    rho = round(spearman(first, second), 2)
    same = rho >= SAME_ORDER
    mark = Marked("reproduces", "good") if same else Marked("does not reproduce", "bad")
    return (
        f"{problem}: the order of the features in {table} ",
        mark,
        f": Spearman's ρ with the published column is {text(rho, 2)}; {SAME_ORDER} is asked for.",
    )
