"""Studies: corpus, protocol, problems and seed, and the models that follow from them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from minimtl.corpora.editions import Corpus
from minimtl.corpora.load import load_corpus
from minimtl.errors import MinimtlError, UsageError
from minimtl.jobs.store import Store
from minimtl.nn.backend import default_backend, why_no_kernels
from minimtl.nn.training import TRAINING_VERSION
from minimtl.system import give_back_memory, say
from minimtl.tasks.compute import StudyData, sample_of
from minimtl.tasks.modeljobs import Job, decode, job_key
from minimtl.tasks.outcomes import FeatureMaker, Results
from minimtl.tasks.pairfeatures import DEFINITIONS, FeatureWords, features_of_run
from minimtl.tasks.plan import WHOLE, Problem, Shard, make_problems, plan_jobs
from minimtl.tasks.protocol import PAPER, PROTOCOLS, RELEASED, Protocol
from minimtl.tasks.taskpairs import Hierarchy, Task

BOTH = "both"  # protocols, or problems
_RUNS_TO_CHECK = 5


class PlacedJob(NamedTuple):
    """A model, and the place of what it is computed from among the data of the workers."""

    place: int
    job: Job


@dataclass(frozen=True)
class Study:
    """Everything that the tables of a study by one protocol depend on; no number on the last two.

    Attributes
    ----------
    place : of its data among those of the workers.
    made : the corpora as numbers, for all studies that are given this dictionary.
    """

    corpus: Corpus
    protocol: Protocol
    problems: Sequence[Problem]
    seed: int
    backend: str
    place: int = 0
    made: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def identity(self) -> dict[str, Any]:
        """Facts that must agree for a store to be continued; JSON values.

        Not the protocol: models by any of them stand in one store.
        """
        return {
            # Not the edition: editions of one digest give the same numbers.
            "corpus": {"digest": self.corpus.digest},
            "seed": self.seed,
            "backend": self.backend,
            "training_version": TRAINING_VERSION,
        }

    @cached_property
    def data(self) -> StudyData:
        """The corpus as numbers, which every job needs."""
        vocabulary = self.protocol.model.posts, self.protocol.model.max_features
        if vocabulary not in self.made:
            self.made[vocabulary] = StudyData.of(
                self.corpus, self.protocol, self.seed, self.backend
            )
            give_back_memory()  # of reading and counting texts, before workers need theirs
        return replace(self.made[vocabulary], protocol=self.protocol)

    @cached_property
    def words(self) -> FeatureWords:
        """The corpus's words, which the features need."""
        reading = self.protocol.reading
        cut = self.protocol.model.posts, reading.words_jsd, reading.words_counts
        if cut not in self.made:
            train, test = self.corpus.train.texts, self.corpus.test.texts
            self.made[cut] = FeatureWords.of(train, test, reading)
            give_back_memory()
        return self.made[cut]

    def results(self, store: Store) -> Results:
        """The results of the study's models in a store."""
        return Results(store, self.data.identity, self.protocol)

    def check_samples(self) -> None:
        """Draw the documents of every task, so that what is lacking is said before any training.

        Draws differ a little by run, so the first few runs are tried.

        Raises
        ------
        MinimtlError
            If the corpus has too few documents for the protocol; the message is about all tasks.
        """
        lacking: dict[Task, str] = {}
        times = max(1.0, self.protocol.sampling.aux_times)
        tasks = {task: p.n_runs for p in self.problems for pair in p.pairs for task in pair}

        for task in sorted(tasks):
            try:
                for run in range(min(tasks[task], _RUNS_TO_CHECK)):
                    sample_of(task, run, self.data, times)
            except MinimtlError as error:
                lacking[task] = str(error)

        if lacking:
            first = next(iter(lacking.values()))
            raise MinimtlError(
                f"{len(lacking)} of the study's {len(tasks)} tasks cannot be trained by the "
                f"protocol {self.protocol.name}: {first}"
            )


def define_studies(
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
) -> list[Study]:
    """The studies that the flags of ``minimtl study`` name, one a protocol; the corpus is loaded.

    Raises
    ------
    UsageError
        If there is no such problem or protocol, or a number is too small.
    MinimtlError
        If the corpus cannot be had, or has too few documents for any of the protocols.
    """
    if protocol not in (*PROTOCOLS, BOTH):
        raise UsageError(
            f"there is no protocol {protocol!r}; there are {', '.join(PROTOCOLS)} and {BOTH}"
        )
    if features not in DEFINITIONS:
        raise UsageError(f"there are no features {features!r}; there are {', '.join(DEFINITIONS)}")
    # That of the authors' code comes first: it gives the published table, by fewer models.
    names = (RELEASED.name, PAPER.name) if protocol == BOTH else (protocol,)
    backend = choose_backend(backend)
    loaded = load_corpus(corpus, announce=announce)
    hierarchy = Hierarchy.from_tree(loaded.tree)

    studies: list[Study] = []
    made: dict[Any, Any] = {}
    for place, name in enumerate(names):
        chosen = PROTOCOLS[name].replace(features=features)
        problems = make_problems(problem, chosen, hierarchy, n_runs=runs, n_pairs=pairs)
        studies.append(Study(loaded, chosen, problems, seed, backend, place, made))
    say_sizes(studies[0].problems, pairs)
    return _with_samples(studies, announce)


def _with_samples(studies: Sequence[Study], announce: Callable[[str], None]) -> list[Study]:
    """The studies that the corpus has documents for; of several, a word about each other one."""
    possible, reasons = [], []
    for study in studies:
        try:
            study.check_samples()
            possible.append(study)
        except MinimtlError as error:
            reasons.append(str(error))
    if not possible:
        raise MinimtlError(reasons[0])

    for reason in reasons:
        announce(f"A protocol is left out: {reason}")
    return possible


def data_of(studies: Iterable[Study]) -> dict[int, StudyData]:
    """The data that the models of studies are computed from, by the places of the studies."""
    return {study.place: study.data for study in studies}


def jobs_of(
    studies: Iterable[Study], shard: Shard = WHOLE, problem: str = BOTH
) -> dict[str, PlacedJob]:
    """The models that studies need for all problems or one, or for a shard, each by its key."""
    jobs = {}
    for study in studies:
        identity = study.data.identity
        problems = [one for one in study.problems if problem in (BOTH, one.name)]
        for job in plan_jobs(problems, study.protocol):
            key = job_key(job, identity)
            if shard.holds(key):
                jobs[key] = PlacedJob(study.place, job)
    return jobs


def choose_backend(asked: str | None) -> str:
    """The backend that is asked for or, with a word about it where it is slow, the one there is."""
    if asked != "numpy" and (reason := why_no_kernels()):
        if asked == "numba":
            raise MinimtlError(f"{reason}; leave --backend out to train with NumPy")
        say(f"{reason}: training with NumPy, which is some ten times slower")
    return asked or default_backend()


def say_sizes(problems: Sequence[Problem], n_pairs: int | None) -> None:
    """A word about each problem that has fewer pairs than asked for."""
    for problem in problems:
        if n_pairs is not None and n_pairs > len(problem.pairs):
            say(f"there are {len(problem.pairs)} {problem.name.upper()} pairs; all are taken")


def count_processors(studies: Sequence[Study], store: Store) -> dict[str, int]:
    """The number of the studies' models that each kind of processor trained, all in the store.

    Keys are `JobResult.trained_by`, the most frequent first.
    """
    return dict(Counter(decode(store[key]).trained_by for key in jobs_of(studies)).most_common())


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
