"""One job is one trained model: its name, what it depends on, and its result.

A result as bytes, little-endian throughout: the letters ``mtl2``; the numbers of tasks, of epochs,
of epochs after which test documents were predicted, and of scores, and the length of `trained_by`
(uint32 each); the seconds (float64); these epochs (uint32); the losses and then the scores
(float64, task by task); and `trained_by`. Nothing in it can be executed. The store has a checksum.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from minimtl.jobs.identity import rng_for, stable_hash
from minimtl.nn.training import TRAINING_VERSION
from minimtl.tasks.protocol import ModelSettings, Protocol, TrainingSettings
from minimtl.tasks.taskpairs import Pair, Task

_HEAD = struct.Struct("<4sIIIIId")
_LETTERS = b"mtl2"  # results of versions that predicted after each epoch begin otherwise
_MOST_LETTERS = 200  # of trained_by
_TEST_SCORES = ("accuracy", "f1", "f1_negative", "log_loss")
_SCORES = (*_TEST_SCORES, *(f"validation_{name}" for name in _TEST_SCORES))


@dataclass(frozen=True)
class Job:
    """One model: a single-task one if ``tasks`` has one element, a joint one otherwise.

    An epoch is one pass over the documents of ``tasks[0]``.
    """

    tasks: tuple[Task, ...]
    run: int


@dataclass(frozen=True)
class StudyIdentity:
    """All that a trained model's numbers depend on beside the job.

    Attributes
    ----------
    settings : the parts of the protocol that a model depends on.
    corpus_digest : SHA-256 of the corpus's content.
    seed : the study's seed.
    """

    settings: ModelSettings
    corpus_digest: str
    seed: int


def job_key(job: Job, identity: StudyIdentity) -> str:
    """The job's identity: a hash of all that its result depends on, as 64 hex digits."""
    return stable_hash(
        "job",
        TRAINING_VERSION,
        *_values_of(identity.settings),
        identity.corpus_digest,
        identity.seed,
        job.tasks,
        job.run,
    )


@cache
def _values_of(settings: ModelSettings) -> list[Any]:
    """The settings' part of a key. Naming them takes longer than all the rest of a key."""
    values, every = settings.to_dict(), settings.training.curve_every
    return [values] if every == TrainingSettings.curve_every else [values, {"curve_every": every}]


def training_rng(job: Job, identity: StudyIdentity) -> np.random.Generator:
    """The generator of a job's weights, batches and dropout, whatever is predicted meanwhile."""
    settings = identity.settings
    training = replace(settings.training, curve_every=TrainingSettings.curve_every)
    identity = replace(identity, settings=settings._replace(training=training))
    return rng_for("training", job_key(job, identity))


def sampling_rng(task: Task, run: int, identity: StudyIdentity) -> np.random.Generator:
    """The generator of a task's documents in one run, the same for single and joint models."""
    return rng_for("sampling", identity.corpus_digest, identity.seed, task, run)


def single_job(task: Task, run: int) -> Job:
    """The job of a task's single-task model."""
    return Job((task,), run)


def joint_job(pair: Pair, run: int, protocol: Protocol) -> Job:
    """The job of a pair's joint model; ``job.tasks.index(pair.main)`` is the main task's row.

    Where both directions share a model, its tasks stand in alphabetical order.
    """
    tasks = sorted(pair) if protocol.share_directions else pair
    return Job(tuple(tasks), run)


