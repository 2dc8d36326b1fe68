"""The tables of a study, as rows of named values; `minimtl.report.csvfile` writes them.

Columns beyond those that the interface fixes stand after them:

scores.csv      ``run`` counts from 0
features.csv    one row for a pair and run, whichever problems the pair is in
table1.csv      ``gain`` is the mean of multi − single, ``gain_low`` and ``gain_high`` its 95 %
                percentile interval over main tasks drawn with replacement; then the intervals of
                `minimtl.stats.MeanGain`: for these tasks, for new tasks, and the published ones
blocks.csv      the mean gain of each block {S, T} of subclasses, its interval over runs
table2.csv      ``published`` stands under the label that the paper prints, ``published_true`` under
                what was computed. The fields of `minimtl.gains.meta.scores.SetScores` follow for
                the protocol's own folds, then with the suffix of each other design of
                `minimtl.gains.meta.designs`; then, the same in all rows of a problem, label noise
                (`minimtl.gains.meta.labelnoise`) and the features' condition number; then the
                fields of `minimtl.gains.meta.heldout.HeldOutScores` with the suffix of each design
                of `minimtl.gains.HELD_OUT`, with ``_disjoint`` for features and labels from
                different runs, no subclass in common with training, and the p-values by Holm's
                procedure over the table
table3?.csv     the fields of `minimtl.gains.meta.importance.Importance`; ``published`` as printed
                under ``published_label``; in 3a also ``published_inverse_rank``, the printed rank
                turned the right way up
calibration.csv reliability diagram of all features, no subclass in common with training: of the
                predictions between ``low`` and ``high``, their mean, the share of gains and
                their number
pairs.csv       mean gain of each pair, its interval over runs, and how many runs would leave 0 out
                of it, should mean and spread stay as they are; as many as there were, if they do
single_features.csv  scores of each feature by itself, no subclass in common with training
sizes.csv       the fields of `minimtl.gains.meta.sizes.SizeScores`, a row a problem, predictor and
                design
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

import numpy as np

from minimtl.gains import (
    DESIGNS,
    HELD_OUT,
    Analysed,
    HeldOutScores,
    SetScores,
    main_tasks,
    task_counts,
)
from minimtl.report import Cell, Row, RowsMade, Table
from minimtl.stats import MeanEstimate, MeanGain, compare_paired, holm
from minimtl.tasks import (
    AUTHORS_FEATURES,
    DEFINITIONS,
    TABLE1,
    TABLE2_PRINTED,
    TABLE2_TRUE,
    TABLE3A,
    TABLE3B,
    Outcomes,
    Pair,
    Protocol,
    improved_share,
    mean_relative_gain,
)

_N_BOOTSTRAP = 10_000  # of more main tasks than this a tenth
_FIXED_SEED = 0  # of an interval's bootstrap: a table may not depend on what was drawn before it
_PROTOCOL_DESIGN, *_HONEST_DESIGNS = DESIGNS
# The ending of columns, and the interval of `minimtl.stats.MeanGain` that they hold.
_GAIN_INTERVALS = {
    "_tasks": "these_tasks",
    "": "new_tasks",
    "_main": "by_main",
    "_two_way": "two_way",
    "_dyadic": "dyadic",
    "_block": "by_block",
}
_FIRST_SCORES = ("f1", "accuracy", "macro_f1", "majority_accuracy", "majority_f1")


def tables(problems: Sequence[Analysed], protocol: Protocol) -> list[Table]:
    """All tables that the problems allow, in the order of the interface."""
    features = DEFINITIONS[protocol.reading.features].names
    made = [
        Table("scores", RowsMade(_scores(problem.outcomes) for problem in problems)),
        Table("features", _features([problem.outcomes for problem in problems], features)),
        Table("table1", [_table1(problem, protocol) for problem in problems]),
        Table("blocks", [row for problem in problems for row in _blocks(problem)]),
        Table("table2", _table2(problems)),
    ]
    made += [_table3(problem, features) for problem in problems]
    calibration: list[Row] = [
        {"problem": problem.outcomes.problem, **bin_._asdict()}
        for problem in problems
        for bin_ in problem.meta.calibration
    ]
    alone: list[Row] = [
        {"problem": problem.outcomes.problem, "feature": feature, **_probabilities(scores)}
        for problem in problems
        for feature, scores in problem.meta.alone.items()
    ]
    sizes: list[Row] = [
        {
            "problem": problem.outcomes.problem,
            "predictor": predictor,
            "design": design,
            **asdict(scores),
        }
        for problem in problems
        for predictor, by_design in problem.meta.sizes.items()
        for design, scores in by_design.items()
    ]
    return [
        *made,
        Table("calibration", calibration),
        Table("single_features", alone),
        Table("pairs", RowsMade(_pairs(problem.outcomes) for problem in problems)),
        Table("sizes", sizes),
    ]


def _pairs(outcomes: Outcomes) -> tuple[int, Callable[[int], Row]]:
    every = outcomes.gains

    def of_pair(number: int) -> Row:
        gains = every[number]
        low = high = needed = math.nan
        if outcomes.n_runs > 1:
            found = compare_paired(gains, test_train_ratio=0)
            low, high = found.low, found.high
            if found.further_runs is not None:
                needed = outcomes.n_runs + found.further_runs
        return {
            "problem": outcomes.problem,
            **_topics(outcomes.pairs[number]),
            "gain": float(gains.mean()),
            "low": low,
            "high": high,
            "runs_needed": needed,
        }

    return outcomes.n_pairs, of_pair


def _probabilities(scores: HeldOutScores) -> Row:
    return {name: getattr(scores, name) for name in ("accuracy", "brier", "log_loss")}


def _topics(pair: Pair) -> Row:
    return {
        "main_positive": pair.main.positive,
        "main_negative": pair.main.negative,
        "aux_positive": pair.aux.positive,
        "aux_negative": pair.aux.negative,
    }


def _scores(outcomes: Outcomes) -> tuple[int, Callable[[int], Row]]:
    def of_pair_and_run(number: int) -> Row:
        pair, run = divmod(number, outcomes.n_runs)
        single, multi = float(outcomes.single[pair, run]), float(outcomes.multi[pair, run])
        return {
            "problem": outcomes.problem,
            **_topics(outcomes.pairs[pair]),
            "run": run,
            "single": single,
            "multi": multi,
            "gain": multi - single,
        }

    return outcomes.single.size, of_pair_and_run


def _features(problems: Sequence[Outcomes], names: Sequence[str]) -> RowsMade:
    """Of each pair and run once: of a later problem those that no earlier one has."""
    parts = []
    for number, outcomes in enumerate(problems):
        for run in range(outcomes.n_runs):
            earlier = [one.pairs for one in problems[:number] if run < one.n_runs]
            parts.append(_features_of_run(outcomes, run, earlier, names))
    return RowsMade(parts)


def _features_of_run(
    outcomes: Outcomes, run: int, earlier: Sequence[Sequence[Pair]], names: Sequence[str]
) -> tuple[int, Callable[[int], Row]]:
    rows = np.arange(outcomes.n_pairs)
    if earlier:
        pairs = enumerate(outcomes.pairs)
        new = (row for row, pair in pairs if not any(pair in others for others in earlier))
        rows = np.fromiter(new, np.int64)

    def of_pair(number: int) -> Row:
        row = int(rows[number])
        named = dict(zip(names, outcomes.features[run, row].tolist(), strict=True))
        return {**_topics(outcomes.pairs[row]), "run": run, **named}

    return len(rows), of_pair


def _table1(problem: Analysed, protocol: Protocol) -> Row:
    outcomes = problem.outcomes
    published = TABLE1[outcomes.problem]
    low, high = _gain_interval(outcomes)
    return {
        "problem": outcomes.problem,
        "single": float(outcomes.single.mean()),
        "multi": float(outcomes.multi.mean()),
        "improved": improved_share(outcomes, protocol.reading),
        "relative_gain": mean_relative_gain(outcomes),
        "n_pairs": outcomes.n_pairs,
        "n_runs": outcomes.n_runs,
        "published_single": published.single,
        "published_multi": published.multi,
        "published_improved": published.improved,
        "gain": float(outcomes.gains.mean()),
        "gain_low": low,
        "gain_high": high,
        **_gain_estimates(problem.meta.gain),
    }


def _gain_estimates(gain: MeanGain | None) -> Row:
    """The ends of each interval of the mean gain; p for new tasks."""
    row: Row = {}
    for suffix, name in _GAIN_INTERVALS.items():
        row[f"low{suffix}"], row[f"high{suffix}"] = _ends(getattr(gain, name, None))
    row["p_value"] = gain.new_tasks.p_value if gain else math.nan
    return row


def _ends(estimate: MeanEstimate | None) -> tuple[float, float]:
    return (estimate.low, estimate.high) if estimate else (math.nan, math.nan)


def _blocks(problem: Analysed) -> Iterator[Row]:
    for block in problem.meta.gain.blocks if problem.meta.gain else ():
        low, high = _ends(block.over_runs)
        yield {
            "problem": problem.outcomes.problem,
            "block": str(block.block),
            "n_pairs": block.n_pairs,
            "gain": block.mean,
            "low": low,
            "high": high,
        }


def _gain_interval(outcomes: Outcomes) -> tuple[float, float]:
    task = main_tasks(outcomes.pairs)
    if task.max() == 0:
        return math.nan, math.nan
    sums, sizes = np.bincount(task, outcomes.gains.mean(axis=1)), np.bincount(task)
    n_draws = _N_BOOTSTRAP if len(sizes) <= _N_BOOTSTRAP else _N_BOOTSTRAP // 10
    samples = task_counts(len(sizes), n_draws, np.random.default_rng(_FIXED_SEED))
    means = np.concatenate([counts @ sums / (counts @ sizes) for counts in samples])
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _table2(problems: Sequence[Analysed]) -> list[Row]:
    """The rows of all problems, with p-values adjusted for all that stand in the table."""
    rows = [row for problem in problems for row in _rows_of_table2(problem)]
    columns = [f"p_value_{design}" for design in HELD_OUT]
    adjusted = holm([float(row[column]) for row in rows for column in columns])
    for row, of_row in zip(rows, adjusted.reshape(-1, len(columns)).tolist(), strict=True):
        row |= {f"p_holm_{design}": p for design, p in zip(HELD_OUT, of_row, strict=True)}
    return rows


def _rows_of_table2(problem: Analysed) -> Iterator[Row]:
    name, meta = problem.outcomes.problem, problem.meta
    for features, by_design in meta.scores.items():
        own = _named_scores(by_design[_PROTOCOL_DESIGN], "")
        row: Row = {"problem": name, "features": features}
        row |= {score: own.pop(score) for score in _FIRST_SCORES}
        row["published"] = TABLE2_PRINTED[name].get(features, math.nan)
        row["published_true"] = TABLE2_TRUE[name].get(features, math.nan)
        row |= own
        for design in _HONEST_DESIGNS:
            row |= _named_scores(by_design[design], f"_{design}")
        row |= asdict(meta.noise)
        row["condition_number"] = meta.importance.condition_number
        for design in HELD_OUT:
            row |= _named_scores(meta.held_out[features][design], f"_{design}")
        row |= {
            f"{name}_disjoint": value
            for name, value in asdict(meta.disjoint[features]).items()
            if name != "p_value"
        }
        yield row


def _named_scores(scores: SetScores | HeldOutScores, suffix: str) -> dict[str, Cell]:
    return {f"{name}{suffix}": value for name, value in asdict(scores).items()}


def _table3(problem: Analysed, features: Sequence[str]) -> Table:
    """Table 3a of RELATED, by rank, or 3b of UNRELATED, by size of coefficient."""
    related = problem.outcomes.problem == "related"
    importance = problem.meta.importance
    printed = {row.feature: row for row in (TABLE3A if related else TABLE3B)}
    rows: list[Row] = []
    for column, name in enumerate(features):
        row: Row = {
            "feature": name,
            "inverse_rank": float(importance.inverse_rank[column]),
            "coefficient": float(importance.coefficient[column]),
            "coefficient_low": float(importance.coefficient_low[column]),
            "coefficient_high": float(importance.coefficient_high[column]),
            "coefficient_all_pairs": float(importance.coefficient_all_pairs[column]),
            "sign_stability": float(importance.sign_stability[column]),
            "vif": float(importance.vif[column]),
            "published_label": printed[name].label if name in printed else "",
            "published": printed[name].value if name in printed else math.nan,
        }
        if related:
            row["published_inverse_rank"] = len(AUTHORS_FEATURES) - float(row["published"])
        rows.append(row)
    if related:
        return Table("table3a", sorted(rows, key=lambda row: -float(row["inverse_rank"])))
    return Table("table3b", sorted(rows, key=lambda row: -abs(float(row["coefficient"]))))
