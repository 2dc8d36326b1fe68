"""Everything a finished study shows: tables, figures, report.md and the page."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from minimtl.atomic import write_atomically
from minimtl.report import figures
from minimtl.report.markdown import About, render_markdown
from minimtl.study.collect import PairCurves
from minimtl.study.csvfile import Table, write_tables
from minimtl.study.meta import Analysed
from minimtl.study.protocol import Protocol
from minimtl.study.tables import tables


def produce(
    concluded: Sequence[tuple[Analysed, PairCurves]],
    protocol: Protocol,
    manifest: dict[str, Any],
    out: Path,
    announce: Callable[[str], None],
) -> list[Table]:
    """Write all that a study shows into `out`; returns the tables.

    `announce` is told which extra would add what is not drawn.
    """
    analysed = [problem for problem, _ in concluded]
    made = tables(analysed, protocol)
    write_tables(made, out)
    drawn: list[str] = []
    if figures.available():
        drawn = figures.draw_figures([problem.outcomes for problem in analysed], protocol, out)
    else:
        announce('`pip install "minimtl[figures]"` would draw Figures 4 and 5')
    text = render_markdown(made, protocol, _about(manifest), drawn)
    write_atomically(out / "report.md", text.encode())
    return made


def _about(manifest: dict[str, Any]) -> About:
    corpus = manifest["corpus"]
    return About(
        version=manifest["minimtl"],
        edition=corpus["edition"],
        source=corpus["source"],
        sha256=corpus["sha256"],
        n_train=corpus["train"],
        n_test=corpus["test"],
        seed=manifest["identity"]["seed"],
        command=shlex.join(["minimtl", *manifest["command"]]),
    )
