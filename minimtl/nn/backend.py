"""Which code trains: the compiled kernels, or their NumPy twin where Numba cannot be had."""

from importlib.util import find_spec
from typing import Any

BACKENDS = ("numba", "numpy")


def default_backend() -> str:
    """``"numba"`` where Numba is installed, else ``"numpy"``."""
    return "numba" if find_spec("numba") else "numpy"


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
