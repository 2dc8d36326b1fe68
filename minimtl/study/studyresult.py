"""A study's result: its tables as records, pairs and curves; how it is written and shown."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from minimtl.gains import Analysed
from minimtl.jobs import copy_results, open_existing_store, open_store
from minimtl.report import Table
from minimtl.study.manifest import write_manifest
from minimtl.study.report.problemresult import ProblemResult, problem_results
from minimtl.study.report.produce import about_of, summary, write_report
from minimtl.study.report.studytables import tables
from minimtl.system import say
from minimtl.tasks import PairCurves, Protocol


@dataclass(frozen=True, eq=False)
class StudyResult:
    """Result of a study, or of its first problem while it goes on.

    Attributes
    ----------
    protocol : by which it was conducted.
    manifest : settings, corpus, machine and time, as in manifest.json.
    concluded : outcomes and meta-analysis of each problem, and its learning curves.
    folder : of the store with the trained models.
    """

    protocol: Protocol
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
    def curves(self) -> dict[str, PairCurves]:
        """The learning curves of each problem."""
        return {problem.outcomes.problem: curves for problem, curves in self.concluded}

    def records(self, name: str) -> list[Any]:
        """The rows of the table `name`, that of a .csv file: named tuples of its columns.

        Empty where the study has no such table, as table3b of a study of RELATED alone.
        """
        rows = next((table.rows for table in self._tables if table.name == name), [])
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
        write_report(self.concluded, self.protocol, self.manifest, out, announce)
        if self.manifest.get("finished", True):  # earlier versions wrote finished ones only
            write_manifest(self.manifest, out)

    @cached_property
    def summary(self) -> str:
        """Scores and gains in some lines, after what must be known before any number is read."""
        return summary(self._results, about_of(self.manifest))

    @cached_property
    def _results(self) -> list[ProblemResult]:
        about = about_of(self.manifest)
        return problem_results(self.concluded, about.edition, about.hierarchy)

    @cached_property
    def _tables(self) -> list[Table]:
        return tables(self._results)

    def __repr__(self) -> str:
        problems = ", ".join(problem.outcomes.problem for problem, _ in self.concluded)
        return f"<StudyResult by the protocol {self.protocol.name}: {problems}>"

    def __str__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary)}</pre>"
