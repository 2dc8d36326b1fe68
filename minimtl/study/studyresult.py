"""The manifest of a study, and its result, which is written and shown.

Times and facts of the machine stand in `manifest.json` and nowhere else, so that the tables stay
the same bytes.
"""

import json
import os
import time
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from minimtl._version import __version__
from minimtl.errors import MinimtlError
from minimtl.gains.studyanalysis import Analysed
from minimtl.jobs.store import Store, copy_results, open_existing_store, open_store
from minimtl.nn.training import TRAINING_VERSION
from minimtl.report.blocks import Block, Paragraph
from minimtl.report.csvfile import Table, write_tables
from minimtl.report.figurefile import figures_available
from minimtl.report.htmlpage import write_document
from minimtl.report.textforms import to_text
from minimtl.study.answer import answer, table1
from minimtl.study.contents import report_document, why_they_differ
from minimtl.study.definition import Study
from minimtl.study.figures import draw_figures
from minimtl.study.problemresult import ProblemResult, problem_results, warnings_of
from minimtl.study.studytables import tables
from minimtl.study.training import Conditions
from minimtl.system import machine_facts, package_versions, say, write_atomically
from minimtl.tasks.outcomes import PairCurves
from minimtl.tasks.protocol import PROTOCOLS
from minimtl.tasks.readmanifest import NAME, hierarchy_of


class Stopwatch:
    """Wall and CPU seconds since it was made; CPU of this process and of its ended workers."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu_seconds()

    def read(self) -> dict[str, float]:
        """Seconds so far, to the hundredth."""
        return {
            "wall_seconds": round(time.perf_counter() - self._wall, 2),
            "cpu_seconds": round(_cpu_seconds() - self._cpu, 2),
        }


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def make_manifest(studies: Sequence[Study], conditions: Conditions) -> dict[str, Any]:
    """The manifest of studies of one corpus that have begun, one a protocol, as JSON values."""
    corpus, identity = studies[0].corpus, studies[0].identity
    return {
        "minimtl": __version__,
        "finished": False,
        "command": list(conditions.command),
        "identity": identity,
        "protocols": {study.protocol.name: study.protocol.to_dict() for study in studies},
        "features": studies[0].protocol.reading.features,
        "problems": {
            study.protocol.name: {
                problem.name: {"pairs": len(problem.pairs), "runs": problem.n_runs}
                for problem in study.problems
            }
            for study in studies
        },
        "corpus": {
            "edition": corpus.edition,
            "source": corpus.source,
            "sha256": corpus.sha256,
            "digest": corpus.digest,
            "tree": corpus.tree,
            "topics": len(corpus.topic_names),
            "train": len(corpus.train),
            "test": len(corpus.test),
            "empty_train": corpus.train.n_empty,
            "empty_test": corpus.test.n_empty,
        },
        "machine": machine_facts(),
        "packages": package_versions(),
        "workers": conditions.n_workers,
        "executor": conditions.executor,
    }


def write_manifest(manifest: Mapping[str, Any], out: Path) -> None:
    """Write ``manifest.json`` into `out`, whole or not at all."""
    write_atomically(out / NAME, (json.dumps(manifest, indent=2) + "\n").encode())


def check_manifest_of(store: Store, manifest: Mapping[str, Any]) -> None:
    """Raise MinimtlError if a store's manifest is of another study, or of another version."""
    known = all(
        values == PROTOCOLS[name].to_dict() for name, values in manifest["protocols"].items()
    )
    if store.identity.get("training_version") != TRAINING_VERSION or not known:
        raise MinimtlError(
            f"{store.path} was made by another version of minimtl, which trained differently; use "
            "that version, or start over with --fresh"
        )

    folder = store.path.parent
    if manifest["identity"] != store.identity:
        raise MinimtlError(
            f"{NAME} in {folder} is of another study than {store.path.name}; run `minimtl study` "
            f"again with --out {folder}, which writes a new one"
        )


