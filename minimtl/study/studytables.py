"""The tables of a study, as rows of named values; `minimtl.report.csvfile` writes them.

Every table has ``protocol`` for its first column. Scores and features are data and have ten digits,
all others are statistics.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from minimtl.gains.claims import MeasuredClaim
from minimtl.gains.engine import STUDY_DESIGNS
from minimtl.report.csvfile import DATA_DIGITS, Cell, Row, RowsMade, Table
from minimtl.stats.intervals import mean_of_runs
from minimtl.study.problemresult import ProblemResult, ends, intervals
from minimtl.tasks.printedtables import AUTHORS_FEATURES, TABLE2_TRUE, TABLE3A, TABLE3B
from minimtl.tasks.taskpairs import Pair

# The paper prints ranks of RELATED and coefficients of UNRELATED.
TABLE3 = {"related": "table3a", "unrelated": "table3b"}
_IMPORTANCE = (
    "inverse_rank",
    "coefficient",
    "coefficient_low",
    "coefficient_high",
    "coefficient_all_pairs",
    "sign_stability",
    "vif",
)


def tables(results: Sequence[ProblemResult]) -> list[Table]:
    """All tables that the problems allow, in the order of the interface."""
    return [
        Table("scores", RowsMade(lambda: _scores(results)), DATA_DIGITS),
        Table("features", RowsMade(lambda: _features(results)), DATA_DIGITS),
        _table("table1", results, _table1),
        _table("blocks", results, _blocks),
        _table("table2", results, _table2),
        *(
            _table(name, [one for one in results if one.problem == problem], _table3)
            for problem, name in TABLE3.items()
            if any(one.problem == problem for one in results)
        ),
        _table("labels", results, _labels),
        _table("calibration", results, lambda one: (b._asdict() for b in one.meta.calibration)),
        _table("single_features", results, _alone),
        _table("pairs", results, _pairs),
        _table("sizes", results, lambda one: (size._asdict() for size in one.meta.sizes)),
        _table("claims", results, lambda one: (_claim(c, one.scope.judges) for c in one.claims)),
    ]


def _table(
    name: str, results: Sequence[ProblemResult], rows: Callable[[ProblemResult], Iterable[Row]]
) -> Table:
    return Table(name, [_about(result) | row for result in results for row in rows(result)])


def _about(result: ProblemResult) -> Row:
    return {"protocol": result.protocol.name, "problem": result.problem}


def _topics(pair: Pair) -> Row:
    return {
        "main_positive": pair.main.positive,
        "main_negative": pair.main.negative,
        "aux_positive": pair.aux.positive,
        "aux_negative": pair.aux.negative,
    }


def _scores(results: Sequence[ProblemResult]) -> Iterator[Row]:
    for result in results:
        outcomes = result.outcomes
        for number, pair in enumerate(outcomes.pairs):
            for run in range(outcomes.n_runs):
                single, multi = (
                    float(scores[number, run]) for scores in (outcomes.single, outcomes.multi)
                )
                row = {"run": run, "single": single, "multi": multi, "gain": multi - single}
                yield {**_about(result), **_topics(pair), **row}


def _features(results: Sequence[ProblemResult]) -> Iterator[Row]:
    """Each pair and run of a protocol once: of a later problem those that no earlier one has."""
    for number, result in enumerate(results):
        before = [one.outcomes for one in results[:number] if one.protocol == result.protocol]
        for run, features in enumerate(result.outcomes.features):
            earlier = {pair for one in before if run < one.n_runs for pair in one.pairs}
            for pair, values in zip(result.outcomes.pairs, features, strict=True):
                if pair not in earlier:
                    named = dict(zip(result.features, values.tolist(), strict=True))
                    protocol: Row = {"protocol": result.protocol.name}
                    yield {**protocol, **_topics(pair), "run": run, **named}


def _table1(result: ProblemResult) -> Iterable[Row]:
    scores, outcomes = result.scores, result.outcomes
    yield {
        "single": scores.single,
        "multi": scores.multi,
        "improved": scores.improved,
        "gain": scores.gain.value,
        **intervals(scores.gain),
        "relative_gain": scores.relative_gain,
        "n_pairs": outcomes.n_pairs,
        "n_runs": outcomes.n_runs,
        "published_single": scores.published.single,
        "published_multi": scores.published.multi,
        "published_improved": scores.published.improved,
    }


def _blocks(result: ProblemResult) -> Iterable[Row]:
    """The mean gain of the pairs between two subclasses, with its interval over the runs."""
    outcomes = result.outcomes
    members: dict[str, list[int]] = {}
    for row, block in enumerate(outcomes.blocks):
        members.setdefault(" / ".join(block), []).append(row)
    for name, rows in members.items():
        gains = outcomes.gains[rows]
        low, high = ends(mean_of_runs(gains) if outcomes.n_runs > 1 else None)
        gain = float(gains.mean())
        yield {"block": name, "n_pairs": len(rows), "gain": gain, "low": low, "high": high}


def _table2(result: ProblemResult) -> Iterable[Row]:
    for features in result.sets:
        published = TABLE2_TRUE[result.problem].get(features, math.nan)
        for design in STUDY_DESIGNS:
            row: Row = {"features": features, "design": design}
            row |= _prediction(result, design, features)
            row["published"] = published if design == "in_fold" else math.nan
            yield row


def _prediction(result: ProblemResult, design: str, features: str) -> dict[str, Cell]:
    """The scores of a row of table2.csv; none of a design that has no fit."""
    row, majority, name = (
        result.analysis.of(design, predictor) for predictor in (features, "majority", "main_name")
    )
    if row is None or majority is None or name is None:
        nothing = ("accuracy", "f1", "brier", "low", "high", "majority_accuracy", "name_accuracy")
        return {"n_pairs": 0, **dict.fromkeys((*nothing, "p", "p_holm"), math.nan)}
    return {
        "n_pairs": row.n_pairs,
        "accuracy": row.scores.accuracy,
        "f1": row.scores.f1,
        "brier": row.scores.brier,
        "low": row.low,
        "high": row.high,
        "majority_accuracy": majority.scores.accuracy,
        "name_accuracy": name.scores.accuracy,
        "p": row.p,
        "p_holm": row.p_holm,
    }


def _table3(result: ProblemResult) -> Iterable[Row]:
    """A row a feature: Table 3a by rank, 3b by size of coefficient; what was printed beside it."""
    importance, related = result.meta.importance, result.problem == "related"
    printed = {row.feature: row for row in (TABLE3A if related else TABLE3B)}
    rows: list[dict[str, Any]] = []
    for column, name in enumerate(result.features):
        own = printed.get(name)
        published = own.value if own else math.nan
        row: dict[str, Any] = {"feature": name}
        for field in _IMPORTANCE:
            row[field] = float(getattr(importance, field)[column])
        row |= {"published_label": own.label if own else "", "published": published}
        if related:  # a printed rank, turned the right way up
            row["published_inverse_rank"] = len(AUTHORS_FEATURES) - published
        rows.append(row)
    if related:
        return sorted(rows, key=lambda row: -row["inverse_rank"])
    return sorted(rows, key=lambda row: -abs(row["coefficient"]))


def _labels(result: ProblemResult) -> Iterable[Row]:
    yield {
        **asdict(result.analysis.noise),
        "condition_number": result.meta.importance.condition_number,
    }


def _alone(result: ProblemResult) -> Iterable[Row]:
    for feature in result.features:
        row = result.analysis.of("groups_unseen", feature)
        scores: Row = {"feature": feature}
        for name in ("accuracy", "brier", "log_loss"):
            scores[name] = getattr(row.scores, name) if row else math.nan
        yield scores


def _pairs(result: ProblemResult) -> Iterable[Row]:
    for row in result.pairs:
        numbers = row._asdict()
        yield {**_topics(numbers.pop("pair")), **numbers}


def _claim(measured: MeasuredClaim, judged: bool) -> Row:
    """The fields of a claim, its estimate, and for each question interval and verdict."""
    claim, estimate = measured
    row: Row = {**claim._asdict(), "estimate": estimate.value}
    for ending, found in (("_tasks", estimate.these_tasks), ("", estimate.new_tasks)):
        row[f"low{ending}"], row[f"high{ending}"] = ends(found)
        row[f"verdict{ending}"] = claim.verdict(found) if judged else ""
    return row
