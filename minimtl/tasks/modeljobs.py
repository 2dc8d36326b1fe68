"""One job is one trained model: its name, what it depends on, and its result.

A result as bytes, little-endian throughout: the number of tasks and of epochs (uint32 each), the
seconds (float64), the number of letters of `trained_by` (uint32), then the curves (float64, task
by task), then the letters. How many curves there are follows from the length: three of earlier
versions of minimtl (losses, accuracy, F1), else five, or nine with validation documents. Nothing in
it can be executed. The store has a checksum of it.
"""

import struct
from dataclasses import dataclass
from functools import cache

import numpy as np

from minimtl.jobs import rng_for, stable_hash
from minimtl.nn import TRAINING_VERSION
from minimtl.tasks.protocol import ModelSettings, Protocol
from minimtl.tasks.taskpairs import Pair, Task

_HEAD = struct.Struct("<IIdI")
_MOST_LETTERS = 200  # of trained_by
_CURVES = ("losses", "accuracy", "f1")
_MORE_CURVES = ("f1_negative", "log_loss")  # results of earlier versions lack them
_SCORES = ("accuracy", "f1", "f1_negative", "log_loss")
_VALIDATION_CURVES = tuple(f"validation_{name}" for name in _SCORES)
# What a stored result may hold, by the number of its curves.
_LAYOUTS = {
    len(names): names
    for names in (
        _CURVES,
        (*_CURVES, *_MORE_CURVES),
        (*_CURVES, *_MORE_CURVES, *_VALIDATION_CURVES),
    )
}


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

    @classmethod
    def of(cls, protocol: Protocol, corpus_digest: str, seed: int) -> "StudyIdentity":
        """The identity of a study by this protocol."""
        return cls(protocol.settings, corpus_digest, seed)


def job_key(job: Job, identity: StudyIdentity) -> str:
    """The job's identity: a hash of all that its result depends on, as 64 hex digits."""
    return stable_hash(
        "job",
        TRAINING_VERSION,
        _told(identity.settings),
        identity.corpus_digest,
        identity.seed,
        job.tasks,
        job.run,
    )


# Telling them takes longer than all the rest of a key.
_told = cache(ModelSettings.to_dict)


def training_rng(job: Job, identity: StudyIdentity) -> np.random.Generator:
    """The generator of a job's weights, batches and dropout."""
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
    """Curves of a trained model, float64 (n_tasks, n_epochs), tasks in the job's order.

    Attributes
    ----------
    losses : mean training loss of each epoch, in nats, dropout on.
    accuracy, f1, f1_negative, log_loss : of the test documents after each epoch; f1 of the
        positive class and of the other; the loss in nats. The last two are None where an earlier
        version of minimtl trained the model.
    validation_accuracy, … : the same of the validation documents; None where there are none.
    seconds : wall time of the training.
    trained_by : backend and processor, as `minimtl.nn.processor_of` has them; "" if unknown.

    Raises
    ------
    ValueError
        If shapes differ or are empty, a number is not finite, a score is outside [0, 1], or
        `trained_by` is long or not printable ASCII.
    """

    losses: np.ndarray
    accuracy: np.ndarray
    f1: np.ndarray
    seconds: float
    trained_by: str = ""
    f1_negative: np.ndarray | None = None
    log_loss: np.ndarray | None = None
    validation_accuracy: np.ndarray | None = None
    validation_f1: np.ndarray | None = None
    validation_f1_negative: np.ndarray | None = None
    validation_log_loss: np.ndarray | None = None

    @property
    def curves(self) -> dict[str, np.ndarray]:
        """The curves that there are, by name."""
        every = {name: getattr(self, name) for name in _LAYOUTS[max(_LAYOUTS)]}
        return {name: curve for name, curve in every.items() if curve is not None}

    def __post_init__(self) -> None:
        shape = self.losses.shape
        if self.losses.size == 0:
            raise ValueError("losses needs at least one task and one epoch")
        curves = self.curves
        if tuple(curves) != _LAYOUTS.get(len(curves)):
            raise ValueError(f"these curves do not belong together: {', '.join(curves)}")
        for name, curve in curves.items():
            if curve.dtype != np.float64 or curve.ndim != 2 or curve.shape != shape:
                raise ValueError(f"{name} must be float64 (n_tasks, n_epochs) like losses")
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
    curves = b"".join(
        np.ascontiguousarray(curve, dtype="<f8").tobytes() for curve in result.curves.values()
    )
    letters = result.trained_by.encode("ascii")
    return _HEAD.pack(*result.losses.shape, result.seconds, len(letters)) + curves + letters


def decode(data: bytes) -> JobResult:
    """The result in ``data``.

    Raises
    ------
    ValueError
        If the bytes are not what :func:`encode` gives, in length or value.
    """
    if len(data) < _HEAD.size:
        raise ValueError("a stored result is too short")
    n_tasks, n_epochs, seconds, n_letters = _HEAD.unpack_from(data)
    # Python integers: the product cannot overflow, and nothing is allocated before it matches.
    one_curve = 8 * n_tasks * n_epochs
    n_bytes = len(data) - _HEAD.size - n_letters
    names = next((_LAYOUTS[n] for n in _LAYOUTS if n * one_curve == n_bytes), None)
    if names is None:
        raise ValueError("a stored result's length does not match its shape")
    numbers = np.frombuffer(data, dtype="<f8", offset=_HEAD.size, count=n_bytes // 8)
    trained_by = data[len(data) - n_letters :].decode("latin-1")
    curves = numbers.astype(np.float64).reshape(len(names), n_tasks, n_epochs)
    named = dict(zip(names, curves, strict=True))
    return JobResult(**named, seconds=seconds, trained_by=trained_by)
