"""What trains: the compiled kernels, or their NumPy twin where Numba cannot be imported."""

import hashlib
import platform
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from textwrap import shorten
from typing import Protocol

from scipy import sparse

from minimtl.nn.adam import Adam, Moments, Schedule
from minimtl.nn.network import FloatArray, IntArray, Network
from minimtl.nn.reference import ReferenceTrainer
from minimtl.system import processor

BACKENDS = ("numba", "numpy")
_MOST_LETTERS = 100  # of a reason
# Instruction sets by which the mathematical functions of the system and of NumPy are chosen.
_ARITHMETIC = "fma|avx|s?sse|f16c|neon|asimd|sve"


class Trainer(Protocol):
    """Trains a network, an epoch at a time, call after call.

    It begins with the weights of `network`, in `dtype`, whose first matrix has a row for each of
    the `n_words` that the trainer knows; `add_words` adds others. It learns what `take` gives by
    `adam`, whose state `moments` is that of the training that this one continues, if any.
    """

    dtype: str
    n_words: int
    adam: Adam

    def __init__(self, network: Network, adam: Adam, moments: Moments | None = None) -> None: ...

    def add_words(self, first: FloatArray) -> None:
        """Add words with these rows (n, H_1) of the first weight matrix after those there are."""

    def take(
        self,
        X: sparse.csr_matrix,
        labels: IntArray,
        schedule: Schedule,
        class_weights: FloatArray | None = None,
    ) -> None:
        """Train on these documents from here on; only `schedule.adam` is as it was.

        `X` is CSR and holds the documents of all tasks, `labels` (n_documents,) int64 the class of
        each within its task. `class_weights` (T, K), K ≥ K_t of every task, multiply the losses of
        documents by task and class; None is a weight of 1 for each.
        """

    def epoch(self, order: IntArray, keys: IntArray) -> FloatArray:
        """Train on `order` (T, n), rows of X by task; the mean training loss of each task (T,).

        `keys` (n_steps, L, 2) uint32 are the steps' dropout keys.
        """

    def predict_proba(
        self, X: sparse.csc_matrix, base: FloatArray, sizes: IntArray
    ) -> list[FloatArray]:
        """P_t of each task's documents, whose untrained words add `base` (n, H_1) to Z_1.

        `X` (n, n_words) is CSC, in `dtype`, by words, each of which is read once for all documents
        that have it: those of each task in turn, `sizes` (T,) of them.
        """

    def weights(self) -> Network:
        """The parameters after the last step, in arrays that the next step may change."""

    def undo(self, words: IntArray) -> Callable[[], None]:
        """A function that takes back the epochs until it is called; only `words` occur in them."""

    def is_finite(self, words: IntArray) -> bool:
        """Whether all weights of `words`, and those above the first layer, are finite."""

    def moments(self) -> Moments:
        """Adam's state after the last step."""


def default_backend() -> str:
    """``"numba"`` where Numba can be imported, else ``"numpy"``."""
    return "numba" if why_no_kernels() is None else "numpy"


def why_no_kernels() -> str | None:
    """Why the compiled kernels cannot be used here, as a sentence without its stop, or None."""
    try:
        import_module("minimtl.nn.kernels.jit")
    # Installed is not enough: Numba refuses a NumPy that it does not know, and its compiler is a
    # library that the system may fail to load.
    except (ImportError, OSError) as error:
        if find_spec("numba") is None:
            return "Numba is not installed"
        return f"Numba is installed but cannot be used ({shorten(str(error), _MOST_LETTERS)})"
    return None


@cache
def processor_of(backend: str) -> str:
    """The backend and what of this machine decides its last digits, as one short text.

    Two machines of the same text train to the same bits. Kernels need only a processor that adds a
    product by one operation; without it, and for NumPy with its BLAS, the processor is named.
    """
    kernels = import_module("minimtl.nn.kernels") if backend == "numba" else None
    if kernels is not None and kernels.fuses_products():
        return f"{backend}, {platform.machine()} with fused multiply-add"

    name, every = processor()
    parts = sorted(flag for flag in every if re.match(_ARITHMETIC, flag))
    if kernels is not None:
        name, features = kernels.target()
        parts.append(features)
    digest = hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8]
    return f"{backend}, {name.encode('ascii', 'replace').decode()[:100]} [{digest}]"


@cache
def trainer_class(backend: str | None) -> type[Trainer]:
    """The trainer of `backend`, by default that of `default_backend`.

    Raises ValueError for another name, ImportError where Numba is asked for and absent.
    """
    backend = backend or default_backend()
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {BACKENDS}, got {backend!r}")

    if backend == "numpy":
        return ReferenceTrainer
    trainer: type[Trainer] = import_module("minimtl.nn.trainer").KernelTrainer
    return trainer
