"""Everything a finished study shows: tables, figures, report.md, the page, lines for a terminal."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from minimtl.gains import Analysed
from minimtl.report import (
    figures_available,
    write_document,
    write_tables,
)
from minimtl.study.report.background import About
from minimtl.study.report.contents import report_document
from minimtl.study.report.figures import draw_figures
from minimtl.study.report.pairs import view_pairs
from minimtl.study.report.problemresult import ProblemResult, problem_results
from minimtl.study.report.scope import warnings_of
from minimtl.study.report.studytables import tables
from minimtl.tasks import PairCurves, Protocol, hierarchy_of


def write_report(
    concluded: Sequence[tuple[Analysed, PairCurves]],
    protocol: Protocol,
    manifest: dict[str, Any],
    out: Path,
    announce: Callable[[str], None],
) -> str:
    """Write all that a study shows into `out`; returns what a terminal shows at the end.

    `announce` is told which extra would add what is not drawn.
    """
    about = about_of(manifest)
    results = problem_results(concluded, about.edition, about.hierarchy)
    write_tables(tables(results), out)
    drawn: list[str] = []
    if figures_available():
        outcomes = [result.outcomes for result in results]
        drawn = draw_figures(outcomes, protocol, about.hierarchy, out)
    else:
        announce('`pip install "minimtl[figures]"` would draw Figures 4 and 5')
    views = view_pairs([(problem.outcomes, curves) for problem, curves in concluded], protocol)
    write_document(report_document(results, views, protocol, about, drawn), "report", out)
    return summary(results, about)


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
    """Lines for a terminal: what must be known before any number is read, then the numbers."""
    scopes = [result.scope for result in results]
    compares = all(scope.compares for scope in scopes)
    header = [f"{name:>15}" for name in ("single", "multi", "improved")]
    lines = [*warnings_of(scopes, about.edition), "  ".join([" " * 10, *header])]
    if compares:
        lines[-1] += "   (published)"
    for result in results:
        cells = [f"{result.name:10}"]
        for name in ("single", "multi", "improved"):
            ours, theirs = (getattr(row, name) for row in (result.scores, result.scores.published))
            published = f" ({theirs:.3f})" if compares else ""
            cells.append(f"{f'{ours:.3f}{published}':>15}")
        lines.append("  ".join(cells))
    return "\n".join(lines)
