"""A study: corpus, protocol, problems and seed, and the models that follow from them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from minimtl.corpora import Corpus, load_corpus
from minimtl.errors import MinimtlError, UsageError
from minimtl.jobs import Store
from minimtl.nn import TRAINING_VERSION, default_backend, why_no_kernels
from minimtl.system import give_back_memory, say
from minimtl.tasks import (
    DEFINITIONS,
    PROTOCOLS,
    WHOLE,
    FeatureMaker,
    FeatureWords,
    Hierarchy,
    Job,
    Problem,
    Protocol,
    Results,
    Shard,
    StudyData,
    StudyIdentity,
    Task,
    decode,
    features_of_run,
    job_key,
    make_problems,
    plan_jobs,
    sample_of,
)

_RUNS_TO_CHECK = 5


class PlacedJob(NamedTuple):
    """A model, and the place of what it is computed from among the data of the workers."""

    place: int
    job: Job


@dataclass(frozen=True)
class Study:
    """Everything that the tables of a study depend on."""

    corpus: Corpus
    protocol: Protocol
    problems: Sequence[Problem]
    seed: int
    backend: str

    @property
    def identity(self) -> dict[str, Any]:
        """Facts that must agree for a store to be continued; JSON values."""
        return {
            "protocol": self.protocol.to_dict(),
            # Not the edition: editions of one digest give the same numbers.
            "corpus": {"digest": self.corpus.digest},
            "seed": self.seed,
            "backend": self.backend,
            "training_version": TRAINING_VERSION,
        }

    @cached_property
    def data(self) -> StudyData:
        """The corpus as numbers, which every job needs."""
        data = StudyData.of(self.corpus, self.protocol, self.seed, self.backend)
        give_back_memory()  # of reading and counting texts, before workers need theirs
        return data

    def take_data(self, data: StudyData) -> None:
        """Use the texts as numbers of another study of the same corpus and vocabulary."""
        vars(self)["data"] = replace(data, protocol=self.protocol)  # where the property keeps them

    @cached_property
    def words(self) -> FeatureWords:
        """The corpus's words, which the features need."""
        words = FeatureWords.of(
            self.corpus.train.texts, self.corpus.test.texts, self.protocol.reading
        )
        give_back_memory()
        return words

    def take_words(self, words: FeatureWords) -> None:
        """Use the words of another study of the same corpus that cuts them alike."""
        vars(self)["words"] = words

    def keyed_jobs(
        self, problems: Sequence[Problem] | None = None, shard: Shard = WHOLE, place: int = 0
    ) -> Iterator[tuple[str, PlacedJob]]:
        """The models that the study needs, each once, behind its key.

        Parameters
        ----------
        problems : those whose models are wanted; all by default.
        shard : the part that is wanted.
        place : of the study's data among those of the workers.
        """
        identity = self.data.identity
        for job in plan_jobs(self.problems if problems is None else problems, self.protocol):
            key = job_key(job, identity)
            if shard.holds(key):
                yield key, PlacedJob(place, job)

    def count_jobs(self, problems: Sequence[Problem] | None = None, shard: Shard = WHOLE) -> int:
        """The number of those models."""
        if shard == WHOLE:
            wanted = self.problems if problems is None else problems
            return sum(1 for _ in plan_jobs(wanted, self.protocol))
        return sum(1 for _ in self.keyed_jobs(problems, shard))

    def check_samples(self) -> None:
        """Draw the documents of every task, so that what is lacking is said before any training.

        Draws differ a little by run, so the first few runs are tried.

        Raises
        ------
        MinimtlError
            If the corpus has too few documents for the protocol; the message is about all tasks.
        """
        lacking: dict[Task, str] = {}
        times = self.protocol.sampling.aux_times
        tasks = {task: p.n_runs for p in self.problems for pair in p.pairs for task in pair}

        for task in sorted(tasks):
            try:
                for run in range(min(tasks[task], _RUNS_TO_CHECK)):
                    sample_of(task, run, self.data, max(1.0, times))
            except MinimtlError as error:
                lacking[task] = str(error)

        if lacking:
            first = next(iter(lacking.values()))
            raise MinimtlError(
                f"{len(lacking)} of the study's {len(tasks)} tasks cannot be trained by the "
                f"protocol {self.protocol.name}: {first}"
            )


