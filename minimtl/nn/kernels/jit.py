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
_FREE = {"reassoc", "contract", "arcp", "nsz"}
compiled = _jit(fastmath=_FREE)
# For what is called once a row: an array is seven arguments, and counting who refers to it costs
# as much as the arithmetic on a row of 100.
inlined = _jit(fastmath=_FREE, forceinline=True)
# For the functions whose operations must happen in the order written. Said outright: without
# the flag, Numba hands a caller's flags down to what it calls.
compiled_strictly = _jit(fastmath={"contract"})
