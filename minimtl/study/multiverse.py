"""A multiverse: the same study in many universes, which share what models they can.

A model depends on a protocol's `settings` alone. Universes of the same settings share models, and
so do all that differ in how scores are read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from minimtl._version import __version__
from minimtl.corpora.editions import Corpus
from minimtl.corpora.load import load_corpus, load_whole_posts
from minimtl.errors import MinimtlError
from minimtl.jobs.executors import make_workers
from minimtl.jobs.store import Store, open_store
from minimtl.report.csvfile import Table, write_tables
from minimtl.report.figurefile import FIGURES_NOTE, figures_available
from minimtl.report.htmlpage import write_document
from minimtl.report.wording import counted
from minimtl.study.definition import (
    BOTH,
    PlacedJob,
    Study,
    choose_backend,
    data_of,
    jobs_of,
    say_sizes,
)
from minimtl.study.multiversepage import document, draw_universes, finding
from minimtl.study.problemresult import scope_of, warnings_of
from minimtl.study.studyresult import Stopwatch
from minimtl.study.training import (
    Conditions,
    announce_training,
    described,
    planned,
    train_models,
)
from minimtl.study.universeresults import (
    Effect,
    UniverseResult,
    comparisons,
    effect_of,
    effect_rows,
    universe_results,
    universe_rows,
)
from minimtl.study.universes import Choice, Design, Universe, check_together, make_universes
from minimtl.system import say
from minimtl.tasks.plan import WHOLE, Problem, make_problems
from minimtl.tasks.protocol import PAPER, PROTOCOLS, RELEASED, ModelSettings, Sampling
from minimtl.tasks.readmanifest import resume_command
from minimtl.tasks.taskpairs import Hierarchy


@dataclass(frozen=True)
class Multiverse:
    """Everything that the tables of a multiverse depend on.

    Attributes
    ----------
    corpora : by a protocol's field `posts`; of one digest, so that both draw the same documents.
    problems : the same pairs and runs in every universe.
    """

    corpora: Mapping[str, Corpus]
    universes: Sequence[Universe]
    choices: Sequence[Choice]
    design: Design
    problems: Sequence[Problem]
    seed: int
    backend: str

    @property
    def identity(self) -> dict[str, Any]:
        """Facts that must agree for a store to be continued; other universes may join."""
        return {"kind": "multiverse", **self.studies[0].identity}

    @cached_property
    def studies(self) -> list[Study]:
        """The study of each universe; those of the same settings share data and models."""
        places: dict[ModelSettings, int] = {}
        made: dict[Any, Any] = {}
        studies = []
        for universe in self.universes:
            protocol = universe.protocol
            place = places.setdefault(protocol.settings, len(places))
            corpus = self.corpora[protocol.model.posts]
            studies.append(
                Study(corpus, protocol, self.problems, self.seed, self.backend, place, made)
            )
        return studies

    @cached_property
    def jobs(self) -> dict[str, PlacedJob]:
        """Every model that some universe needs, by its key."""
        return jobs_of(self.studies)

    def check_samples(self) -> "Multiverse":
        """Itself, with `allow_fewer` where the corpus has fewer documents than are asked for.

        A sentence on standard error says so.

        Raises
        ------
        MinimtlError
            If a universe cannot be trained for another reason.
        """
        first_of: dict[Sampling, Study] = {}
        for study in self.studies:
            first_of.setdefault(study.protocol.sampling, study)
        lacking: dict[Sampling, str] = {}
        for sampling, study in first_of.items():
            try:
                study.check_samples()
            except MinimtlError as error:
                lacking[sampling] = str(error)
        if not lacking:
            return self

        first = next(iter(lacking.values()))
        say(f"A universe asks for more documents than there are, so it takes all: {first}")
        universes = [
            universe._replace(protocol=universe.protocol.replace(allow_fewer=True))
            if universe.protocol.sampling in lacking
            else universe
            for universe in self.universes
        ]
        fewer = replace(self, universes=universes)
        for study in fewer.studies:
            if study.protocol.sampling.allow_fewer:
                study.check_samples()
        return fewer


def define_multiverse(
    choices: tuple[Choice, ...],
    design: Design,
    about: str,
    problem: str,
    corpus: str,
    *,
    runs: int | None,
    pairs: int | None,
    seed: int,
    backend: str | None,
    announce: Callable[[str], None],
) -> Multiverse:
    """The multiverse that the flags of ``minimtl multiverse`` name; its corpora are loaded.

    Raises
    ------
    UsageError
        If the choices exclude each other, or contradict a protocol.
    MinimtlError
        If a corpus cannot be had, or has too few documents.
    """
    check_together(choices)
    protocols = (PAPER, RELEASED) if about == BOTH else (PROTOCOLS[about],)
    universes = make_universes(choices, design, protocols)
    backend = choose_backend(backend)
    stripped = load_corpus(corpus, announce=announce)
    corpora = {"stripped": stripped}
    if any(universe.protocol.model.posts == "whole" for universe in universes):
        whole = load_whole_posts(stripped, corpus, announce=announce)
        # Of the same digest, so that the same documents are drawn.
        corpora["whole"] = replace(whole, digest=stripped.digest)

    hierarchy = Hierarchy.from_tree(stripped.tree)
    problems = make_problems(problem, PAPER, hierarchy, n_runs=runs, n_pairs=pairs)
    say_sizes(problems, pairs)
    return Multiverse(corpora, universes, choices, design, problems, seed, backend).check_samples()


def plan_multiverse(multiverse: Multiverse, conditions: Conditions) -> str:
    """The models to train and how long it would take, in a line a problem and one for all."""
    settings = counted(len(data_of(multiverse.studies)), "setting")
    universes = f"{counted(len(multiverse.universes), 'universe')} of {settings} of training, "
    models = planned(multiverse.studies, WHOLE, conditions)
    return "\n".join([*map(described, multiverse.problems), universes + models])


def conduct_multiverse(multiverse: Multiverse, conditions: Conditions) -> str:
    """Train what the store lacks, each model once, and write tables and page.

    Returns what a terminal shows at the end.
    """
    took, out = Stopwatch(), conditions.out
    with open_store(out, multiverse.identity, fresh=conditions.fresh, announce=say) as store:
        jobs, data = multiverse.jobs, data_of(multiverse.studies)
        with make_workers(conditions.executor, conditions.n_workers, data) as workers:
            before = f"{counted(len(multiverse.universes), 'universe')}, "
            announce_training(jobs, store, workers, conditions, before, f"; the page goes to {out}")
            train_models(jobs, store, workers, quiet=conditions.quiet)
        conditions.announce_time("Models", took.read()["wall_seconds"])

        command = resume_command(conditions.command)
        text = write_multiverse(multiverse, store, command, out, conditions.announce)
        conditions.announce_time("Models, tables and page", took.read()["wall_seconds"])
    return text


def write_multiverse(
    multiverse: Multiverse, store: Store, command: str, out: Path, announce: Callable[[str], None]
) -> str:
    """Write all that the multiverse shows into `out`; returns what a terminal shows at the end.

    All models are in the store. `announce` is told which extra would add what is not drawn.
    """
    corpus = multiverse.corpora["stripped"]
    changes = comparisons(multiverse.universes, multiverse.choices, multiverse.design)
    universes: list[UniverseResult] = []
    effects: list[Effect] = []
    for problem in multiverse.problems:
        results = universe_results(multiverse.universes, multiverse.studies, problem, store)
        universes += results
        outcomes = [result.outcomes for result in results]
        effects += [effect_of(change, outcomes) for change in changes]
    write_tables(
        [Table("universes", universe_rows(universes)), Table("effects", effect_rows(effects))], out
    )

    hierarchy = Hierarchy.from_tree(corpus.tree)
    scopes = {
        problem.name.upper(): scope_of(
            problem.name, len(problem.pairs), problem.n_runs, PAPER, corpus.edition, hierarchy
        )
        for problem in multiverse.problems
    }
    warnings, answer = warnings_of(list(scopes.values())), finding(universes, effects, scopes)
    drawn: list[str] = []
    if figures_available():
        drawn = draw_universes(universes, multiverse.choices, out)
    else:
        announce(FIGURES_NOTE)
    made = (
        f"minimtl {__version__}, the {corpus.edition} edition of the corpus, seed "
        f"{multiverse.seed}, {len(multiverse.jobs):,} models; universes that differ only in "
        "how scores are read share them."
    )
    page = document(universes, effects, answer, warnings, drawn, made, command)
    write_document(page, "multiverse", out)
    return "\n\n".join([*warnings, *answer])
