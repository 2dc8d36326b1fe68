"""universes.csv, a row a universe and problem, and effects.csv, a row a comparison and problem."""

import math
from collections.abc import Sequence

from minimtl.report import Row
from minimtl.stats import Estimate, MeanEstimate
from minimtl.study.multiverse.effects import Effect
from minimtl.study.multiverse.universeresults import PREDICTED, UniverseResult
from minimtl.tasks import improved_share


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
