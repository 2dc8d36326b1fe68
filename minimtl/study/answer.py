"""A study's answer in three sentences, and the table behind them.

Whether joint training helps is two questions: of these tasks, by the interval over runs, and of new
tasks, by the one that has tasks and topics drawn anew.

A set of features counts as predicting which pairs gain only where all of this holds for pairs whose
subclasses are not in training, which is what a new problem meets: its accuracy is above the
majority class and above one half, its Brier score below that of the base rate and of always
answering one half, and its p-value, by the crossed model of the gains and by Holm's procedure over
all p-values of the protocol, is at most 0.05.

One half is asked for because the majority alone would be too low a bar: where about half of the
pairs gain, the label that is commoner in training is the scarcer one in the pairs held out, and a
majority learned from the others scores below a tossed coin.
"""

from collections.abc import Iterable, Sequence

from minimtl.gains.metamodel import Prediction
from minimtl.report.blocks import Grid, Inline, Marked
from minimtl.report.wording import SET_NAMES, between, signed, text
from minimtl.stats.intervals import MeanEstimate
from minimtl.study.problemresult import MIN_RUNS, ProblemResult, ends

SIGNIFICANCE = 0.05
CHANCE = 0.5  # accuracy of a tossed coin
NEW_PROBLEM = "groups_unseen"
# How near a number must come to the published one to come out again.
SCORE_MARGIN = 0.015
SHARE_MARGIN = 0.1
_ROUNDING = 1e-9  # of differences between numbers with few digits
_TOO_FEW = ", but these are too few pairs or runs for a verdict"
_SCORES = (
    ("single", "alone", SCORE_MARGIN),
    ("multi", "jointly", SCORE_MARGIN),
    ("improved", "share of pairs that gain", SHARE_MARGIN),
)


def answer(results: Sequence[ProblemResult]) -> tuple[str, str, str]:
    """Three sentences: what comes out again, whom joint training helps, what can be predicted."""
    return _comes_out(results), _helps(results), _predictable(results)


def table1(results: Sequence[ProblemResult]) -> Grid:
    """Scores and gains beside the published ones, a column a protocol."""
    protocols = _by_protocol(results)
    lines: list[tuple[Inline, ...]] = []
    for name in _names(results):
        members = [result for result in results if result.name == name]
        of_protocol = {result.protocol.meaning: result for result in members}
        columns = [of_protocol.get(meaning) for meaning in protocols]
        published = members[0].scores.published
        for field, words, _ in _SCORES:
            cells = [_score(result, field) if result else "" for result in columns]
            lines.append((f"{name}, {words}", text(getattr(published, field)), *cells))
        gains = [signed(result.scores.gain.value, 4) if result else "" for result in columns]
        lines.append((f"{name}, mean gain", signed(published.multi - published.single), *gains))

    if all(result.scope.compares for result in results):
        return Grid(("", "published", *protocols), tuple(lines))
    return Grid(("", *protocols), tuple((words, *cells) for words, _, *cells in lines))


def gains_table(results: Sequence[ProblemResult]) -> Grid:
    """The mean gain with both of its intervals, a line a problem and protocol."""
    lines = tuple(
        (
            f"{result.name} {result.protocol.meaning}",
            signed(result.scores.gain.value, 4),
            between(*ends(result.scores.gain.these_tasks), 4),
            between(*ends(result.scores.gain.new_tasks), 4),
        )
        for result in results
    )
    return Grid(("", "mean gain", "these tasks", "new tasks"), lines)


def predicts(row: Prediction, result: ProblemResult) -> bool:
    """True if a set of features predicts which pairs gain, as the module's text has it."""
    scores, majority = row.scores, result.majority(NEW_PROBLEM).scores
    return (
        scores.accuracy > max(majority.accuracy, CHANCE)
        and scores.brier < min(majority.brier, CHANCE**2)
        and row.p_holm <= SIGNIFICANCE
    )


def _comes_out(results: Sequence[ProblemResult]) -> str:
    if not all(result.scope.compares for result in results):
        return "There are no published numbers for this corpus, so there is nothing to compare."
    whole = [result for result in results if result.scope.is_whole]
    if not whole:
        return (
            "These are too few pairs or runs to say whether the published numbers come out again."
        )

    clauses: list[str] = []
    for meaning, members in _by_protocol(whole).items():
        found = [_is_near(result, field) for result in members for field, _, _ in _SCORES]
        verdict = "does not come out again"
        if all(found):
            verdict = "comes out again"
        elif sum(found) > len(found) / 2:
            verdict = "comes out again in part"
        share = f"{sum(found)} of {len(found)} numbers"
        subject = "it" if clauses else "the paper's Table 1"
        clauses.append(f"{meaning} {subject} {verdict} ({share})")
    names = _names(whole)
    part = "" if names == _names(results) else f", as far as {' and '.join(names)} goes"
    return _sentence("; ".join(clauses) + part)


