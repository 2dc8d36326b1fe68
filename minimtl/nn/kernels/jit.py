"""How kernels are compiled: the flags, and that the machine code is kept in `codecache`."""

from collections.abc import Callable
from typing import Any

import numba

from minimtl.nn.kernels.codecache import KernelCache, open_folder

FOLDER = open_folder()


def _jit(**flags: Any) -> Callable[[Callable[..., Any]], Any]:
    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher = numba.njit(error_model="numpy", **flags)(function)
        if FOLDER is not None:
            # What njit(cache=True) sets, but for the place: Numba would take the next best
            # folder that it can write, the package's among them.
            dispatcher._cache = KernelCache(function, FOLDER)
        return dispatcher

    return decorate


# Sums may be reassociated and a product and a sum contracted, which is what vectorising them
# takes; NaN and infinity keep their meaning.
compiled = _jit(fastmath={"reassoc", "contract", "arcp", "nsz"})
# For the functions whose operations must happen in the order written. Said outright: without
# the flag, Numba hands a caller's flags down to what it calls.
compiled_strictly = _jit(fastmath={"contract"})