@dataclass(frozen=True, eq=False)
class StudyResult:
    """Result of a study, or of its first problem while it goes on.

    Attributes
    ----------
    manifest : settings, corpus, machine and time, as in manifest.json.
    concluded : outcomes and meta-analysis of each problem, and its learning curves.
    folder : of the store with the trained models.
    """

    manifest: dict[str, Any]
    concluded: Sequence[tuple[Analysed, PairCurves]]
    folder: Path

    @property
    def table1(self) -> list[Any]:
        """Mean scores and gain of each problem: records with the columns of table1.csv."""
        return self.records("table1")

    @property
    def table2(self) -> list[Any]:
        """Scores of predicted gains: records with the columns of table2.csv."""
        return self.records("table2")

    @property
    def table3a(self) -> list[Any]:
        """The rank of each feature on RELATED: records with the columns of table3a.csv."""
        return self.records("table3a")

    @property
    def table3b(self) -> list[Any]:
        """The rank of each feature on UNRELATED: records with the columns of table3b.csv."""
        return self.records("table3b")

    @property
    def pairs(self) -> list[Any]:
        """Scores of each pair in each run: records with the columns of scores.csv."""
        return self.records("scores")

    @property
    def curves(self) -> dict[tuple[str, str], PairCurves]:
        """The learning curves by protocol and problem."""
        return {
            (analysed.protocol.name, analysed.outcomes.problem): curves
            for analysed, curves in self.concluded
        }

    def records(self, name: str) -> list[Any]:
        """The rows of the table `name`, that of a .csv file: named tuples of its columns.

        Empty where the study has no such table, as table3b of a study of RELATED alone.
        """
        rows = [row for table in self._tables if table.name == name for row in table.rows]
        if not rows:
            return []
        record = namedtuple(name, rows[0])  # type: ignore[misc]  # columns differ by table
        return [record(**row) for row in rows]

    def write(self, folder: str | Path, *, announce: Callable[[str], None] = say) -> None:
        """Write tables, figures and page into `folder`, with the models where it lacks them.

        `announce` is told which extra would add what is not drawn.

        Raises
        ------
        MinimtlError
            If the folder holds another study or cannot be written.
        """
        out = Path(folder)
        if out.absolute() != self.folder.absolute():
            with (
                open_existing_store(self.folder) as source,
                open_store(out, self.manifest["identity"], announce=say) as target,
            ):
                copy_results(source, target)
        write_tables(self._tables, out)
        drawn: list[str] = []
        if figures_available():
            drawn = draw_figures(self._results, hierarchy_of(self.manifest), out)
        else:
            announce('`pip install "minimtl[figures]"` would draw Figures 4 and 5')
        write_document(report_document(self._results, self.manifest, drawn), "report", out)
        if self.is_finished:
            write_manifest(self.manifest, out)

    @property
    def answer(self) -> tuple[str, str, str]:
        """Three sentences.

        What comes out again of the published numbers, whether joint training helps these tasks and
        new ones, and whether it can be predicted which pairs gain.
        """
        return answer(self._results)

    @property
    def is_finished(self) -> bool:
        """True if it is of everything that was asked for."""
        return bool(self.manifest["finished"])

    @cached_property
    def summary(self) -> str:
        """Lines for a terminal: what must be known first, the answer, and the table behind it."""
        reason = why_they_differ(self._results)
        warnings = warnings_of([result.scope for result in self._results])
        blocks: list[Block] = [
            *map(Paragraph, self.answer),
            table1(self._results),
            *([reason] if reason else []),
        ]
        return "\n".join([*warnings, "", to_text(blocks)]).lstrip()

    @cached_property
    def _results(self) -> list[ProblemResult]:
        edition = self.manifest["corpus"]["edition"]
        return problem_results(self.concluded, edition, hierarchy_of(self.manifest))

    @cached_property
    def _tables(self) -> list[Table]:
        return tables(self._results)

    def __repr__(self) -> str:
        parts = (f"{one.outcomes.problem} by {one.protocol.name}" for one, _ in self.concluded)
        return f"<StudyResult: {', '.join(parts)}>"

    def __str__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary)}</pre>"
