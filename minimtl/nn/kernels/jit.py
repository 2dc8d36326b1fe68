"""How kernels are compiled: the flags, and which machine code is kept between processes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

import numba

from minimtl.errors import MinimtlError
from minimtl.nn.kernels.codecache import open_folder, record_files, warn_not_kept
from minimtl.nn.kernels.processor import check_target

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

if numba.config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set, and the kernels cannot run without compilation")

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


class EntryKernel(Generic[P, R]):
    """A kernel that Python calls; its machine code is kept in `folder`, if there is one."""

    def __init__(self, function: Callable[P, R], folder: Path | None = FOLDER) -> None:
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

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result: R = self._kernel(*args, **kwargs)
        except OSError as error:  # Numba could not save the code; nothing has been run yet
            if self._folder is None:
                raise
            self._give_up(f"{self._folder} cannot be written ({error.strerror}).")
            return self(*args, **kwargs)
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
        """How many signatures' code was found in the folder."""
        return sum(self._kernel.stats.cache_hits.values())