def define_study(
    problem: str,
    protocol: str,
    corpus: str,
    *,
    runs: int | None,
    pairs: int | None,
    seed: int,
    backend: str | None,
    features: str,
    announce: Callable[[str], None],
) -> Study:
    """The study that the flags of ``minimtl study`` name; its corpus is loaded.

    Raises
    ------
    UsageError
        If there is no such problem or protocol, or a number is too small.
    MinimtlError
        If the corpus cannot be had, or has too few documents for the protocol.
    """
    if protocol not in PROTOCOLS:
        raise UsageError(f"there is no protocol {protocol!r}; there are {', '.join(PROTOCOLS)}")
    if features not in DEFINITIONS:
        raise UsageError(f"there are no features {features!r}; there are {', '.join(DEFINITIONS)}")
    chosen = PROTOCOLS[protocol].replace(features=features)
    backend = choose_backend(backend)
    loaded = load_corpus(corpus, announce=announce)
    problems = choose_problems(problem, chosen, Hierarchy.from_tree(loaded.tree), runs, pairs)
    study = Study(loaded, chosen, problems, seed, backend)
    study.check_samples()
    return study


def choose_backend(asked: str | None) -> str:
    """The backend that is asked for or, with a word about it where it is slow, the one there is."""
    if asked != "numpy" and (reason := why_no_kernels()):
        if asked == "numba":
            raise MinimtlError(f"{reason}; leave --backend out to train with NumPy")
        say(f"{reason}: training with NumPy, which is some ten times slower")
    return asked or default_backend()


def choose_problems(
    problem: str, protocol: Protocol, hierarchy: Hierarchy, runs: int | None, pairs: int | None
) -> list[Problem]:
    """The problems as `make_problems`, with a word where one has fewer pairs than asked for."""
    problems = make_problems(problem, protocol, hierarchy, n_runs=runs, n_pairs=pairs)
    for one in problems:
        if pairs is not None and pairs > len(one.pairs):
            say(f"there are {len(one.pairs)} {one.name.upper()} pairs; all are taken")
    return problems


def count_processors(
    study: Study, store: Store, problems: Sequence[Problem] | None = None
) -> dict[str, int]:
    """The number of the study's models that each kind of processor trained; all are in the store.

    Keys are `JobResult.trained_by`, the most frequent first.
    """
    keys = (key for key, _ in study.keyed_jobs(problems))
    return dict(Counter(decode(store[key]).trained_by for key in keys).most_common())


def identity_of(store: Store) -> tuple[Protocol, StudyIdentity]:
    """The protocol and the models' identity of the study in a store.

    Raises
    ------
    MinimtlError
        If it is no study, or one of another version of minimtl.
    """
    there = store.identity
    try:
        protocol = PROTOCOLS[there["protocol"]["name"]]
        digest, seed, version = there["corpus"]["digest"], there["seed"], there["training_version"]
        if not isinstance(digest, str) or type(seed) is not int:
            raise TypeError("corpus and seed")
    except (KeyError, TypeError) as error:
        raise MinimtlError(
            f"{store.path} does not hold a study of texts ({type(error).__name__}: {error}); give "
            "the --out folder of `minimtl study`"
        ) from None
    if version != TRAINING_VERSION or there["protocol"] != protocol.to_dict():
        raise MinimtlError(
            f"{store.path} was made by another version of minimtl, which trained otherwise; use "
            "that version, or begin anew with --fresh"
        )
    return protocol, StudyIdentity.of(protocol, digest, seed)


def feature_maker(study: Study, results: Results) -> FeatureMaker:
    """A function that makes the features of one run of a problem, (n_pairs, n_features)."""

    def make(problem: Problem, run: int) -> np.ndarray:
        tasks = sorted({task for pair in problem.pairs for task in pair})
        return features_of_run(
            problem.pairs,
            lambda task: sample_of(task, run, study.data),
            {task: results.single(task, run).losses[0] for task in tasks},
            study.words,
            study.protocol.reading,
        )

    return make
