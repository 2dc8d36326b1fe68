"""A study: its settings, its data, and the training of the models that its store lacks."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from minimtl.corpora import Corpus
from minimtl.errors import MinimtlError
from minimtl.jobs import RunSummary, Store, Workers, make_progress, run_jobs
from minimtl.nn import TRAINING_VERSION
from minimtl.system import give_back_memory
from minimtl.tasks import (
    PROTOCOLS,
    WHOLE,
    FeatureMaker,
    FeatureWords,
    Job,
    Problem,
    Protocol,
    Reading,
    Results,
    Shard,
    StudyData,
    StudyIdentity,
    Task,
    compute,
    decode,
    features_of_run,
    job_key,
    plan_jobs,
    sample_of,
    score_curves,
)

_RUNS_TO_CHECK = 5


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
        """What must agree for a store to be continued; JSON values."""
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

    def take_words(self, words: FeatureWords) -> None:
        """Use the words of another study of the same corpus that cuts them alike."""
        vars(self)["words"] = words

    @cached_property
    def words(self) -> FeatureWords:
        """The corpus's words, which the features need."""
        words = FeatureWords.of(
            self.corpus.train.texts, self.corpus.test.texts, self.protocol.reading
        )
        give_back_memory()
        return words

    def keyed_jobs(
        self, problems: Sequence[Problem], shard: Shard = WHOLE
    ) -> Iterator[tuple[str, Job]]:
        """The models that these problems of the study need, each once, behind its key.

        Those of a `shard` only, if one is given.
        """
        identity = self.data.identity
        keyed = ((job_key(job, identity), job) for job in plan_jobs(problems, self.protocol))
        return ((key, job) for key, job in keyed if shard.holds(key))

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

    def count_jobs(self, problems: Sequence[Problem], shard: Shard = WHOLE) -> int:
        """How many models these problems of the study need, or a `shard` of them."""
        if shard == WHOLE:
            return sum(1 for _ in plan_jobs(problems, self.protocol))
        return sum(1 for _ in self.keyed_jobs(problems, shard))


def train_models(
    study: Study,
    store: Store,
    workers: Workers,
    *,
    problems: Sequence[Problem] | None = None,
    shard: Shard = WHOLE,
    quiet: bool,
) -> RunSummary:
    """Train every model that the store lacks, of the whole study or of some of its problems.

    Only those of the `shard`, if one is given. `workers` compute on ``study.data``. Raises as
    `run_jobs`.
    """
    wanted = study.problems if problems is None else problems
    jobs = study.keyed_jobs(wanted, shard)
    progress = make_progress(
        study.count_jobs(wanted, shard),
        stream=sys.stderr,
        describe=_describe(study.protocol.reading),
        quiet=quiet,
    )
    with progress:
        return run_jobs(jobs, compute, store, workers, decode=decode, progress=progress)


def _describe(reading: Reading) -> Callable[[Job, bytes], str]:
    """A text about a finished model, for the progress display."""

    def describe(job: Job, payload: bytes) -> str:
        result = decode(payload)
        score = score_curves(result, reading.score)[0, reading.read_at]
        main = job.tasks[0]
        beside = f" beside {' / '.join(job.tasks[1])}" if len(job.tasks) > 1 else ""
        return f"{reading.score} {score:.3f} of {' / '.join(main)}{beside}"

    return describe


def count_processors(
    study: Study, store: Store, problems: Sequence[Problem] | None = None
) -> dict[str, int]:
    """How many of the study's models each kind of processor trained; all are in the store.

    Keys are `JobResult.trained_by`, the most frequent first.
    """
    keys = (key for key, _ in study.keyed_jobs(study.problems if problems is None else problems))
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
