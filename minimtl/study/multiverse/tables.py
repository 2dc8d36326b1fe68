"""universes.csv, a row a universe and problem, and effects.csv, a row a comparison and problem."""

import math
from collections.abc import Sequence

from minimtl.gains import Estimate
from minimtl.report import Row
from minimtl.study.multiverse.choices import Choice
from minimtl.study.multiverse.effects import Effect
from minimtl.study.multiverse.results import PREDICTED, UniverseResult


def universe_rows(results: Sequence[UniverseResult], choices: Sequence[Choice]) -> list[Row]:
    """The rows of universes.csv."""
    rows: list[Row] = []
    for universe, outcomes, improved, analysis in results:
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
            **_intervals(analysis.gain),
            "improved": improved,
        }
        for design in PREDICTED:
            every, majority = (analysis.of(design, name) for name in ("all", "majority"))
            row[f"brier_{design}"] = every.scores.brier if every else math.nan
            row[f"majority_brier_{design}"] = majority.scores.brier if majority else math.nan
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


def _intervals(estimate: Estimate) -> Row:
    """Both intervals of a mean; p for new tasks; empty cells where there is none."""
    tasks, new = estimate.these_tasks, estimate.new_tasks
    return {
        "low_tasks": tasks.low if tasks else math.nan,
        "high_tasks": tasks.high if tasks else math.nan,
        "low": new.low if new else math.nan,
        "high": new.high if new else math.nan,
        "p_value": new.p_value if new else math.nan,
    }
