"""The audit of Kerinec, Braud and Søgaard (2018): their paper against their released logs."""

from collections.abc import Iterator, Sequence
from typing import get_args

import numpy as np

from minimtl.audit.auditfindings import MISSING, Audited, Finding, Part
from minimtl.audit.kerinecdocuments import audit_documents
from minimtl.audit.kerinecfeatures import audit_majority, audit_table2, audit_table3, audit_text
from minimtl.audit.kerinecruns import (
    LAYOUT,
    PAIRS,
    PATTERN,
    Experiment,
    Runs,
    missing_runs,
    read_experiments,
)
from minimtl.audit.kerinecscores import (
    audit_between,
    audit_figure4,
    audit_mean_gain,
    audit_n_runs,
    audit_scans,
    audit_table1,
    audit_within,
)
from minimtl.audit.released import ReleasedFile, ReleasedStudy
from minimtl.corpora import Corpus
from minimtl.errors import UsageError
from minimtl.report import DATA_DIGITS, Row, Table
from minimtl.tasks import AUTHORS_FEATURES, NEWSGROUPS, ProblemName

_PROBLEMS = get_args(ProblemName)
_SEED = 0  # of the folds; the verdicts allow for another draw


def audit(files: Iterator[ReleasedFile], corpus: Corpus | None) -> Audited:
    """The audit of the experiments in `files`.

    Parameters
    ----------
    corpus : 20 Newsgroups as texts, to compute features from the documents that were drawn.

    Raises
    ------
    UsageError
        If the corpus is none of whole texts.
    MinimtlError
        If there is no experiment, or a file of one is damaged or missing.
    """
    if corpus is not None and corpus.edition != "bydate":
        raise UsageError(
            f"the {corpus.edition} edition of the corpus has no texts as the authors cut them; "
            "give --corpus bydate."
        )
    experiments, scans = read_experiments(files)
    problems = _by_problem([run for run in experiments if run.joint])
    fitted = [run for run in experiments if run.features is not None and 0 < run.gains.mean() < 1]

    table1, mean_gain = audit_table1(problems), audit_mean_gain(problems)
    n_runs, figure = audit_n_runs(problems), audit_figure4(problems)
    scanned = audit_scans(problems, scans)
    text = table2 = majority = table3 = Part()
    if fitted:
        text = audit_text(fitted)
        table2 = audit_table2(_by_problem(fitted), np.random.default_rng(_SEED))
        majority = audit_majority(_by_problem(fitted))
        table3 = audit_table3(_by_problem(fitted))
    documents = audit_documents(experiments, corpus)
    between = audit_between(experiments)

    in_order = [
        *_absent_runs(experiments),
        *(f for part in (table1, mean_gain, n_runs, figure, scanned) for f in part.findings),
        *_without_features(experiments, fitted),
        *(f for part in (text, table2, majority, table3) for f in part.findings),
    ]
    dependent = "; ".join([*between.lines, *n_runs.lines])
    runs = [f"The runs are not five independent ones: {dependent}."] if dependent else []
    parts = (table1, mean_gain, scanned, Part(lines=runs), figure, table2, majority, table3, text)
    return Audited(
        title="Kerinec, Braud and Søgaard (2018): the printed numbers against the released logs",
        read=[f"{run.name} ({run.problem}, {len(run.joint)} pairs)" for run in experiments],
        lines=[line for part in (*parts, documents) for line in part.lines],
        findings=[
            *(f for problem in _PROBLEMS for f in in_order if f.problem == problem),
            *documents.findings,
            *(finding for run in experiments for finding in audit_within(run)),
            *between.findings,
        ],
        pairs=_pair_tables(experiments),
    )


KERINEC = ReleasedStudy(
    name="Kerinec, Braud and Søgaard 2018", layout=LAYOUT, pattern=PATTERN, audit=audit
)


def _by_problem(experiments: Sequence[Experiment]) -> list[Runs]:
    """The experiments of each problem that has some."""
    groups = [[run for run in experiments if run.problem == problem] for problem in _PROBLEMS]
    return [Runs(runs) for runs in groups if runs]


def _absent_runs(experiments: Sequence[Experiment]) -> list[Finding]:
    """Published runs that are not here with all their pairs."""
    n_pairs = {run.name: len(run.joint) for run in experiments}
    return [
        _absent(problem, name, f"{n_pairs.get(name, 0)} of {len(pairs)} pairs of logs are there")
        for problem, pairs in PAIRS.items()
        for name in missing_runs(experiments, problem)
    ]


def _without_features(
    experiments: Sequence[Experiment], fitted: Sequence[Experiment]
) -> list[Finding]:
    """Runs that no meta-model can be fitted to."""
    names = [run.name for run in fitted]
    return [
        _absent(run.problem, run.name, "features, or pairs of both labels, are not there")
        for run in experiments
        if run.joint and run.name not in names
    ]


def _absent(problem: ProblemName, name: str, sentence: str) -> Finding:
    return Finding("experiments", name, None, sentence, problem, verdict=MISSING)


def _pair_tables(experiments: Sequence[Experiment]) -> list[Table]:
    """A table a problem, with a row a pair and run that has features."""
    rows: dict[str, list[Row]] = {}
    for run in experiments:
        if run.features is None:
            continue
        single, joint = run.scores("printed_accuracy")
        for pair, gain, features in zip(run.pairs, joint - single, run.features, strict=True):
            # Of both tasks of a pair; without pairs of either of them, no topic has been seen.
            groups = sorted(NEWSGROUPS.subclass_of(topic).name for topic in pair.main)
            row: Row = {
                "main": " / ".join(pair.main),
                "aux": " / ".join(pair.aux),
                "run": run.name,
                "main_group": groups[0],
                "aux_group": groups[1],
                "gain": float(gain),
            }
            row |= zip(AUTHORS_FEATURES, map(float, features), strict=True)
            rows.setdefault(run.problem, []).append(row)
    return [
        Table(f"pairs_{problem}", of_problem, DATA_DIGITS) for problem, of_problem in rows.items()
    ]
