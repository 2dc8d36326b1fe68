"""explain.html: all stations on one page that needs no network, and no script to be read.

Rendered by Jinja2, an extra: ask `minimtl.report.page_available` first. Everything is escaped but
this package's own files and the formulas and pictures that it makes.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import minimtl
from minimtl.explain.charts import draw_heat, draw_lines
from minimtl.explain.documents import Measured
from minimtl.explain.lesson import Lesson
from minimtl.explain.mathml import to_mathml
from minimtl.explain.numbers import (
    deferred_numbers,
    document_numbers,
    dropout_numbers,
    fold_numbers,
)
from minimtl.explain.source import excerpt, section_title
from minimtl.explain.station import Heat, Lines
from minimtl.explain.visit import Shown
from minimtl.report import page_environment

if TYPE_CHECKING:
    from markupsafe import Markup

PAGE_NOTE = "explain.html needs Jinja2: pip install 'minimtl[page]', or ask for --notebook"


def source_uri(path: str) -> str:
    """The file of this installation at `path` within the package."""
    return (Path(minimtl.__file__).parent / path).as_uri()


def render(
    lesson: Lesson,
    shown: Sequence[Shown],
    measured: Measured,
    link: Callable[[str], str] = source_uri,
) -> str:
    """The whole page; `link` makes an address of a file's path within the package."""
    from markupsafe import Markup

    environment = page_environment("minimtl.explain")
    environment.filters |= {
        "mathml": lambda text: Markup(to_mathml(text)),
        "kind": lambda picture: type(picture).__name__.lower(),
        "drawn": _drawn,
        "excerpt": excerpt,
        "section": section_title,
        "coded": _coded,
        "cells": _cells,
        "named": lambda pair: ", ".join(" / ".join(task) for task in pair),
    }
    style, script = _own("page.css"), _own("page.js")
    numbers: dict[str, Any] = {
        "deferred": deferred_numbers(lesson),
        "dropout": dropout_numbers(lesson),
        "folds": fold_numbers(lesson),
        "documents": document_numbers(measured),
    }
    comparisons = [c for one in shown for c in one.values.comparisons]
    page: str = environment.get_template("page.html").render(
        lesson=lesson,
        shown=shown,
        numbers=numbers,
        measured=measured,
        n_comparisons=len(comparisons),
        apart=[c.name for c in comparisons if not c.agrees],
        by=lesson.steps.by,
        link=link,
        version=minimtl.__version__,
        documents=_document_lines(measured),
        # Nothing in the numbers can end the block: they are digits, letters and topics' names.
        data=Markup(json.dumps(numbers, separators=(",", ":")).replace("<", "\\u003c")),
        style=style,
        style_hash=_sha256(style),
        script=script,
        script_hash=_sha256(script),
    )
    return page


def _document_lines(measured: Measured) -> Lines:
    x = [point.documents for point in measured.points]
    return Lines(
        "score of the main task, alone and jointly",
        "training posts a class",
        "score",
        (
            ("alone", x, [point.single for point in measured.points]),
            ("jointly", x, [point.multi for point in measured.points]),
        ),
        log_x=True,
    )


def _drawn(picture: Heat | Lines) -> "Markup":
    from markupsafe import Markup

    return Markup(draw_heat(picture) if isinstance(picture, Heat) else draw_lines(picture))


def _coded(paragraph: str) -> "Markup":
    """A paragraph in which what stands between backquotes is code."""
    from markupsafe import Markup, escape

    pieces = paragraph.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def _cells(rows: Sequence[str]) -> str:
    """The path of the cells that are set; each row has a hexadecimal digit for four cells."""
    bits = [np.unpackbits(np.frombuffer(bytes.fromhex(row), np.uint8)) for row in rows]
    return "".join(f"M{x} {y}h1v1h-1z" for y, x in np.argwhere(bits))


def _own(name: str) -> "Markup":
    """A file of the templates, to be put on the page as it is."""
    from markupsafe import Markup

    return Markup((files("minimtl.explain") / "templates" / name).read_text(encoding="utf-8"))


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
