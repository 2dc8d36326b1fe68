"""The results of each universe, and the rows of universes.csv and effects.csv.

Universes whose features are the same share them: features depend on documents and loss curves, not
on how scores are read.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from minimtl.gains import FEWEST_PAIRS, PairAnalysis, analyse, table_of
from minimtl.jobs import Store, rng_for
from minimtl.report import Row
from minimtl.stats import Estimate, MeanEstimate
from minimtl.study.definition import Study, feature_maker
from minimtl.study.multiverse.definemultiverse import Multiverse
from minimtl.study.multiverse.effects import Effect
from minimtl.study.multiverse.universes import Universe
from minimtl.tasks import (
    FeatureMaker,
    FeatureWords,
    Outcomes,
    Problem,
    Results,
    collect_outcomes,
    improved_share,
)

PREDICTED = ("block_out", "groups_unseen")


class UniverseResult(NamedTuple):
    """A universe on one problem.

    Attributes
    ----------
    levels : the level of each choice, by the choice's name.
    analysis : the mean gain with its intervals, and how well all features together predict who
        gains, by the designs of `PREDICTED`.
    """

    universe: Universe
    levels: dict[str, str]
    outcomes: Outcomes
    analysis: PairAnalysis

    @property
    def gain(self) -> Estimate:
        """The mean gain, with its intervals."""
        return self.analysis.gain

    def brier(self, design: str, predictor: str = "all") -> float:
        """The Brier score of all features together, or of the majority; NaN without one."""
        prediction = self.analysis.of(design, predictor)
        return prediction.scores.brier if prediction else math.nan


def collect_universes(multiverse: Multiverse, store: Store) -> Iterator[list[UniverseResult]]:
    """The results of each problem, universe by universe; all models are in the store."""
    words: dict[Any, FeatureWords] = {}
    names = [choice.name for choice in multiverse.choices]
    studies = list(zip(multiverse.universes, multiverse.studies, strict=True))
    for problem in multiverse.problems:
        features: dict[Any, np.ndarray] = {}
        results = []
        for universe, study in studies:
            reading = study.protocol.reading
            own_words = (study.protocol.model.posts, reading.words_jsd, reading.words_counts)
            if own_words in words:
                study.take_words(words[own_words])
            outcomes, analysis = _analysed(study, problem, store, features)
            levels = dict(zip(names, universe.labels, strict=True))
            results.append(UniverseResult(universe, levels, outcomes, analysis))
            words.setdefault(own_words, study.words)
        yield results


def _analysed(
    study: Study, problem: Problem, store: Store, features: dict[Any, np.ndarray]
) -> tuple[Outcomes, PairAnalysis]:
    protocol = study.protocol
    results = Results(store, study.data.identity, protocol)
    make = _shared_features(study, feature_maker(study, results), features)
    outcomes, _ = collect_outcomes(problem, results, make)
    rng = rng_for("multiverse", study.seed)
    table = replace(table_of(outcomes, protocol), sets={})
    analysis = analyse(table, rng, PREDICTED, alone=(), fewest=FEWEST_PAIRS, tested=())
    return outcomes, analysis


def _shared_features(
    study: Study, make: FeatureMaker, known: dict[Any, np.ndarray]
) -> FeatureMaker:
    """`make`, which computes the features of a run only where no universe before had the same."""
    reading = replace(
        study.protocol.reading, score="f1", read_at=0, epoch="fixed", label="mean_gain"
    )

    def make_once(problem: Problem, run: int) -> np.ndarray:
        key = (study.protocol.settings, reading, run, problem.pairs[0])  # of a part of many
        if key not in known:
            known[key] = make(problem, run)
        return known[key]

    return make_once


def universe_rows(results: Sequence[UniverseResult]) -> list[Row]:
    """The rows of universes.csv."""
    rows: list[Row] = []
    for result in results:
        universe, outcomes = result.universe, result.outcomes
        row: Row = {
            "universe": universe.number,
            "about": universe.about,
            "protocol": universe.own,
            **result.levels,
            "problem": outcomes.problem,
            "n_pairs": outcomes.n_pairs,
            "n_runs": outcomes.n_runs,
            "single": float(outcomes.single.mean()),
            "multi": float(outcomes.multi.mean()),
            "gain": result.gain.value,
            **_intervals(result.gain),
            "improved": improved_share(outcomes, universe.protocol.reading),
        }
        for design in PREDICTED:
            row[f"brier_{design}"] = result.brier(design)
            row[f"majority_brier_{design}"] = result.brier(design, "majority")
        rows.append(row)
    return rows


def effect_rows(effects: Sequence[Effect]) -> list[Row]:
    """The rows of effects.csv."""
    return [
        {
            "problem": effect.problem,
            "field": effect.comparison.field,
            "from": effect.comparison.before,
            "to": effect.comparison.after,
            "about": effect.comparison.about,
            "n_comparisons": len(effect.comparison.steps),
            "effect": effect.estimate.value,
            **_intervals(effect.estimate),
        }
        for effect in effects
    ]


def these_tasks(estimate: Estimate) -> tuple[float, float]:
    """The interval of a mean for these tasks; NaN where there is none."""
    return _ends(estimate.these_tasks)


def new_tasks(estimate: Estimate) -> tuple[float, float]:
    """The interval of a mean for new tasks; NaN where there is none."""
    return _ends(estimate.new_tasks)


def _ends(interval: MeanEstimate | None) -> tuple[float, float]:
    return (interval.low, interval.high) if interval else (math.nan, math.nan)


def _intervals(estimate: Estimate) -> Row:
    """Both intervals of a mean; p for new tasks; empty cells where there is none."""
    low_tasks, high_tasks = these_tasks(estimate)
    low, high = new_tasks(estimate)
    return {
        "low_tasks": low_tasks,
        "high_tasks": high_tasks,
        "low": low,
        "high": high,
        "p_value": estimate.new_tasks.p_value if estimate.new_tasks else math.nan,
    }