@dataclass(frozen=True, eq=False)
class JobResult:
    """The curves of a trained model, tasks in the job's order.

    Attributes
    ----------
    losses : mean training loss of each epoch, in nats, dropout on, float64 (n_tasks, n_epochs).
    epochs : those after which the test documents were predicted, from 0, int64 (n_tested,).
    scores : of the test documents after these epochs, float64 (n_tasks, n_tested) each:
        ``accuracy``, ``f1`` of the positive class, ``f1_negative`` of the other, ``log_loss`` in
        nats; and, where there were documents for validation, theirs as ``validation_accuracy``, ….
    seconds : wall time of the training.
    trained_by : backend and processor, as `nn.backend.processor_of` has them; "" if unknown.

    Raises
    ------
    ValueError
        If shapes differ or are empty, epochs do not increase, a number is not finite, a score is
        outside [0, 1], or `trained_by` is long or not printable ASCII.
    """

    losses: np.ndarray
    epochs: np.ndarray
    scores: Mapping[str, np.ndarray]
    seconds: float
    trained_by: str = ""

    def __post_init__(self) -> None:
        if self.losses.size == 0 or self.epochs.size == 0:
            raise ValueError("a result needs at least one task, one epoch and one that was read")
        bounds = np.concatenate([[-1], self.epochs, [self.losses.shape[1]]])
        if (np.diff(bounds) < 1).any():
            raise ValueError("epochs must increase, within those of the losses")
        if tuple(self.scores) not in (_TEST_SCORES, _SCORES):
            raise ValueError(f"these scores do not belong together: {', '.join(self.scores)}")

        of_epochs = self.losses.shape[:1] + self.epochs.shape
        for name, curve in {"losses": self.losses, **self.scores}.items():
            shape = self.losses.shape if name == "losses" else of_epochs
            if curve.dtype != np.float64 or curve.ndim != 2 or curve.shape != shape:
                raise ValueError(f"{name} must be float64 {shape}")
            if not np.isfinite(curve).all() or (curve < 0).any():
                raise ValueError(f"{name} has a value that is negative or not finite")
            if not name.endswith(("losses", "log_loss")) and (curve > 1).any():
                raise ValueError("a score exceeds 1")
        if not (np.isfinite(self.seconds) and self.seconds >= 0):
            raise ValueError("seconds is negative or not finite")
        text = self.trained_by
        if len(text) > _MOST_LETTERS or not (text.isascii() and text.isprintable()):
            raise ValueError("trained_by is too long or not printable ASCII")


def encode(result: JobResult) -> bytes:
    """The result as bytes; equal results give equal bytes on every platform."""
    sizes = *result.losses.shape, len(result.epochs), len(result.scores), len(result.trained_by)
    curves = (result.losses, *result.scores.values())
    return b"".join(
        [
            _HEAD.pack(_LETTERS, *sizes, result.seconds),
            result.epochs.astype("<u4").tobytes(),
            *(np.ascontiguousarray(curve, dtype="<f8").tobytes() for curve in curves),
            result.trained_by.encode("ascii"),
        ]
    )


def decode(data: bytes) -> JobResult:
    """The result in ``data``.

    Raises
    ------
    ValueError
        If the bytes are not what :func:`encode` gives, in length or value.
    """
    if len(data) < _HEAD.size or not data.startswith(_LETTERS):
        raise ValueError("no stored result, or one of an earlier version of minimtl")
    _, n_tasks, n_epochs, n_tested, n_scores, n_letters, seconds = _HEAD.unpack_from(data)
    # Python integers: the products cannot overflow, and nothing is allocated before they match.
    n_losses, n_score = n_tasks * n_epochs, n_tasks * n_tested
    n_numbers = n_losses + n_scores * n_score
    if len(data) != _HEAD.size + 4 * n_tested + 8 * n_numbers + n_letters:
        raise ValueError("a stored result's length does not match its shape")
    if n_scores not in (len(_TEST_SCORES), len(_SCORES)):
        raise ValueError(f"a stored result has {n_scores} scores")

    epochs = np.frombuffer(data, "<u4", n_tested, _HEAD.size).astype(np.int64)
    numbers = np.frombuffer(data, "<f8", n_numbers, _HEAD.size + 4 * n_tested).astype(np.float64)
    losses = numbers[:n_losses].reshape(n_tasks, n_epochs)
    scores = numbers[n_losses:].reshape(n_scores, n_tasks, n_tested)
    named = dict(zip(_SCORES, scores, strict=False))
    trained_by = data[len(data) - n_letters :].decode("latin-1")
    return JobResult(losses, epochs, named, seconds, trained_by)
