"""Advice as a table on the screen, as JSON, as ``advise.md`` and as ``advise.html``.

Names of files and labels come from outside: each form escapes them.
"""

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any, NamedTuple

from minimtl._version import __version__
from minimtl.advice.advice import Advice
from minimtl.advice.report import Report, printable, sentence_of
from minimtl.advice.sets import Prepared
from minimtl.report import escape, pipe_table

_HEAD = ("auxiliary set", "predicted", "alone", "jointly", "gain", "interval", "p", "verdict")
_WHY = "What moved the predictions (log odds, against an average pair of the study)"
WIDTH, MARGIN = 160, 5  # of a drawn interval, in pixels
_CAPTION = (
    "predicted: probability of a gain, from single-task runs only; alone, jointly: macro-F1 of the "
    "main set's test texts, mean over the runs."
)


def to_text(report: Report) -> str:
    """The advice for a terminal."""
    lines = [_HEAD, *report.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    parts = ["\n".join(table), "\n".join(map(sentence_of, report.advised))]
    if report.warnings:
        parts.append("\n".join(f"Note: {line}" for line in report.warnings))
    parts.append("\n".join([f"{_WHY}:", *(f"  {line}" for line in report.why)]))
    return "\n\n".join([*parts, *report.procedure])


def to_markdown(report: Report) -> str:
    """``advise.md``."""
    rows = [[escape(cell) for cell in row] for row in report.rows]
    parts = [
        f"# Does joint training help {escape(printable(report.main.name))}?",
        "\n".join(f"- {escape(sentence_of(advice))}" for advice in report.advised),
        pipe_table(_HEAD, rows),
        _CAPTION,
    ]
    for title, lines in _sections(report):
        parts += [f"## {title}", "\n".join(f"- {escape(line)}" for line in lines)]
    return "\n\n".join(parts) + "\n"


def html_available() -> bool:
    """Whether the page's template library, an extra, is installed."""
    return importlib.util.find_spec("jinja2") is not None


def to_html(report: Report) -> str:
    """``advise.html``: one file that works offline; needs Jinja2."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined)
    source = files("minimtl.advice").joinpath("page.html").read_text(encoding="utf-8")
    page: str = environment.from_string(source).render(
        main=printable(report.main.name),
        sentences=[sentence_of(advice) for advice in report.advised],
        head=_HEAD,
        rows=list(zip(report.rows, marks(report.advised), strict=True)),
        width=WIDTH,
        caption=_CAPTION,
        sections=_sections(report),
        version=__version__,
    )
    return page


class Mark(NamedTuple):
    """Pixels from the left of a gain's interval, of the gain, and of no gain, in `WIDTH`."""

    low: float
    mean: float
    high: float
    zero: float


def marks(advised: Sequence[Advice]) -> list[Mark]:
    """One mark a candidate; their common scale holds 0 and the ends of all intervals."""
    gains = [advice.gain for advice in advised]
    least = min(0.0, *(gain.low for gain in gains))
    most = max(0.0, *(gain.high for gain in gains))
    scale = (WIDTH - 2 * MARGIN) / ((most - least) or 1.0)
    return [
        Mark(*(MARGIN + scale * (x - least) for x in (gain.low, gain.mean, gain.high, 0.0)))
        for gain in gains
    ]


def _sections(report: Report) -> list[tuple[str, list[str]]]:
    warnings = [("Before you believe it", report.warnings)] if report.warnings else []
    return [*warnings, (_WHY, report.why), ("What was done", report.procedure)]


def to_json(report: Report) -> str:
    """The advice as JSON: every number of the other forms, unrounded."""
    content = {
        "minimtl": __version__,
        "main": _set(report.main),
        "tokenizer": report.tokenizer,
        "per_class": report.per_class,
        "score": "macro_f1",
        "metamodel": {
            "study": report.model.study,
            "helped": report.model.helped,
            "held_out": asdict(report.model.held_out),
        },
        "notes": report.warnings,
        "procedure": report.procedure,
        "candidates": [_candidate(advice) for advice in report.advised],
    }
    return json.dumps(content, indent=2)


def _set(prepared: Prepared) -> dict[str, Any]:
    return {
        "name": prepared.name,
        "labels": list(prepared.classes),
        "n_train": len(prepared.train),
        "n_test": len(prepared.test),
    }


def _candidate(advice: Advice) -> dict[str, Any]:
    return {
        "aux": _set(advice.aux),
        "verdict": advice.verdict,
        "verdict_in_words": sentence_of(advice),
        "predicted_probability": advice.prediction.probability,
        "contributions": advice.prediction.contributions,
        "outside": {
            name: {"value": value, "minimum": low, "maximum": high}
            for name, (value, low, high) in advice.prediction.outside.items()
        },
        "single": advice.single.tolist(),
        "multi": advice.multi.tolist(),
        "gain": asdict(advice.gain),
    }
