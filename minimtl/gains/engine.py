"""Can the gains of a table of pairs be predicted, and by more than the names of the tasks.

`minimtl.meta_analysis` is the door in Python, `analyse` the one analysis behind it, which a study,
a multiverse and the audits call as well. All features, every set of them, and single features are
scored under designs of `minimtl.gains.designs`, beside baselines that know the majority and the
tasks' names. A p-value is the share of labellings in which features have no say but tasks do
(`minimtl.gains.pairlabels`) that are predicted at least as accurately. Scores of several data sets,
which have their folds in common, are means over them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minimtl.errors import MinimtlError
from minimtl.gains.designs import Design, make_designs
from minimtl.gains.metamodel import (
    BASELINES,
    Kind,
    Prediction,
    Scores,
    baseline_probability,
    fit_design,
    score_design,
)
from minimtl.gains.pairanalysis import FEWEST, PairAnalysis
from minimtl.gains.pairlabels import LabelNoise, accuracy_p_value, label_noise, null_labels
from minimtl.gains.pairtable import PairTable, read_study
from minimtl.gains.readtable import Roles, read_table
from minimtl.jobs.identity import rng_for
from minimtl.report.wording import counted
from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.stats.crossed import estimate_mean
from minimtl.stats.intervals import holm, simulated_p_value
from minimtl.stats.scores import decide
from minimtl.tasks.outcomes import LabelledPairs

MOST = 2000  # pairs whose gains are predicted, at most
DISJOINT = "disjoint"
KINDS: tuple[Kind, ...] = ("all", "set", "feature")
TABLE_DESIGNS = ("seen", "main_unseen", "aux_unseen", "both_unseen", "groups_unseen")
STUDY_DESIGNS = ("in_fold", "main_unseen", "block_out", "groups_unseen", DISJOINT)
_NAME_REPEATS, _NAME_DRAWS = 4, 199


def meta_analysis(
    table: Any,
    *,
    main: str | None = None,
    aux: str | None = None,
    gain: str | None = None,
    run: str | None = None,
    main_group: str | None = None,
    aux_group: str | None = None,
    features: Sequence[str] | None = None,
    sets: Mapping[str, Sequence[str]] | None = None,
    threshold: float | None = None,
    matrix: bool = False,
    seed: int = 0,
) -> PairAnalysis:
    """Can the gains of pairs of tasks be predicted, and by more than the names of the tasks?

    Parameters
    ----------
    table : path, mapping of columns, data frame, or list of dicts
        A row a pair of a main and an auxiliary task, or a pair and run. A path is a ``.csv``,
        ``.tsv`` or ``.jsonl`` file, or the folder of a finished study, of which UNRELATED is taken
        where there is one.
    main, aux, gain, run, main_group, aux_group : str, optional
        Columns; by default guessed from the names of the columns. The gain may be a label, 0 or 1.
    features : sequence of str, optional
        Numeric columns; by default all that have no other role.
    sets : mapping of str to sequence of str, optional
        Features that are also tried together, by the name of the set.
    threshold : float, optional
        A mean gain above it counts as a gain: 0 by default, and 0.5 where all gains are 0 or 1.
    matrix : bool
        The file is a matrix of gains, a row a main task and a column an auxiliary task.
    seed : int
        Of folds and simulations.

    Returns
    -------
    PairAnalysis

    Raises
    ------
    MinimtlError
        In one sentence that names the table, the row and the remedy.
    """
    if sets is not None and not isinstance(sets, Mapping):
        raise MinimtlError(f"sets must be columns by the name of a set, got {sets!r}.")
    roles = Roles(main, aux, gain, run, main_group, aux_group, features, sets or {})
    tables = read_tables(table, roles, matrix=matrix, threshold=threshold)
    return analyse(tables[-1], rng_for("pairs", seed))


def analyse_tables(tables: Sequence[PairTable], seed: int) -> dict[str, PairAnalysis]:
    """The analysis of each problem of a study by its name, or that of one table under ""."""
    return {
        table.source.lower() if len(tables) > 1 else "": analyse(table, rng_for("pairs", seed))
        for table in tables
    }


def read_tables(
    table: Any, roles: Roles, *, matrix: bool = False, threshold: float | None = None
) -> tuple[PairTable, ...]:
    """The tables of pairs that `table` holds: one, or one for each problem of a study."""
    if not isinstance(table, str | Path) or not Path(table).is_dir():
        return (read_table(table, roles, matrix=matrix, threshold=threshold),)
    if matrix or threshold is not None or roles != Roles():
        raise MinimtlError(
            f"{table} is the folder of a study, whose columns and threshold are known; leave those "
            "flags out."
        )
    return tuple(read_study(Path(table)).values())


def analyse(
    table: PairTable,
    rng: np.random.Generator,
    designs: Sequence[str] = TABLE_DESIGNS,
    *,
    alone: Sequence[str] = TABLE_DESIGNS,
    fewest: int = FEWEST,
    tested: Sequence[Kind] = KINDS,
) -> PairAnalysis:
    """The analysis of one table.

    Parameters
    ----------
    rng : draws folds, null labels, and the tasks of a table that has more than `MOST` pairs.
    designs : names of `make_designs`, or `DISJOINT`: pairs of unseen groups, labelled by runs that
        give no features.
    alone : designs under which each feature is scored by itself too.
    fewest : pairs that there must be for a prediction, and for an interval for new tasks.
    tested : the kinds of predictors that have a p-value.
    """
    whole = len(table.complete) == table.n_pairs
    gains = table.gains if whole else table.mean_gains[:, np.newaxis]
    analysis = PairAnalysis(table, None, "", estimate_mean(gains, table.effects), _noise(table))
    if table.n_pairs < fewest:
        pairs = counted(table.n_pairs, "pair")
        few = f"the table has {pairs}, and a prediction needs {fewest}"
        return replace(analysis, why=few, gain=analysis.gain._replace(new_tasks=None))

    if table.n_pairs > MOST:
        table = table.rows(_of_some_tasks(table, rng))
    if len({label for one in table.data_sets for label in one.y.tolist()}) < 2:
        which = "above" if table.labels[0] else "not above"
        same = (
            f"the gains of all pairs are {which} {table.threshold:g}, so there is nothing to "
            "predict; choose another --threshold"
        )
        return replace(analysis, why=same)

    made = make_designs(table, [_folds_of(name) for name in designs], rng)
    null = null_labels(table, rng) if tested else None
    predictions: list[Prediction] = []
    for name in designs:
        design = replace(made[_folds_of(name)], name=name)
        data_sets = table.disjoint if name == DISJOINT else table.data_sets
        if not design.n_fits or not data_sets:
            continue
        for predictor in _predictors(table, name in alone):
            has_p = predictor[1] in tested and name != DISJOINT
            row = _prediction(table, *predictor, data_sets, design, null if has_p else None)
            predictions.append(row)

    names = _name_p_values(table, made["seen"], rng) if "seen" in made and tested else {}
    return replace(
        analysis,
        predicted=table,
        predictions=_adjusted(predictions, _family),
        name_p_values=names,
    )


def _folds_of(design: str) -> str:
    """The design whose folds a design has."""
    return "groups_unseen" if design == DISJOINT else design


def _of_some_tasks(table: PairTable, rng: np.random.Generator) -> IntArray:
    """At most `MOST` pairs: those among tasks drawn at random, all that these tasks have.

    Where that leaves few, because tasks have few pairs or one has most, pairs are drawn at random.
    """
    rank = rng.permutation(len(table.tasks))
    last = np.maximum(rank[table.main], rank[table.aux])
    chosen = np.flatnonzero(last < np.partition(last, MOST)[MOST])
    if len(chosen) < MOST // 2:
        chosen = np.sort(rng.choice(table.n_pairs, MOST, replace=False))
    return chosen


def _noise(table: PairTable) -> LabelNoise:
    """The reliability of the labels; gains of 0 and 1 are not normal and have no ceiling."""
    runs_per_label = table.gains.shape[1] // len(table.data_sets)
    noise = label_noise(table.complete - table.threshold, runs_per_label)
    return replace(noise, ceiling_accuracy=float("nan")) if table.has_labels else noise


def _adjusted(
    predictions: Sequence[Prediction], family: Callable[[Prediction], str]
) -> tuple[Prediction, ...]:
    """The predictions with p by Holm's procedure, among those of one family."""
    families: dict[str, list[int]] = {}
    for place, row in enumerate(predictions):
        families.setdefault(family(row), []).append(place)

    adjusted = list(predictions)
    for places in families.values():
        of_family = holm([predictions[place].p for place in places])
        for place, p in zip(places, of_family.tolist(), strict=True):
            adjusted[place] = predictions[place]._replace(p_holm=p)
    return tuple(adjusted)


