"""From the store to outcomes: each pair's scores, features and learning curves, in plan order.

Nothing here depends on the order in which the models were trained, so the tables do not either.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.jobs import Store, stable_hash
from minimtl.models import array_to_bytes, bytes_to_array
from minimtl.stats import FloatArray
from minimtl.tasks.modeljobs import (
    Job,
    JobResult,
    StudyIdentity,
    decode,
    job_key,
    joint_job,
    single_job,
)
from minimtl.tasks.outcomes import Outcomes, PairCurves
from minimtl.tasks.pairfeatures import DEFINITIONS
from minimtl.tasks.plan import Problem
from minimtl.tasks.protocol import Protocol, Reading, Score
from minimtl.tasks.taskpairs import Pair, Task

# Raise it with every change of how a feature is computed. A feature more or less needs no new one.
FEATURES_VERSION = 1

FeatureMaker = Callable[[Problem, int], FloatArray]


class TaskCurves(NamedTuple):
    """One task of a finished model.

    Attributes
    ----------
    score : at the epoch that the protocol reads.
    scores, losses : test score and training loss after each epoch at which the protocol has the
        test documents predicted, float64 (n_tested,).
    """

    score: float
    scores: FloatArray
    losses: FloatArray


def score_curves(result: JobResult, score: Score, part: str = "") -> FloatArray:
    """A score after each of the result's epochs, float64 (n_tasks, n_tested), more being better.

    Of the test documents, or with ``part="validation_"`` of those for validation.
    """
    # Both classes are among the documents, so that macro-F1 is the mean of both.
    names = ("f1", "f1_negative") if score == "macro_f1" else (score,)
    curve: FloatArray = np.mean([result.scores[f"{part}{name}"] for name in names], axis=0)
    return -curve if score == "log_loss" else curve


def read_score(result: JobResult, reading: Reading, task: int) -> float:
    """The score of the task of that number where the protocol reads it."""
    scores = score_curves(result, reading.score)[task]
    at = int(np.flatnonzero(result.epochs == reading.read_at)[0])
    if reading.epoch == "validation":
        curve = score_curves(result, reading.score, "validation_")[task]
        at = int(curve[: at + 1].argmax())
    return float(scores[at])


class Results:
    """Reads the curves of finished models from the store, by task or pair and run."""

    def __init__(self, store: Store, identity: StudyIdentity, protocol: Protocol) -> None:
        self.store, self.identity, self.protocol = store, identity, protocol
        # Single-task models serve many pairs; a run has some hundred of them at most.
        self.single = lru_cache(maxsize=1024)(self._single)

    def _single(self, task: Task, run: int) -> JobResult:
        return self._read(single_job(task, run))

    def joint_curves(self, pair: Pair, run: int) -> TaskCurves:
        """The main task in joint training."""
        job = joint_job(pair, run, self.protocol)
        return self._curves(self._read(job), job.tasks.index(pair.main))

    def single_curves(self, task: Task, run: int) -> TaskCurves:
        """A task, trained alone."""
        return self._curves(self.single(task, run), 0)

    def _curves(self, result: JobResult, task: int) -> TaskCurves:
        reading = self.protocol.reading
        scores = score_curves(result, reading.score)[task]
        losses = result.losses[task, result.epochs]
        return TaskCurves(read_score(result, reading, task), scores, losses)

    def _read(self, job: Job) -> JobResult:
        model = f"the model of {' + '.join(map(' / '.join, job.tasks))}, run {job.run}"
        try:
            return decode(self.store[job_key(job, self.identity)])
        except KeyError:
            raise MinimtlError(
                f"the study lacks {model}: it was not finished, or by another version of minimtl; "
                "`minimtl study` with the same --out trains what is missing"
            ) from None
        except ValueError as error:
            raise MinimtlError(
                f"{self.store.path} holds something else in place of {model} ({error}); `minimtl "
                "study` with the same --out trains it again"
            ) from None


def collect_outcomes(
    problem: Problem, results: Results, features: FeatureMaker
) -> tuple[Outcomes, PairCurves]:
    """The outcomes of a problem whose models are all in the store.

    `features(problem, run)` makes the features of a run that the store does not hold yet.
    """
    pairs, n_runs = problem.pairs, problem.n_runs
    training = results.protocol.settings.training
    alone, jointly = (
        training.curve_epochs(n) for n in (training.epochs_single, training.epochs_joint)
    )
    single, multi = np.empty((2, len(pairs), n_runs))
    curves = PairCurves(
        np.array(max(alone, jointly, key=len)) + 1,
        *(
            np.empty((len(pairs), n_runs, len(epochs)), np.float32)
            for epochs in (alone, jointly) * 2
        ),
    )
    for row, pair in enumerate(pairs):
        for run in range(n_runs):
            one, both = results.single_curves(pair.main, run), results.joint_curves(pair, run)
            single[row, run], multi[row, run] = one.score, both.score
            curves.single[row, run], curves.multi[row, run] = one.scores, both.scores
            curves.single_loss[row, run], curves.multi_loss[row, run] = one.losses, both.losses

    outcomes = Outcomes(
        problem=problem.name,
        pairs=pairs,
        blocks=tuple(map(pairs.block, pairs)),
        single=single,
        multi=multi,
        features=np.stack([_features(problem, run, results, features) for run in range(n_runs)]),
    )
    return outcomes, curves


def _features(problem: Problem, run: int, results: Results, make: FeatureMaker) -> FloatArray:
    """The features of a run, float64 (n_pairs, n_features), from the store, or made and stored.

    What the store holds in their place and is no array of that shape is replaced.
    """
    names = DEFINITIONS[results.protocol.reading.features].names
    key = stable_hash(
        "features",
        FEATURES_VERSION,
        names,
        results.protocol.to_dict(),
        results.identity.corpus_digest,
        results.identity.seed,
        problem.name,
        len(problem.pairs),
        run,
    )
    with suppress(KeyError, ValueError):
        stored = bytes_to_array(results.store[key])
        if stored.dtype == np.float64 and stored.shape == (len(problem.pairs), len(names)):
            return stored
    features = make(problem, run)
    results.store.remove(key)
    results.store.add([(key, array_to_bytes(features))])
    return features
