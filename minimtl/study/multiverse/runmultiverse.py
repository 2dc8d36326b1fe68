"""A multiverse from its training to all that it shows: two tables, figures, pages, a finding."""

from collections.abc import Callable
from pathlib import Path

from minimtl._version import __version__
from minimtl.jobs import Store, Workers, make_workers, open_store, run_shown
from minimtl.report import (
    FIGURES_NOTE,
    Table,
    counted,
    figures_available,
    write_document,
    write_tables,
)
from minimtl.study.definition import PlacedJob
from minimtl.study.manifest import Stopwatch
from minimtl.study.multiverse.definemultiverse import Multiverse
from minimtl.study.multiverse.page import document, finding
from minimtl.study.multiverse.universefigures import draw_figures
from minimtl.study.multiverse.universeresults import (
    Effect,
    UniverseResult,
    collect_universes,
    comparisons,
    effect_of,
    effect_rows,
    universe_rows,
)
from minimtl.study.report.problemresult import scope_of, warnings_of
from minimtl.study.trainmodels import (
    Conditions,
    announce_training,
    compute_placed,
)
from minimtl.system import say
from minimtl.tasks import PAPER, Hierarchy, decode, resume_command


def conduct_multiverse(multiverse: Multiverse, conditions: Conditions) -> str:
    """Train what the store lacks, each model once, and write tables and page.

    Returns what a terminal shows at the end.
    """
    took, out = Stopwatch(), conditions.out
    with open_store(out, multiverse.identity, fresh=conditions.fresh, announce=say) as store:
        with make_workers(conditions.executor, conditions.n_workers, multiverse.data) as workers:
            before = f"{counted(len(multiverse.universes), 'universe')}, "
            after = f"; the page goes to {out}"
            announce_training(multiverse.keyed_jobs, store, workers, conditions, before, after)
            train_universes(multiverse, store, workers, quiet=conditions.quiet)
        conditions.announce_time("Models", took.read()["wall_seconds"])

        command = resume_command(conditions.command)
        text = write_multiverse(multiverse, store, command, out, conditions.announce)
        conditions.announce_time("Models, tables and page", took.read()["wall_seconds"])
    return text


def train_universes(
    multiverse: Multiverse, store: Store, workers: Workers, *, quiet: bool = False
) -> int:
    """Train every model that the store lacks; their number.

    `workers` compute on ``multiverse.data``.
    """
    jobs = multiverse.keyed_jobs
    return run_shown(
        jobs.items(), len(jobs), compute_placed, store, workers,
        decode=decode, describe=_describe, quiet=quiet,
    )  # fmt: skip


def _describe(placed: PlacedJob, payload: bytes) -> str:
    """A text about a finished model, for the progress display."""
    return " beside ".join(" / ".join(task) for task in placed.job.tasks)


def write_multiverse(
    multiverse: Multiverse, store: Store, command: str, out: Path, announce: Callable[[str], None]
) -> str:
    """Write all that the multiverse shows into `out`; returns what a terminal shows at the end.

    All models are in the store. `announce` is told which extra would add what is not drawn.
    """
    corpus = multiverse.corpora["stripped"]
    planned = comparisons(multiverse.universes, multiverse.choices, multiverse.design)
    universes: list[UniverseResult] = []
    effects: list[Effect] = []
    for results in collect_universes(multiverse, store):
        universes += results
        outcomes = [result.outcomes for result in results]
        effects += [effect_of(comparison, outcomes) for comparison in planned]
    tables = [Table("universes", universe_rows(universes)), Table("effects", effect_rows(effects))]
    write_tables(tables, out)
    hierarchy = Hierarchy.from_tree(corpus.tree)
    scopes = {
        problem.name.upper(): scope_of(
            problem.name, len(problem.pairs), problem.n_runs, PAPER, corpus.edition, hierarchy
        )
        for problem in multiverse.problems
    }
    warnings = warnings_of(list(scopes.values()))
    answer = finding(universes, effects, scopes)
    drawn: list[str] = []
    if figures_available():
        drawn = draw_figures(universes, multiverse.choices, out)
    else:
        announce(FIGURES_NOTE)
    made = (
        f"minimtl {__version__}, the {corpus.edition} edition of the corpus, seed "
        f"{multiverse.seed}, {len(multiverse.keyed_jobs):,} models; universes that differ only in "
        "how scores are read share them."
    )
    page = document(universes, effects, answer, warnings, drawn, made, command)
    write_document(page, "multiverse", out)
    return "\n\n".join([*warnings, *answer])
