"""Advice for a terminal, as ``advise.md``, and as JSON values.

Names of files and labels come from outside: each form escapes them.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from minimtl._version import __version__
from minimtl.advice.conduct import Row
from minimtl.advice.sets import Prepared
from minimtl.advice.words import further, interval, percent, printable
from minimtl.report import escape, pipe_table, signed

if TYPE_CHECKING:
    from minimtl.advice.advice import Advice

HEAD = ("way", "score", "gain", "interval", "better", "proven", "would settle it")
CAPTION = (
    "score: macro-F1 of the main set's tested texts, mean over the rounds; gain: difference from "
    "the best of the ways alone, with its interval; better: how probably it is better than these."
)
WHO_HELPS_WHOM = "Who helps whom"
MATRIX_CAPTION = (
    "Each cell: what the row's set gains by joint training with the column's, in macro-F1 against "
    "the network alone; * where the interval leaves out 0."
)


def table_of(advice: "Advice") -> list[tuple[str, ...]]:
    """The table without its head, a row a way."""
    return [_cells(advice, row) for row in advice.rows]


def matrix_of(advice: "Advice") -> list[tuple[str, ...]]:
    """The matrix with its head; empty if there is none."""
    if advice.matrix is None:
        return []
    names = [printable(name) for name in advice.names]
    rows = [
        (name, *(_cell(comparison) for comparison in own))
        for name, own in zip(names, advice.matrix, strict=True)
    ]
    return [("", *names), *rows]


def to_text(advice: "Advice") -> str:
    """The advice for a terminal."""
    parts = [advice.verdict, _columns([HEAD, *table_of(advice)])]
    if advice.matrix is not None:
        parts += [f"{WHO_HELPS_WHOM}. {MATRIX_CAPTION}", _columns(matrix_of(advice))]
    if advice.notes:
        parts.append("\n".join(f"Note: {line}" for line in advice.notes))
    return "\n\n".join([*parts, "\n".join(advice.procedure)])


def to_markdown(advice: "Advice", picture: str | None) -> str:
    """``advise.md``; `picture` is the matrix's file name, if there is one."""
    rows = [[escape(cell) for cell in row] for row in table_of(advice)]
    parts = [
        f"# What to train on {escape(printable(advice.names[0]))}",
        f"**{escape(advice.verdict)}**",
        pipe_table(HEAD, rows),
        CAPTION,
    ]
    if advice.matrix is not None:
        head, *body = [[escape(cell) for cell in row] for row in matrix_of(advice)]
        parts += [f"## {WHO_HELPS_WHOM}", pipe_table(head, body), MATRIX_CAPTION]
        if picture:
            parts.append(f"![{WHO_HELPS_WHOM}]({picture})")
    for title, lines in sections_of(advice):
        parts += [f"## {title}", "\n".join(f"- {escape(line)}" for line in lines)]
    return "\n\n".join(parts) + "\n"


def sections_of(advice: "Advice") -> list[tuple[str, list[str]]]:
    """What follows the table: titles and sentences."""
    notes = [("Before you believe it", advice.notes)] if advice.notes else []
    return [*notes, ("What was done", advice.procedure)]


def to_dict(advice: "Advice") -> dict[str, Any]:
    """The advice as JSON values: every number of the other forms, unrounded."""
    settings = advice.settings
    content: dict[str, Any] = {
        "minimtl": __version__,
        "verdict": advice.verdict,
        "best": advice.name_of(advice.best),
        "sets": [_set(prepared) for prepared in advice.sets],
        "score": "macro_f1",
        "settings": asdict(settings),
        "ways": [_way(advice, row) for row in advice.rows],
        "notes": advice.notes,
        "procedure": advice.procedure,
    }
    if advice.matrix is not None:
        content["matrix"] = [
            [comparison and asdict(comparison) for comparison in own] for own in advice.matrix
        ]
    return content


def _cells(advice: "Advice", row: Row) -> tuple[str, ...]:
    name, score = printable(advice.name_of(row)), f"{row.score:.3f}"
    if row.comparison is None:
        return (name, score, "", "", "", row.verdict, "")
    gain, probability = signed(row.comparison.gain), percent(row.comparison.probability)
    return (
        name, score, gain, interval(row.comparison), probability, row.verdict,
        further(row.comparison),
    )  # fmt: skip


def _cell(comparison: Any) -> str:
    if comparison is None:
        return "—"
    return signed(comparison.gain) + ("" if comparison.low <= 0 <= comparison.high else " *")


def _columns(lines: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _set(prepared: Prepared) -> dict[str, Any]:
    return {
        "name": prepared.name,
        "labels": list(prepared.classes),
        "n_train": len(prepared.train),
        "n_test": len(prepared.test),
    }


def _way(advice: "Advice", row: Row) -> dict[str, Any]:
    compared = asdict(row.comparison) if row.comparison else {}
    return {
        "way": advice.name_of(row),
        "use": row.way.use,
        "model": row.way.model,
        "aux": [advice.names[number] for number in row.way.aux],
        "score": row.score,
        "scores": row.scores.tolist(),
        "runs": row.n_runs,
        "gives_one_label": row.is_constant,
        **compared,
    }
