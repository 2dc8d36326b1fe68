"""Can the gains of a table of pairs be predicted, and by more than the names of the tasks.

Every set of features, and each feature alone, is scored under each design of
`minimtl.gains.meta.designs.table_designs`, beside baselines that know the majority and the tasks'
names. A p-value is the share of labellings from the crossed model of the gains, in which features
have no say but tasks do (`minimtl.gains.pairs.null`), that are predicted at least as accurately: a
feature that only tells which task it has before it has no small one, not even on random folds.

Holm's procedure adjusts the p-values of all features over the designs, of the named sets over sets
and designs, and of single features over the features of a design.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from minimtl.gains.meta.designs import Design, table_designs
from minimtl.gains.meta.foldscores import (
    identity_probability,
    majority_probability,
    names_probability,
)
from minimtl.gains.meta.heldout import Labellings, accuracies, accuracy_p_value
from minimtl.gains.meta.labelnoise import LabelNoise, label_noise
from minimtl.gains.meta.model import fit_design
from minimtl.gains.pairs.null import null_labels
from minimtl.gains.pairs.results import BASELINES, Kind, PairAnalysis, Prediction
from minimtl.gains.pairs.scoring import accuracy_interval, score_design
from minimtl.gains.pairs.table import PairTable
from minimtl.jobs import rng_for
from minimtl.stats import FloatArray, IntArray, MeanGain, decide, holm, mean_gain, simulated_p_value
from minimtl.tasks import LabelledPairs, Meta

FEWEST = 10  # pairs whose gains are predicted, at least
MOST = 2000  # pairs whose gains are predicted, at most
_N_TESTED = 100_000  # pairs tested on random folds, over all repetitions
_REPEATS = 4  # of random folds that p-values take
_N_FITS = 10_000  # for one p-value of several features
_FEWEST_DRAWS, _NAME_DRAWS = 199, 199


def analyse_table(table: PairTable, seed: int) -> PairAnalysis:
    """The analysis of one table; the same seed gives the same numbers."""
    rng = rng_for("pairs", seed)
    predicted, why = _to_predict(table, rng)
    predictions: list[Prediction] = []
    name_p_values: dict[str, float] = {}
    if predicted is not None:
        predictions, name_p_values = _predict(predicted, rng)
    return PairAnalysis(
        table=table,
        predicted=predicted,
        why=why,
        gain=_mean_gain(table),
        noise=_noise(table),
        predictions=tuple(predictions),
        name_p_values=name_p_values,
    )


def _to_predict(table: PairTable, rng: np.random.Generator) -> tuple[PairTable | None, str]:
    """The pairs whose gains are predicted; if none, why."""
    if table.n_pairs < FEWEST:
        return (
            None,
            f"the pairs are too few to learn from: {table.n_pairs}, where {FEWEST} are the least",
        )
    if table.n_pairs > MOST:
        table = table.rows(_of_some_tasks(table, rng))
    if len(np.unique(table.labels)) < 2:
        which = "above" if table.labels[0] else "not above"
        return None, (
            f"the gains of all pairs are {which} {table.threshold:g}, so that there is nothing to "
            "tell apart; choose another --threshold"
        )
    return table, ""


def _of_some_tasks(table: PairTable, rng: np.random.Generator) -> IntArray:
    """At most `MOST` pairs: those among tasks drawn at random, all that these tasks have.

    Where that leaves few, because tasks have few pairs or one has most, pairs are drawn at random.
    """
    rank = rng.permutation(len(table.tasks))
    last = np.maximum(rank[table.main], rank[table.aux])
    kept = np.flatnonzero(last < np.partition(last, MOST)[MOST])
    if len(kept) < MOST // 2:
        kept = np.sort(rng.choice(table.n_pairs, MOST, replace=False))
    return kept


def _mean_gain(table: PairTable) -> MeanGain | None:
    if min(len(np.unique(tasks)) for tasks in (table.main, table.aux)) < 2:
        return None
    whole = len(table.complete) == table.n_pairs
    gains = table.gains if whole else table.mean_gains[:, np.newaxis]
    return mean_gain(
        gains,
        table.main,
        table.aux,
        main_topics=table.levels.get("main_topics"),
        aux_topics=table.levels.get("aux_topics"),
    )


def _noise(table: PairTable) -> LabelNoise:
    """The reliability of the labels; gains of 0 and 1 are not normal and have no ceiling."""
    noise = label_noise(table.complete - table.threshold, table.gains.shape[1])
    if np.isin(table.complete, (0, 1)).all():
        return replace(noise, ceiling_accuracy=float("nan"))
    return noise


def _predict(
    table: PairTable, rng: np.random.Generator
) -> tuple[list[Prediction], dict[str, float]]:
    repeats = max(2, min(table.settings.cv_repeats, _N_TESTED // table.n_pairs))
    settings = replace(table.settings, cv_repeats=repeats)
    designs = table_designs(table.main, table.aux, table.groups, settings, rng)
    predictor = _Predictor(table, settings, null_labels(table, rng))
    predictions = []
    for design in designs.values():
        rows = predictor.baselines(design)
        if table.features:
            rows.append(predictor.of_features("all", "all", range(len(table.features)), design))
        rows += [
            predictor.of_features(name, "set", columns, design)
            for name, columns in table.sets.items()
        ]
        rows += _adjusted(
            [
                predictor.of_features(name, "feature", [column], design)
                for column, name in enumerate(table.features)
            ]
        )
        predictions += rows
    for kind in ("all", "set"):
        places = [i for i, row in enumerate(predictions) if row.kind == kind]
        for i, row in zip(places, _adjusted([predictions[i] for i in places]), strict=True):
            predictions[i] = row
    names = predictor.name_p_values(designs["seen"], rng) if "seen" in designs else {}
    return predictions, names


def _adjusted(rows: Sequence[Prediction]) -> list[Prediction]:
    """The same with Holm's p-values among them."""
    adjusted = holm([row.p for row in rows])
    return [row._replace(p_holm=float(p)) for row, p in zip(rows, adjusted, strict=True)]


