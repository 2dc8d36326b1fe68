"""Which code trains: the compiled kernels, or their NumPy twin where Numba cannot be had."""

from importlib import import_module
from typing import Any

BACKENDS = ("numba", "numpy")


def default_backend() -> str:
    """``"numba"`` where Numba can be imported, else ``"numpy"``."""
    try:
        import_module("minimtl.nn.kernels.jit")
    # Installed is not enough: Numba refuses a NumPy that it does not know, and its compiler is a
    # library that the system may fail to load.
    except (ImportError, OSError):
        return "numpy"
    return "numba"


def trainer_class(backend: str | None) -> tuple[Any, str]:
    """The trainer of `backend` (None: the default) and the dtype it trains in.

    Raises ValueError for another name, ImportError where Numba is asked for and absent.
    """
    backend = backend or default_backend()
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {BACKENDS}, got {backend!r}")
    if backend == "numpy":
        from minimtl.nn.reference import ReferenceTrainer

        return ReferenceTrainer, "float64"
    from minimtl.nn.trainer import KernelTrainer

    return KernelTrainer, "float32"
