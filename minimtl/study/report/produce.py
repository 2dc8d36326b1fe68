"""Everything a finished study shows: tables, figures, report.md, the page, lines for a terminal."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from minimtl.gains import Analysed, measure_claims
from minimtl.report import (
    Row,
    Table,
    figures_available,
    number,
    problem_of,
    write_document,
    write_tables,
)
from minimtl.study.report.background import About
from minimtl.study.report.claims import claims_table
from minimtl.study.report.contents import report_document
from minimtl.study.report.figures import draw_figures
from minimtl.study.report.pairs import view_pairs
from minimtl.study.report.scope import Scope, scopes_of, warnings_of
from minimtl.study.report.tables import tables
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
    analysed = [problem for problem, _ in concluded]
    made = tables(analysed, protocol)
    scopes = _scopes(made, protocol, about)
    made.append(claims_table(measure_claims(concluded, protocol), scopes))
    write_tables(made, out)
    drawn: list[str] = []
    if figures_available():
        outcomes = [problem.outcomes for problem in analysed]
        drawn = draw_figures(outcomes, protocol, about.hierarchy, out)
    else:
        announce('`pip install "minimtl[figures]"` would draw Figures 4 and 5')
    views = view_pairs([(problem.outcomes, curves) for problem, curves in concluded], protocol)
    write_document(report_document(made, views, protocol, about, drawn), "report", out)
    return summary(made, protocol, about)


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


def _scopes(tables: Sequence[Table], protocol: Protocol, about: About) -> dict[str, Scope]:
    return scopes_of(_table1(tables), protocol, about.edition, about.hierarchy)


def _table1(tables: Sequence[Table]) -> Sequence[Row]:
    (rows,) = (table.rows for table in tables if table.name == "table1")
    return rows


def summary(tables: Sequence[Table], protocol: Protocol, about: About) -> str:
    """Lines for a terminal: what must be known before any number is read, then the numbers."""
    scopes, rows = _scopes(tables, protocol, about), _table1(tables)
    compares = all(scope.compares for scope in scopes.values())
    header = [f"{name:>15}" for name in ("single", "multi", "improved")]
    lines = [*warnings_of(scopes, about.edition), "  ".join([" " * 10, *header])]
    if compares:
        lines[-1] += "   (published)"
    for row in rows:
        cells = [f"{problem_of(row):10}"]
        for name in ("single", "multi", "improved"):
            published = f" ({number(row, f'published_{name}'):.3f})" if compares else ""
            cells.append(f"{f'{number(row, name):.3f}{published}':>15}")
        lines.append("  ".join(cells))
    return "\n".join(lines)