class _Predictor:
    """Scores of anything that gives probabilities, on one table's pairs."""

    def __init__(self, table: PairTable, settings: Meta, null: Labellings) -> None:
        self.table, self.settings, self.null = table, settings, null
        self.y, self.gain = table.labels, table.mean_gains
        # The baselines count tasks, and want their numbers without gaps.
        self.main, self.aux = (
            np.unique(tasks, return_inverse=True)[1].ravel() for tasks in (table.main, table.aux)
        )

    def baselines(self, design: Design) -> list[Prediction]:
        """Those of `BASELINES`, in their order."""
        return [
            self._row(name, "baseline", self._baseline(name, self.y, design), design)
            for name in BASELINES
        ]

    def _baseline(self, name: str, y: IntArray, design: Design) -> FloatArray:
        if name == "majority":
            return majority_probability(y, design.train)
        if name == "both_names":
            return names_probability(y, design.train, self.main, self.aux)
        return identity_probability(y, design.train, self.main if name == "main_name" else self.aux)

    def of_features(
        self, name: str, kind: Kind, columns: Sequence[int], design: Design
    ) -> Prediction:
        """Of the meta-model that sees these columns."""
        labelled = LabelledPairs(self.table.X, self.y)
        X = self.table.X[:, list(columns)]
        probability = fit_design(X, self.y, design, self.settings).probability
        row = self._row(name, kind, probability, design)
        tested = design.first(_REPEATS) if design.n_folds < design.n_fits else design
        draws = self.null
        if len(columns) > 1:
            draws = draws[: max(_FEWEST_DRAWS, _N_FITS // tested.n_fits)]
        (accuracy,) = accuracies(X, self.y[np.newaxis], tested, self.settings)
        p = accuracy_p_value([labelled], columns, tested, self.settings, draws, float(accuracy))
        return row._replace(p=p)

    def _row(self, name: str, kind: Kind, probability: FloatArray, design: Design) -> Prediction:
        scores = score_design(self.y, self.gain, probability, design)
        low = high = float("nan")
        if kind != "feature":
            low, high = accuracy_interval(
                scores.accuracy, self.y, probability, design, self.table.levels
            )
        n_tested = int(design.tested.sum())
        nan = float("nan")
        return Prediction(design.name, name, kind, n_tested, scores, low, high, nan, nan)

    def name_p_values(self, design: Design, rng: np.random.Generator) -> dict[str, float]:
        """How often exchanged labels are told at least as well by names, Holm's among the names."""
        design = design.first(_REPEATS)
        orders = [rng.permutation(len(self.y)) for _ in range(_NAME_DRAWS)]

        def accuracy(name: str, y: IntArray) -> float:
            right = (decide(self._baseline(name, y, design)) == y) & design.test
            return float(right.sum() / design.test.sum())

        def p_value(name: str) -> float:
            exchanged = ([accuracy(name, self.y[order])] for order in orders)
            return simulated_p_value(exchanged, accuracy(name, self.y))

        names = BASELINES[1:]
        return dict(zip(names, holm([p_value(name) for name in names]).tolist(), strict=True))