def _family(row: Prediction) -> str:
    """All features over the designs, sets over sets and designs, features within a design."""
    return f"{row.kind} of {row.design}" if row.kind == "feature" else row.kind


def adjusted_together(analyses: Sequence[PairAnalysis]) -> list[PairAnalysis]:
    """The analyses with p by Holm's procedure over all p-values of all of them."""
    rows = [row for analysis in analyses for row in analysis.predictions]
    adjusted = iter(_adjusted(rows, lambda row: ""))
    return [
        replace(analysis, predictions=tuple(islice(adjusted, len(analysis.predictions))))
        for analysis in analyses
    ]


def _predictors(table: PairTable, alone: bool) -> list[tuple[str, Kind, tuple[int, ...]]]:
    """Baselines, all features, the sets, perhaps each feature by itself; with columns of X."""
    every = tuple(range(len(table.features)))
    predictors: list[tuple[str, Kind, tuple[int, ...]]] = []
    predictors += [(name, "baseline", ()) for name in BASELINES]
    predictors += [("all", "all", every)] if every else []
    predictors += [(name, "set", columns) for name, columns in table.sets.items()]
    if alone:
        predictors += [(table.features[column], "feature", (column,)) for column in every]
    return predictors


def _prediction(
    table: PairTable,
    name: str,
    kind: Kind,
    columns: tuple[int, ...],
    data_sets: Sequence[LabelledPairs],
    design: Design,
    null: NDArray[np.int8] | None,
) -> Prediction:
    """A baseline, or the meta-model that sees these columns."""
    settings = table.settings
    if kind == "baseline":
        answers = [
            baseline_probability(name, one.y, design.train, table.main, table.aux)
            for one in data_sets
        ]
    else:
        fits = [fit_design(one.X[:, columns], one.y, design, settings) for one in data_sets]
        answers = [fit.probability for fit in fits]

    gains = table.label_gains.T
    if len(gains) != len(data_sets):
        gains = np.tile(table.mean_gains, (len(data_sets), 1))
    each = [
        score_design(one.y, gain, probability, design)
        for one, gain, probability in zip(data_sets, gains, answers, strict=True)
    ]
    scores = Scores(*np.mean(each, axis=0).tolist())
    row = Prediction(design.name, name, kind, int(design.tested.sum()), scores)

    if kind != "feature":
        low, high = _accuracy_interval(scores.accuracy, table, data_sets, answers, design)
        row = row._replace(low=low, high=high)
    if null is None:
        return row
    return row._replace(p=accuracy_p_value(data_sets, columns, design, settings, null))


