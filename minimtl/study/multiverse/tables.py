"""universes.csv, a row a universe and problem, and effects.csv, a row a comparison and problem."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from minimtl.gains import HeldOutScores
from minimtl.report import Row
from minimtl.stats import MeanEstimate, MeanGain
from minimtl.study.multiverse.choices import Choice
from minimtl.study.multiverse.effects import Effect
from minimtl.study.multiverse.universeresults import UniverseResult


@dataclass(frozen=True, kw_only=True)
class UniverseSummary:
    """What came of a universe on a problem, without its pairs.

    Attributes
    ----------
    protocol : the protocol that the universe is; empty for all others.
    levels : the level of each choice, by the choice's name.
    gain, intervals : mean gain, and its intervals; None of too few tasks.
    improved : share of pairs with a gain.
    predicted : how well all features together predict who gains, by design.
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
    gain: float
    intervals: MeanGain | None
    improved: float
    predicted: dict[str, HeldOutScores]


def summarise(result: UniverseResult, choices: Sequence[Choice]) -> UniverseSummary:
    """The summary of a universe's result."""
    universe, outcomes, intervals, improved, predicted = result
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
        gain=float(outcomes.gains.mean()),
        intervals=intervals,
        improved=improved,
        predicted=predicted,
    )


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
            "gain": universe.gain,
            **_intervals(universe.intervals),
            "improved": universe.improved,
        }
        for design, scores in universe.predicted.items():
            row[f"brier_{design}"] = scores.brier
            row[f"majority_brier_{design}"] = scores.majority_brier
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
            "effect": effect.mean,
            **_intervals(effect.intervals),
        }
        for effect in effects
    ]


def these_tasks(gain: MeanGain | None) -> tuple[float, float]:
    """The interval of a mean for these tasks; NaN where there is none."""
    return _ends(gain.these_tasks if gain else None)


def new_tasks(gain: MeanGain | None) -> tuple[float, float]:
    """The interval of a mean for new tasks; NaN where there is none."""
    return _ends(gain.new_tasks if gain else None)


def _ends(estimate: MeanEstimate | None) -> tuple[float, float]:
    return (estimate.low, estimate.high) if estimate else (math.nan, math.nan)


def _intervals(gain: MeanGain | None) -> Row:
    """Both intervals of a mean; p for new tasks; empty cells where there is none."""
    low_tasks, high_tasks = these_tasks(gain)
    low, high = new_tasks(gain)
    return {
        "low_tasks": low_tasks,
        "high_tasks": high_tasks,
        "low": low,
        "high": high,
        "p_value": gain.new_tasks.p_value if gain else math.nan,
    }
