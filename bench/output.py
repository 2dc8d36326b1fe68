"""Results as JSON for programs and as Markdown for people."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any

from bench.rows import Row
from bench.targets import Target
from minimtl.report.textforms import pipe_table


def as_json(about: dict[str, Any], rows: list[Row], goals: list[Target]) -> str:
    """Everything measured; a number that is not there is null."""
    content = {
        **about,
        "targets": [{**asdict(goal), "reached": goal.verdict} for goal in goals],
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(_without_nan(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_markdown(about: dict[str, Any], rows: list[Row], goals: list[Target]) -> str:
    """The targets, then a table for each section."""
    parts = [_heading(about), _goals_table(goals)]
    for section, some in groupby(rows, key=lambda row: row.section):
        parts.append(f"## {section}\n\n{_table(some)}")
    return "\n\n".join(parts) + "\n"


def _heading(about: dict[str, Any]) -> str:
    machine = about["machine"]
    versions = ", ".join(f"{name} {number or '—'}" for name, number in machine["packages"].items())
    load = ", ".join(f"{value:.2f}" for value in machine["load_average"] or [])
    on = f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}"
    return (
        f"# Measurements\n\n{about['command']}; {about['corpus']}.\n\n"
        f"{on}; {versions}; "
        f"load average at the start {load}; one thread for each contestant.\n\n"
        "Times are CPU time, medians with their quartiles, contestants measured in turn in one "
        "run, unless a line says wall. *× ours* is how many times minimtl's time in the same round."
    )


def _goals_table(goals: list[Target]) -> str:
    lines = [
        (goal.what, f"{goal.direction} {goal.goal:g}", _number(goal.measured), goal.verdict)
        for goal in goals
    ]
    return pipe_table(("target", "goal", "measured", "reached"), lines)


def _table(rows: Iterable[Row]) -> str:
    lines = []
    for row in rows:
        median = f"{_number(row.median)} {row.unit}" if row.n else "—"
        spread = "" if math.isnan(row.low) else f"{_number(row.low)} – {_number(row.high)}"
        lines.append((row.what, row.who, median, spread, _number(row.times_ours), row.note))
    return pipe_table(("what", "who", "median", "quartiles", "× ours", ""), lines)


def _number(value: float) -> str:
    """Three significant digits or all of the integer part; nothing for NaN."""
    if math.isnan(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
