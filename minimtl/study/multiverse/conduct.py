"""Training all universes: one pool, one store, and each model once.

A model depends on a protocol's `settings` alone. Universes of the same settings share models, and
so do all that differ in how scores are read.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from minimtl.corpora import Corpus
from minimtl.errors import MinimtlError
from minimtl.jobs import RunSummary, Store, Workers, make_progress, run_jobs
from minimtl.nn import TRAINING_VERSION
from minimtl.study.conduct import Study
from minimtl.study.estimate import kinds_of, seconds_of
from minimtl.study.multiverse.choices import Choice
from minimtl.study.multiverse.universes import Design, Universe
from minimtl.tasks import Job, ModelSettings, Problem, Sampling, StudyData, compute, decode


class UniverseJob(NamedTuple):
    """A model, and the place of its settings among those of the multiverse."""

    place: int
    job: Job


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
        """What must agree for a store to be continued; other universes may join."""
        return {
            "kind": "multiverse",
            "corpus": {"digest": self.corpora["stripped"].digest},
            "seed": self.seed,
            "backend": self.backend,
            "training_version": TRAINING_VERSION,
        }

    @cached_property
    def studies(self) -> list[Study]:
        """The study of each universe; those of one vocabulary share the texts as numbers."""
        studies: list[Study] = []
        first: dict[tuple[str, int], Study] = {}
        for universe in self.universes:
            protocol, model = universe.protocol, universe.protocol.model
            corpus = self.corpora[model.posts]
            study = Study(corpus, protocol, self.problems, self.seed, self.backend)
            known = first.setdefault((model.posts, model.max_features), study)
            if known is not study:
                study.take_data(known.data)
            studies.append(study)
        return studies

    @cached_property
    def settings(self) -> dict[ModelSettings, int]:
        """The different settings of models, and the place of each."""
        different = dict.fromkeys(universe.protocol.settings for universe in self.universes)
        return {settings: place for place, settings in enumerate(different)}

    @cached_property
    def data(self) -> tuple[StudyData, ...]:
        """What the jobs of each settings are computed from, in the order of their places."""
        by_settings = {study.protocol.settings: study.data for study in self.studies}
        return tuple(by_settings[settings] for settings in self.settings)

    @cached_property
    def keyed_jobs(self) -> dict[str, UniverseJob]:
        """Every model that some universe needs, by its key."""
        return {
            key: UniverseJob(self.settings[study.protocol.settings], job)
            for study in self.studies
            for key, job in study.keyed_jobs(self.problems)
        }

    def missing_kinds(self, store: Store | None) -> list[tuple[UniverseJob, int]]:
        """An example of each kind of models that the store lacks, and their number."""
        missing = [job for key, job in self.keyed_jobs.items() if store is None or key not in store]
        by_place: dict[int, list[Job]] = {}
        for place, job in missing:
            by_place.setdefault(place, []).append(job)
        return [
            (UniverseJob(place, kind.example), kind.n_jobs)
            for place, jobs in by_place.items()
            for kind in kinds_of(jobs)
        ]


def with_fewer_documents(multiverse: Multiverse, announce: Callable[[str], None]) -> Multiverse:
    """The multiverse, with `allow_fewer` where the corpus has fewer documents than asked for.

    `announce` takes a sentence that says so.

    Raises
    ------
    MinimtlError
        If a universe cannot be trained for another reason.
    """
    lacking: dict[Sampling, str] = {}
    checked: set[Sampling] = set()
    for study in multiverse.studies:
        sampling = study.protocol.sampling
        if sampling not in checked:
            checked.add(sampling)
            try:
                study.check_samples()
            except MinimtlError as error:
                lacking[sampling] = str(error)
    if not lacking:
        return multiverse
    first = next(iter(lacking.values()))
    announce(f"All documents that there are will do where a universe asks for more: {first}")
    universes = [
        universe._replace(protocol=universe.protocol.replace(allow_fewer=True))
        if universe.protocol.sampling in lacking
        else universe
        for universe in multiverse.universes
    ]
    fewer = replace(multiverse, universes=universes)
    for study in fewer.studies:
        if study.protocol.sampling.allow_fewer:
            study.check_samples()
    return fewer


def compute_in_universe(job: UniverseJob, data: Sequence[StudyData]) -> bytes:
    """Train the job's model by its settings; as `minimtl.tasks.compute`."""
    return compute(job.job, data[job.place])


def seconds_in_universe(job: UniverseJob, data: Sequence[StudyData]) -> float:
    """Seconds that the job's model takes; as `minimtl.study.seconds_of`."""
    return seconds_of(job.job, data[job.place])


def train_universes(
    multiverse: Multiverse, store: Store, workers: Workers, *, quiet: bool
) -> RunSummary:
    """Train every model that the store lacks. `workers` compute on ``multiverse.data``."""
    jobs = multiverse.keyed_jobs
    progress = make_progress(len(jobs), stream=sys.stderr, describe=_described, quiet=quiet)
    with progress:
        return run_jobs(
            jobs.items(), compute_in_universe, store, workers, decode=decode, progress=progress
        )


def _described(job: UniverseJob, payload: bytes) -> str:
    """A text about a finished model, for the progress display."""
    return " beside ".join(" / ".join(task) for task in job.job.tasks)
