"""From the store to outcomes: scores, gains and curves of a problem, and what is learned from them.

Nothing here depends on the order in which the models were trained, so the tables do not either.

Notation
--------
single, multi   score of a pair's main task alone and beside its auxiliary task,
                shape (n_pairs, n_runs), float64
features        of every pair in every run, shape (n_runs, n_pairs, n_features), float64
y               labels, 1 where multi-task learning helped, shape (n_pairs,), int64

A `LabelledPairs`, (X, y), is the data set that one meta-analysis is fitted to. A protocol that
averages over the runs has one data set; one that analyses each run by itself has one for each run.
All later steps take a list of data sets and average their results over it.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.jobs.identity import stable_hash
from minimtl.jobs.store import Store
from minimtl.models.archive import array_to_bytes, bytes_to_array
from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.tasks.modeljobs import (
    Job,
    JobResult,
    StudyIdentity,
    decode,
    job_key,
    joint_job,
    single_job,
)
from minimtl.tasks.pairfeatures import DEFINITIONS
from minimtl.tasks.plan import Problem
from minimtl.tasks.protocol import Protocol, Reading, Score
from minimtl.tasks.taskpairs import Block, Pair, Task

# Scores move in steps of a thousandth or so; what is smaller comes from rounding and is a tie.
TIE = 1e-12
# Raise it with every change of how a feature is computed. A feature more or less needs no new one.
FEATURES_VERSION = 1

FeatureMaker = Callable[[Problem, int], FloatArray]


@dataclass(frozen=True)
class Outcomes:
    """The scores and features of one problem.

    Attributes
    ----------
    problem : str
        ``"related"`` or ``"unrelated"``.
    pairs : sequence of Pair
        In the order of the rows of everything below; they need not exist in memory.
    blocks : tuple of Block, one for each pair
        The two subclasses {S, T} that its topics are of.
    single, multi : array of float64, shape (n_pairs, n_runs)
        Test score of the main task, trained alone and jointly, at the protocol's epoch.
    features : array of float64, shape (n_runs, n_pairs, n_features)

    Raises
    ------
    ValueError
        If a value is not finite.
    """

    problem: str
    pairs: Sequence[Pair]
    blocks: tuple[Block, ...]
    single: FloatArray
    multi: FloatArray
    features: FloatArray

    def __post_init__(self) -> None:
        for name in ("single", "multi", "features"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(
                    f"{name} of the problem {self.problem} has a value that is not finite."
                )

    @property
    def n_pairs(self) -> int:
        return len(self.pairs)

    @property
    def n_runs(self) -> int:
        return int(self.single.shape[1])

    @property
    def gains(self) -> FloatArray:
        """Score that joint training added, shape (n_pairs, n_runs)."""
        return self.multi - self.single


class RunCurves(NamedTuple):
    """The curves of `PairCurves` in each run, mean over the pairs, float64 (n_runs, n_tested)."""

    single: FloatArray
    multi: FloatArray
    single_loss: FloatArray
    multi_loss: FloatArray


@dataclass(frozen=True)
class PairCurves:
    """The main task of each pair in each run, trained alone and jointly, at some epochs.

    Attributes
    ----------
    epochs : those after which the test documents were predicted, from 1, int64 (n_tested,).
    single, multi : test scores after these, float32 (n_pairs, n_runs, n_tested); the shorter
        training has the first of them.
    single_loss, multi_loss : mean training loss of these epochs, dropout on, of the same shapes.
    """

    epochs: IntArray
    single: np.ndarray
    multi: np.ndarray
    single_loss: np.ndarray
    multi_loss: np.ndarray

    @cached_property
    def of_runs(self) -> RunCurves:
        """The mean curves of each run."""
        curves = self.single, self.multi, self.single_loss, self.multi_loss
        return RunCurves(*(curve.mean(axis=0, dtype=np.float64) for curve in curves))


class LabelledPairs(NamedTuple):
    """The data set of one meta-analysis: a row and a label for each pair.

    Attributes
    ----------
    X : float64, shape (n_pairs, n_features)
    y : int64, shape (n_pairs,)
        1 where multi-task learning helped, else 0.
    """

    X: FloatArray
    y: IntArray


def relative_gains(outcomes: Outcomes) -> FloatArray:
    """(multi − single) / |single|, shape (n_pairs, n_runs); NaN where the single score is 0."""
    gains = np.full(outcomes.single.shape, np.nan)
    np.divide(outcomes.gains, np.abs(outcomes.single), out=gains, where=outcomes.single != 0)
    return gains


def mean_relative_gain(outcomes: Outcomes) -> float:
    """Mean of the defined relative gains over pairs and runs; NaN if none is defined."""
    gains = relative_gains(outcomes)
    defined = gains[~np.isnan(gains)]
    return float(defined.mean()) if defined.size else float("nan")


def labelled_pairs(outcomes: Outcomes, reading: Reading) -> list[LabelledPairs]:
    """The data sets of the protocol's meta-analyses; a tie counts as no gain.

    For ``label="mean_gain"`` there is one, of averages over the runs; for ``"each_run"`` there is
    one for each run.
    """
    features = outcomes.features
    if reading.label == "mean_gain" and outcomes.n_runs > 1:
        features = features.mean(axis=0, keepdims=True)
    return [
        LabelledPairs(X, (gain > TIE).astype(np.int64))
        for X, gain in zip(features, label_gains(outcomes, reading).T, strict=True)
    ]


def label_gains(outcomes: Outcomes, reading: Reading) -> FloatArray:
    """The gains whose signs are the labels, shape (n_pairs, n_data_sets)."""
    gains = outcomes.gains
    return gains.mean(axis=1, keepdims=True) if reading.label == "mean_gain" else gains


def disjoint_pairs(outcomes: Outcomes, reading: Reading) -> list[LabelledPairs]:
    """The data sets of `labelled_pairs`, but no run gives both features and labels; [] of one run.

    For ``label="mean_gain"`` one half of the runs gives the features and the other the labels, and
    the other way round; for ``"each_run"`` each run's labels have the features of the next run.
    """
    n_runs, runs = outcomes.n_runs, np.arange(outcomes.n_runs)
    if n_runs < 2:
        return []
    if reading.label == "mean_gain":
        halves = np.array_split(runs, 2)
        parts = [(halves[0], halves[1]), (halves[1], halves[0])]
    else:
        parts = [(runs[[(run + 1) % n_runs]], runs[[run]]) for run in runs]
    return [
        LabelledPairs(
            outcomes.features[seen].mean(axis=0),
            (outcomes.gains[:, scored].mean(axis=1) > TIE).astype(np.int64),
        )
        for seen, scored in parts
    ]


def improved_share(outcomes: Outcomes, reading: Reading) -> float:
    """Share of pairs that multi-task learning helped, averaged over the data sets."""
    return float((label_gains(outcomes, reading) > TIE).mean(axis=0).mean())


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
    at = int(np.flatnonzero(result.epochs == reading.read_at)[0])
    if reading.epoch == "validation":
        curve = score_curves(result, reading.score, "validation_")[task]
        at = int(curve[: at + 1].argmax())
    return float(score_curves(result, reading.score)[task, at])


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
