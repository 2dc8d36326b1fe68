"""Everything a finished study shows: tables, figures, report.md, the page, lines for a terminal."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from minimtl.report import (
    Block,
    Paragraph,
    figures_available,
    to_text,
    write_document,
    write_tables,
)
from minimtl.study.report.answer import answer, table1
from minimtl.study.report.contents import About, report_document, why_they_differ
from minimtl.study.report.figures import draw_figures
from minimtl.study.report.problemresult import ProblemResult
from minimtl.study.report.scope import warnings_of
from minimtl.study.report.studytables import tables
from minimtl.tasks import hierarchy_of


def write_report(
    results: Sequence[ProblemResult], about: About, out: Path, announce: Callable[[str], None]
) -> None:
    """Write all that a study shows into `out`.

    `announce` is told which extra would add what is not drawn.
    """
    write_tables(tables(results), out)
    drawn: list[str] = []
    if figures_available():
        drawn = draw_figures(results, about.hierarchy, out)
    else:
        announce('`pip install "minimtl[figures]"` would draw Figures 4 and 5')
    write_document(report_document(results, about, drawn), "report", out)


def about_of(manifest: dict[str, Any]) -> About:
    """What the pages say of corpus, seed and machine, from a study's manifest."""
    corpus = manifest["corpus"]
    return About(
        version=manifest["minimtl"],
        edition=corpus["edition"],
        hierarchy=hierarchy_of(manifest),
        source=corpus["source"],
        sha256=corpus["sha256"],
        n_train=corpus["train"],
        n_test=corpus["test"],
        seed=manifest["identity"]["seed"],
        command=shlex.join(["minimtl", *manifest["command"]]),
        trained_by=tuple(manifest.get("trained_by", ())),
    )


def summary(results: Sequence[ProblemResult], about: About) -> str:
    """Lines for a terminal: what must be known first, the answer, and the table behind it."""
    reason = why_they_differ(results)
    warnings = warnings_of([result.scope for result in results], about.edition)
    blocks: list[Block] = [
        *map(Paragraph, answer(results)),
        table1(results),
        *([reason] if reason else []),
    ]
    return "\n".join([*warnings, "", to_text(blocks)]).lstrip()
