"""universes.csv, a row a universe and problem, and effects.csv, a row a comparison and problem."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from minimtl.gains import Estimate, PairAnalysis
from minimtl.report import Row
from minimtl.stats import MeanEstimate
from minimtl.study.multiverse.choices import Choice
from minimtl.study.multiverse.effects import Effect
from minimtl.study.multiverse.universeresults import PREDICTED, UniverseResult


@dataclass(frozen=True, kw_only=True)
class UniverseSummary:
    """What came of a universe on a problem, without its pairs.

    Attributes
    ----------
    protocol : the protocol that the universe is; empty for all others.
    levels : the level of each choice, by the choice's name.
    gain : mean gain, with its intervals.
    improved : share of pairs with a gain.
    brier, majority_brier : how well all features together and the majority predict who gains, by
        design; NaN where nothing could be tested.
    """

    number: int
    about: str
    protocol: str
    levels: dict[str, str]
    problem: str
    n_pairs: int
    n_runs: int
    single: float
    multi: float
    gain: Estimate
    improved: float
    brier: dict[str, float]
    majority_brier: dict[str, float]


def summarise(result: UniverseResult, choices: Sequence[Choice]) -> UniverseSummary:
    """The summary of a universe's result."""
    universe, outcomes, improved, analysis = result
    names = [choice.name for choice in choices]
    return UniverseSummary(
        number=universe.number,
        about=universe.about,
        protocol=universe.own,
        levels=dict(zip(names, universe.labels, strict=True)),
        problem=outcomes.problem,
        n_pairs=outcomes.n_pairs,
        n_runs=outcomes.n_runs,
        single=float(outcomes.single.mean()),
        multi=float(outcomes.multi.mean()),
        gain=analysis.gain,
        improved=improved,
        brier=_brier(analysis, "all"),
        majority_brier=_brier(analysis, "majority"),
    )


def _brier(analysis: PairAnalysis, predictor: str) -> dict[str, float]:
    """The Brier score of a predictor by design."""
    scores = {}
    for design in PREDICTED:
        prediction = analysis.of(design, predictor)
        scores[design] = prediction.scores.brier if prediction else math.nan
    return scores


def universe_rows(universes: Sequence[UniverseSummary]) -> list[Row]:
    """The rows of universes.csv."""
    rows: list[Row] = []
    for universe in universes:
        row: Row = {
            "universe": universe.number,
            "about": universe.about,
            "protocol": universe.protocol,
            **universe.levels,
            "problem": universe.problem,
            "n_pairs": universe.n_pairs,
            "n_runs": universe.n_runs,
            "single": universe.single,
            "multi": universe.multi,
            "gain": universe.gain.value,
            **_intervals(universe.gain),
            "improved": universe.improved,
        }
        for design in PREDICTED:
            row[f"brier_{design}"] = universe.brier[design]
            row[f"majority_brier_{design}"] = universe.majority_brier[design]
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