def _accuracy_interval(
    accuracy: float,
    table: PairTable,
    data_sets: Sequence[LabelledPairs],
    answers: Sequence[FloatArray],
    design: Design,
) -> tuple[float, float]:
    """95 % interval of an accuracy, were the tasks drawn anew; cut to what a share can be.

    Whether a pair is told right depends on its tasks, as its gain does. NaN where there is one main
    or one auxiliary task.
    """
    tested, n_fits = design.tested, design.test.sum(axis=0)
    right = [
        ((decide(probability) == one.y) & design.test).sum(axis=0)
        for one, probability in zip(data_sets, answers, strict=True)
    ]
    shares = np.stack(right, axis=1)[tested] / n_fits[tested, np.newaxis]
    new = estimate_mean(shares, table.rows(tested).effects).new_tasks
    if new is None:
        return float("nan"), float("nan")
    half = (new.high - new.low) / 2
    return max(0.0, accuracy - half), min(1.0, accuracy + half)


def _name_p_values(table: PairTable, design: Design, rng: np.random.Generator) -> dict[str, float]:
    """The share of exchanged labels told at least as well by names, Holm's among the names."""
    design, y = design.first(_NAME_REPEATS), table.labels
    orders = [rng.permutation(len(y)) for _ in range(_NAME_DRAWS)]

    def accuracy(name: str, y: IntArray) -> float:
        answers = baseline_probability(name, y, design.train, table.main, table.aux)
        right = (decide(answers) == y) & design.test
        return float(right.sum() / design.test.sum())

    def p_value(name: str) -> float:
        exchanged = ([accuracy(name, y[order])] for order in orders)
        return simulated_p_value(exchanged, accuracy(name, y))

    names = BASELINES[1:]
    return dict(zip(names, holm([p_value(name) for name in names]).tolist(), strict=True))
