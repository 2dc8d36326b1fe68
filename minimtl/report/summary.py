"""What a study prints at its end: Table 1, beside the published numbers where they compare."""

from collections.abc import Sequence

from minimtl.report.background import About
from minimtl.report.csvfile import Table
from minimtl.report.scope import scopes_of, warnings_of
from minimtl.report.wording import number, problem_of
from minimtl.study import Protocol


def summary(tables: Sequence[Table], protocol: Protocol, about: About) -> str:
    """Lines for a terminal: what must be known before any number is read, then the numbers."""
    (rows,) = (table.rows for table in tables if table.name == "table1")
    scopes = scopes_of(rows, protocol, about.edition, about.hierarchy)
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
