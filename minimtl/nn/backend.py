"""The back ends: the compiled kernels, or their NumPy twin where Numba cannot be imported."""

import hashlib
import platform
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from textwrap import shorten

from minimtl.nn.reference import Trainer
from minimtl.system import processor

BACKENDS = ("numba", "numpy")
_MOST_LETTERS = 100  # of a reason
# Instruction sets by which the mathematical functions of the system and of NumPy are chosen.
_ARITHMETIC = "fma|avx|s?sse|f16c|neon|asimd|sve"


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
    is_compiled = backend == "numba"
    if is_compiled and import_module("minimtl.nn.kernels.jit").fuses_products():
        return f"{backend}, {platform.machine()} with fused multiply-add"

    name, every = processor()
    parts = sorted(flag for flag in every if re.match(_ARITHMETIC, flag))
    if is_compiled:
        name, features = import_module("minimtl.nn.kernels.codecache").target()
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
        return Trainer
    trainer: type[Trainer] = import_module("minimtl.nn.trainer").KernelTrainer
    return trainer
