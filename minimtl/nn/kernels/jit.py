"""The compilation of kernels: for which processor, by which flags, and what code is kept."""

import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from llvmlite import binding

from minimtl.errors import MinimtlError
from minimtl.nn.kernels.codecache import open_folder, record_files, target, warn_not_kept

F = TypeVar("F", bound=Callable[..., Any])

if numba.config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set, and the kernels cannot run without compilation")

# Compiled like a kernel, and run where nothing is lost if the processor cannot.
_PROBE = """
import numba, numpy
@numba.njit(error_model="numpy", fastmath={"contract"})
def probe(x, y):
    for h in range(len(x)):
        x[h] += x[h] * y[h]
probe(numpy.ones(64, numpy.float32), numpy.ones(64, numpy.float32))
"""


def fuses_products() -> bool:
    """True if kernels add a product by one operation, which rounds once.

    All processors that do give the same bits; so do all that do not, but other ones.
    """
    if platform.machine().lower() in ("aarch64", "arm64"):
        return True
    try:
        return "+fma" in target()[1].split(",")
    except RuntimeError:
        return False


def check_target() -> None:
    """Raise MinimtlError if the processor that Numba is told is unknown, or cannot be had here."""
    named = {
        "NUMBA_CPU_NAME": numba.config.CPU_NAME,
        "NUMBA_CPU_FEATURES": numba.config.CPU_FEATURES,
    }
    settings = " ".join(f"{name}={value}" for name, value in named.items() if value)
    if not settings:
        return

    asked = {name for name in (numba.config.CPU_FEATURES or "").split(",") if name[:1] == "+"}
    available = binding.get_host_cpu_features()
    lacks = any(not available.get(name[1:], True) for name in asked)
    probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True)
    if "not a recognized" in probe.stderr:
        raise MinimtlError(f"The compiler does not know what {settings} names; unset it.")
    if probe.returncode < 0 or lacks:
        raise MinimtlError(f"This processor cannot run code compiled for {settings}; unset it.")


check_target()
FOLDER = open_folder()
# A product and a sum may be contracted to one operation, and nothing else: the terms of a sum are
# added in the order written, so that the width of vectors changes no bit. A sum that must be fast
# has a written number of lanes, see `vectors`.
_FLAGS = {"error_model": "numpy", "fastmath": {"contract"}}


def compiled(function: F, **flags: Any) -> F:
    """A kernel that other kernels call; its code becomes part of theirs.

    Python must not call it, and crashes if it does: code for that takes a fifth of the compilation.
    """
    alone = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    kernel: F = numba.njit(**_FLAGS, **alone, **flags)(function)
    return kernel


def spliced(function: F) -> F:
    """A kernel that one other calls: its source becomes part of that one's, and is compiled once.

    Machine code is made of every other kernel, and again of all that it calls.
    """
    return compiled(function, inline="always")


def inlined(function: F) -> F:
    """A kernel that is called once a row or more.

    An array is seven arguments, and counting who refers to it costs as much as the arithmetic on
    a row of 100.
    """
    return compiled(function, forceinline=True)


class EntryKernel:
    """A kernel that Python calls; its machine code is kept in `folder`, if there is one."""

    def __init__(self, function: Callable[..., Any], folder: Path | None = FOLDER) -> None:
        self._function, self._folder, self._n_recorded = function, folder, 0
        self._kernel: Any = self._compiled() if folder is None else self._cached(folder)

    def _compiled(self, **flags: Any) -> Any:
        return numba.njit(**_FLAGS, no_cfunc_wrapper=True, **flags)(self._function)

    def _cached(self, folder: Path) -> Any:
        """The kernel with Numba's cache in `folder`; nobody else's function gets it there."""
        chosen = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder)
        try:
            kernel: Any = self._compiled(cache=True)
        finally:
            numba.config.CACHE_DIR = chosen
        # Where the folder cannot be written, Numba takes the next best one, the package's.
        if folder in Path(kernel.stats.cache_path).parents:
            return kernel
        warn_not_kept(f"Numba cannot write to {folder}.")
        self._folder = None
        return self._compiled()

    def __call__(self, *args: Any) -> Any:
        try:
            result = self._kernel(*args)
        except OSError as error:  # Numba could not save the code; nothing has been run yet
            if self._folder is None:
                raise
            self._give_up(f"{self._folder} cannot be written ({error.strerror}).")
            return self._kernel(*args)
        if self._folder is not None and len(self._kernel.overloads) > self._n_recorded:
            self._n_recorded = len(self._kernel.overloads)
            try:
                record_files(self._folder)
            except MinimtlError as error:
                self._give_up(str(error))
        return result

    def _give_up(self, reason: str) -> None:
        """Go on without the folder."""
        warn_not_kept(reason)
        self._folder, self._kernel = None, self._compiled()

    @property
    def n_loaded(self) -> int:
        """The number of signatures whose code was found in the folder."""
        return sum(self._kernel.stats.cache_hits.values())
