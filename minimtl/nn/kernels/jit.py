"""How kernels are compiled: the flags, and where the machine code is kept.

Numba keeps compiled code in files that it reads back with pickle, so they belong in a folder
that only this user writes: the user's cache, never the package or a shared temporary folder.
Numba also looks no further than the file of the function it loads; the folder's name is
therefore a digest of all kernel sources, and a change in any of them compiles all anew.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

from minimtl.cache import cache_dir

HERE = Path(__file__).parent


def kernel_cache() -> Path:
    """The folder of this version's machine code."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in (*sorted(HERE.glob("*.py")), HERE.parent / "dropout.py"):
        digest.update(source.read_bytes())
    return cache_dir() / "kernels" / digest.hexdigest()[:16]


FOLDER = kernel_cache()


def _jit(**flags: Any) -> Callable[[Callable[..., Any]], Any]:
    def decorate(function: Callable[..., Any]) -> Any:
        # Numba decides where to cache while it decorates; the setting is global, so it is put
        # back for whoever else uses Numba in this process.
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(FOLDER)
        try:
            return numba.njit(cache=True, error_model="numpy", **flags)(function)
        finally:
            numba.config.CACHE_DIR = before

    return decorate


# Sums may be reassociated and a product and a sum contracted, which is what vectorising them
# takes; NaN and infinity keep their meaning.
compiled = _jit(fastmath={"reassoc", "contract", "arcp", "nsz"})
# For the functions whose operations must happen in the order written. Said outright: without
# the flag, Numba hands a caller's flags down to what it calls.
compiled_strictly = _jit(fastmath=False)