def _is_near(result: ProblemResult, field: str) -> bool:
    """True if a score, as it is shown, is within its margin of the published one."""
    margin = next(margin for name, _, margin in _SCORES if name == field)
    ours, theirs = (getattr(row, field) for row in (result.scores, result.scores.published))
    return abs(round(ours, 3) - theirs) <= margin + _ROUNDING


def _helps(results: Sequence[ProblemResult]) -> str:
    clauses: list[str] = []
    for meaning, members in _by_protocol(results).items():
        sure = [result for result in members if result.scope.concludes]
        gains = " and ".join(
            f"{signed(result.scores.gain.value, 4)} on {result.name}" for result in members
        )
        change = _changes(sure) if sure else f"changes the mean score by {gains}"
        clauses.append(f"{meaning} {'it' if clauses else 'joint training'} {change}")

    sure = [result for result in results if result.scope.concludes]
    if not sure:
        return _sentence("; ".join(clauses) + _TOO_FEW)
    if not any(_sign(result.scores.gain.new_tasks) for result in sure):
        clauses.append("for new tasks it is open")
    return _sentence("; ".join(clauses))


def _changes(results: Sequence[ProblemResult]) -> str:
    """Whom joint training helped or hurt, as far as an interval decides."""
    decided: dict[str, list[str]] = {}
    for result in results:
        gain = result.scores.gain
        for whose, helped, hurt, estimate in (
            ("these", "helped", "hurt", gain.these_tasks),
            ("new", "would help", "would hurt", gain.new_tasks),
        ):
            if verdict := _sign(estimate):
                verb = helped if verdict > 0 else hurt
                decided.setdefault(f"{verb} {whose}", []).append(result.name)

    phrases = [f"{whom} {' and '.join(names)} tasks" for whom, names in decided.items()]
    return " and ".join(phrases) or "made no clear difference"


def _sign(estimate: MeanEstimate | None) -> int:
    """Above 0, below 0, or neither where an interval holds 0 or is missing."""
    if estimate is None:
        return 0
    return (estimate.low > 0) - (estimate.high < 0)


def _predictable(results: Sequence[ProblemResult]) -> str:
    sure = [r for r in results if r.scope.concludes and r.predictions(NEW_PROBLEM)]
    if not sure:
        return (
            "Whether gains can be predicted stays open: that needs all pairs and at least "
            f"{MIN_RUNS} runs."
        )
    found = [
        f"on {result.name} {result.protocol.meaning} from {' or '.join(sets)}"
        for result in sure
        if (sets := predicting_sets(result))
    ]
    if not found:
        return (
            "For a new problem it cannot be predicted which pairs gain: no set of features beats "
            "both a coin and the commoner answer."
        )
    rest = ", but not otherwise" if len(found) < len(sure) else ""
    return f"For a new problem it can be predicted which pairs gain, {', '.join(found)}{rest}."


def predicting_sets(result: ProblemResult) -> list[str]:
    """The sets of features that predict which pairs of a problem gain."""
    predicted = result.predictions(NEW_PROBLEM)
    return [SET_NAMES[name] for name, row in predicted.items() if predicts(row, result)]


def _score(result: ProblemResult, field: str) -> Inline:
    """A score, marked where the published one comes out again."""
    shown = text(getattr(result.scores, field))
    if result.scope.compares and result.scope.is_whole and _is_near(result, field):
        return Marked(shown, "good")
    return shown


def _by_protocol(results: Iterable[ProblemResult]) -> dict[str, list[ProblemResult]]:
    """The results by the meaning of their protocol, such as ``by the authors' code``."""
    found: dict[str, list[ProblemResult]] = {}
    for result in results:
        found.setdefault(result.protocol.meaning, []).append(result)
    return found


def _names(results: Iterable[ProblemResult]) -> list[str]:
    """The problems, each once."""
    return list(dict.fromkeys(result.name for result in results))


def _sentence(clauses: str) -> str:
    return f"{clauses[0].upper()}{clauses[1:]}."
