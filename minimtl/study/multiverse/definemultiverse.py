"""A multiverse: the same study in many universes, which share what models they can.

A model depends on a protocol's `settings` alone. Universes of the same settings share models, and
so do all that differ in how scores are read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from minimtl.corpora import Corpus, load_corpus, load_whole_posts
from minimtl.errors import MinimtlError
from minimtl.nn import TRAINING_VERSION
from minimtl.report import counted
from minimtl.study.conductor import describe_problem
from minimtl.study.definition import (
    BOTH,
    PlacedJob,
    Study,
    choose_backend,
    data_of,
    jobs_of,
    say_sizes,
)
from minimtl.study.multiverse.universes import (
    Choice,
    Design,
    Universe,
    check_together,
    make_universes,
)
from minimtl.study.trainmodels import Conditions, time_here
from minimtl.system import say
from minimtl.tasks import (
    PAPER,
    PROTOCOLS,
    RELEASED,
    Hierarchy,
    ModelSettings,
    Problem,
    Sampling,
    StudyData,
    make_problems,
)


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
        return {
            "kind": "multiverse",
            "corpus": {"digest": self.corpora["stripped"].digest},
            "seed": self.seed,
            "backend": self.backend,
            "training_version": TRAINING_VERSION,
        }

    @cached_property
    def studies(self) -> list[Study]:
        """The study of each universe; they share the texts as numbers."""
        places: dict[ModelSettings, int] = {}
        made: dict[Any, Any] = {}
        return [
            Study(
                self.corpora[universe.protocol.model.posts],
                universe.protocol,
                self.problems,
                self.seed,
                self.backend,
                places.setdefault(universe.protocol.settings, len(places)),
                made,
            )
            for universe in self.universes
        ]

    @cached_property
    def data(self) -> dict[int, StudyData]:
        """What models are computed from, once for all universes of the same settings."""
        return data_of(self.studies)

    @cached_property
    def keyed_jobs(self) -> dict[str, PlacedJob]:
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
        lacking: dict[Sampling, str] = {}
        checked: set[Sampling] = set()
        for study in self.studies:
            sampling = study.protocol.sampling
            if sampling not in checked:
                checked.add(sampling)
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
    when = time_here(multiverse.keyed_jobs, multiverse.data, conditions)
    return "\n".join(
        [
            *map(describe_problem, multiverse.problems),
            f"{counted(len(multiverse.universes), 'universe')} of "
            f"{counted(len(multiverse.data), 'setting')} of training, "
            f"{len(multiverse.keyed_jobs):,} models, seed {multiverse.seed}, into "
            f"{conditions.out}{when}; nothing was computed",
        ]
    )
