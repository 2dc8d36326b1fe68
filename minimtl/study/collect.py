"""From the store to outcomes: each pair's scores, features and learning curves, in plan order.

Nothing here depends on the order in which the models were trained, so the tables do not either.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.execution import stable_hash
from minimtl.saving import array_to_bytes, bytes_to_array
from minimtl.store import Store
from minimtl.study.features import DEFINITIONS
from minimtl.study.jobs import (
    Job,
    JobResult,
    StudyIdentity,
    decode,
    job_key,
    joint_job,
    single_job,
)
from minimtl.study.outcomes import FloatArray, Outcomes
from minimtl.study.plan import Problem
from minimtl.study.protocol import Protocol, Score
from minimtl.study.tasks import Pair, Task

# Raise it with every change of how a feature is computed. A feature more or less needs no new one.
FEATURES_VERSION = 1

FeatureMaker = Callable[[Problem, int], FloatArray]


@dataclass(frozen=True)
class PairCurves:
    """Each pair's main task in each run after each epoch, trained alone and jointly.

    Attributes
    ----------
    single, multi : test scores, float64 (n_pairs, n_runs, n_epochs); the two may differ in length.
    single_loss, multi_loss : mean training loss of each epoch, dropout on, of the same shapes.
    """

    single: FloatArray
    multi: FloatArray
    single_loss: FloatArray
    multi_loss: FloatArray


def score_curves(result: JobResult, score: Score, part: str = "") -> FloatArray:
    """A score after each epoch, float64 (n_tasks, n_epochs), more being better.

    Of the test documents, or with ``part="validation_"`` of those for validation.

    Raises
    ------
    MinimtlError
        If the model was trained by a version that did not keep this score.
    """
    # Both classes are among the documents, so that macro-F1 is the mean of both.
    names = ("f1", "f1_negative") if score == "macro_f1" else (score,)
    try:
        curve: FloatArray = np.mean([result.curves[f"{part}{name}"] for name in names], axis=0)
    except KeyError as error:
        raise MinimtlError(
            f"the models were stored without {error} by an earlier version of minimtl; begin "
            "anew with --fresh"
        ) from None
    return -curve if score == "log_loss" else curve


class Results:
    """Reads the curves of finished models from the store, by task or pair and run."""

    def __init__(self, store: Store, identity: StudyIdentity, protocol: Protocol) -> None:
        self.store, self.identity, self.protocol = store, identity, protocol
        # Single-task models serve many pairs; a run has some hundred of them at most.
        self.single = lru_cache(maxsize=1024)(self._single)

    def _single(self, task: Task, run: int) -> JobResult:
        return self._read(single_job(task, run))

    def joint_curves(self, pair: Pair, run: int) -> FloatArray:
        """The main task's scores and losses in joint training, float64 (2, n_epochs)."""
        job = joint_job(pair, run, self.protocol)
        result, row = self._read(job), job.tasks.index(pair.main)
        return np.stack([self._curves(result)[row], result.losses[row]])

    def single_curves(self, task: Task, run: int) -> FloatArray:
        """A task's scores and losses, trained alone, float64 (2, n_epochs)."""
        result = self.single(task, run)
        return np.stack([self._curves(result)[0], result.losses[0]])

    def joint_score(self, pair: Pair, run: int) -> float:
        """Score of the main task after joint training, at the epoch that the protocol reads."""
        job = joint_job(pair, run, self.protocol)
        return self._score(self._read(job), job.tasks.index(pair.main))

    def single_score(self, task: Task, run: int) -> float:
        """Score of a task after training alone, at the epoch that the protocol reads."""
        return self._score(self.single(task, run), 0)

    def _curves(self, result: JobResult) -> FloatArray:
        return score_curves(result, self.protocol.reading.score)

    def _score(self, result: JobResult, task: int) -> float:
        reading = self.protocol.reading
        epoch = reading.read_at
        if reading.epoch == "validation":
            curve = score_curves(result, reading.score, "validation_")[task]
            epoch = int(curve[: epoch + 1].argmax())
        return float(self._curves(result)[task, epoch])

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
    pairs = tuple(problem.pairs)
    runs = range(problem.n_runs)
    alone = np.array([[results.single_curves(p.main, run) for run in runs] for p in pairs])
    joint = np.array([[results.joint_curves(p, run) for run in runs] for p in pairs])
    single, single_loss = alone[:, :, 0], alone[:, :, 1]
    multi, multi_loss = joint[:, :, 0], joint[:, :, 1]
    outcomes = Outcomes(
        problem=problem.name,
        pairs=pairs,
        blocks=tuple(problem.pairs.block(pair) for pair in pairs),
        single=np.array([[results.single_score(p.main, run) for run in runs] for p in pairs]),
        multi=np.array([[results.joint_score(p, run) for run in runs] for p in pairs]),
        features=np.stack(
            [_features(problem, run, results, features) for run in range(problem.n_runs)]
        ),
        single_curve=single.mean(axis=0),
        multi_curve=multi.mean(axis=0),
    )
    return outcomes, PairCurves(single, multi, single_loss, multi_loss)


def _features(problem: Problem, run: int, results: Results, make: FeatureMaker) -> FloatArray:
    """The features of a run, float64 (n_pairs, n_features): from the store, or made and stored.

    What the store holds in their place and is no array is replaced.
    """
    key = stable_hash(
        "features",
        FEATURES_VERSION,
        DEFINITIONS[results.protocol.reading.features].names,
        results.protocol.to_dict(),
        results.identity.corpus_digest,
        results.identity.seed,
        problem.name,
        len(problem.pairs),
        run,
    )
    with suppress(KeyError, ValueError):
        return bytes_to_array(results.store[key])
    features = make(problem, run)
    results.store.remove(key)
    results.store.add([(key, array_to_bytes(features))])
    return features
