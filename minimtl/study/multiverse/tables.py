"""universes.csv, a row a universe and problem, and effects.csv, a row a comparison and problem."""

import math
from collections.abc import Sequence

from minimtl.report import Row
from minimtl.stats import MeanGain
from minimtl.study.multiverse.choices import Choice
from minimtl.study.multiverse.effects import Effect
from minimtl.study.multiverse.results import UniverseResult


def universe_rows(results: Sequence[UniverseResult], choices: Sequence[Choice]) -> list[Row]:
    """The rows of universes.csv."""
    rows: list[Row] = []
    for universe, outcomes, gain, improved, predicted in results:
        labels = zip((choice.name for choice in choices), universe.labels, strict=True)
        row: Row = {"universe": universe.number, "about": universe.about}
        row |= {"protocol": universe.own, **dict(labels)}
        row |= {
            "problem": outcomes.problem,
            "n_pairs": outcomes.n_pairs,
            "n_runs": outcomes.n_runs,
            "single": float(outcomes.single.mean()),
            "multi": float(outcomes.multi.mean()),
            "gain": float(outcomes.gains.mean()),
            **_intervals(gain),
            "improved": improved,
        }
        for design, scores in predicted.items():
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


def _intervals(gain: MeanGain | None) -> Row:
    """Both intervals of a mean; p for new tasks; empty cells where there is none."""
    tasks = gain.these_tasks if gain else None
    return {
        "low_tasks": tasks.low if tasks else math.nan,
        "high_tasks": tasks.high if tasks else math.nan,
        "low": gain.new_tasks.low if gain else math.nan,
        "high": gain.new_tasks.high if gain else math.nan,
        "p_value": gain.new_tasks.p_value if gain else math.nan,
    }
