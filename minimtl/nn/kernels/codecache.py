"""Where compiled kernels are kept between processes, and what is done when they are damaged.

Numba reads its files back with pickle, so they are read only from a folder that nobody but this
user (or root) can write: one below the user's cache, never the package or a shared temporary
folder. Numba also looks no further than the file of the function it loads; the folder's name is
therefore a digest of all kernel sources, and a change in any of them compiles all anew.
"""

import hashlib
import os
import shutil
import stat
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile

from minimtl.errors import MinimtlError
from minimtl.system import cache_dir

HERE = Path(__file__).parent
# Folders of other versions left standing, the last used ones: two environments that share a
# cache must not compile in turns.
N_OTHERS = 3


def kernel_folder() -> Path:
    """The folder of this version's machine code, which may not exist; raises as `cache_dir`."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in (*sorted(HERE.glob("*.py")), HERE.parent / "dropout.py"):
        digest.update(source.read_bytes())
    return cache_dir() / "kernels" / digest.hexdigest()[:16]


def open_folder() -> Path | None:
    """`kernel_folder`, made and found safe to read; None, with a warning, where it cannot be."""
    try:
        folder = kernel_folder()
        is_new = not folder.is_dir()
        folder.parent.parent.mkdir(parents=True, exist_ok=True)
        for path in (folder.parent, folder):
            path.mkdir(mode=0o700, exist_ok=True)
            _refuse_others(path)
    except (OSError, MinimtlError) as error:
        _warn(str(error))
        return None
    if is_new:
        _remove_oldest(folder)
    else:
        _mark_used(folder)
    return folder


def _refuse_others(folder: Path) -> None:
    """Raise MinimtlError where somebody else could have put a file into `folder`."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise MinimtlError(f"{folder} is not a folder; remove it.")
    if os.name == "nt":  # rights are kept elsewhere; a user's folders are their own there
        return
    if status.st_uid not in (os.getuid(), 0):
        raise MinimtlError(f"{folder} belongs to another user; set MINIMTL_CACHE to your own.")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise MinimtlError(f"Others may write to {folder}; remove it, or set it to mode 700.")


def _mark_used(folder: Path) -> None:
    # A cache that came with an image may be read-only; it serves all the same.
    with suppress(OSError):
        os.utime(folder)


def _remove_oldest(folder: Path) -> None:
    """Remove all but the `N_OTHERS` last used of the folders beside `folder`.

    A process that still loads from one of them finds its files gone, and compiles.
    """
    others = [path for path in folder.parent.iterdir() if path != folder]
    others.sort(key=_last_used, reverse=True)
    for path in others[N_OTHERS:]:
        shutil.rmtree(path, ignore_errors=True)


def _last_used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0


def _warn(reason: str) -> None:
    warnings.warn(
        f"Compiled kernels are not kept, and each process compiles them anew: {reason}",
        stacklevel=2,
    )


class KernelCache(FunctionCache):
    """Numba's cache of one kernel, in the `folder` given; a damaged file is made anew."""

    def __init__(self, function: Any, folder: Path) -> None:
        class Implementation(CompileResultCacheImpl):
            _locator_classes = (_Locator.at(folder),)

        self._impl_class = Implementation
        super().__init__(function)
        self._cache_file = _SummedFile(
            str(folder), self._impl.filename_base, self._impl.locator.get_source_stamp()
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function, or None, upon which Numba compiles and saves it."""
        try:
            return super().load_overload(sig, target_context)
        # Half an index: what unpickling that can raise has no end.
        except Exception:
            self._forget()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save it; a full or read-only disk costs the next process time, and this one nothing."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _warn(f"{self.cache_path} cannot be written ({error.strerror}).")

    def _forget(self) -> None:
        for path in Path(self.cache_path).glob(f"{self._impl.filename_base}.*"):
            path.unlink(missing_ok=True)


class _SummedFile(IndexDataCacheFile):
    """Numba's files of one function; a checksum behind the machine code, which pickle ignores.

    One flipped bit in it need not crash: it could as well give other numbers.
    """

    def _dump(self, obj: Any) -> bytes:
        content: bytes = super()._dump(obj)
        return content + hashlib.sha256(content).digest()

    def _load_data(self, name: str) -> Any:
        content = Path(self._data_path(name)).read_bytes()
        if hashlib.sha256(content[:-32]).digest() != content[-32:]:
            raise OSError("the checksum does not match")  # to Numba, as if it were not there
        return super()._load_data(name)


class _Locator:
    """What Numba asks about the place of a function's files."""

    folder: Path

    def __init__(self, function: Any) -> None:
        self._lineno = function.__code__.co_firstlineno

    @classmethod
    def at(cls, folder: Path) -> type["_Locator"]:
        return type("_LocatorAt", (cls,), {"folder": folder})

    @classmethod
    def from_function(cls, function: Any, file: str) -> "_Locator":
        return cls(function)

    def ensure_cache_path(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def get_cache_path(self) -> str:
        return str(self.folder)

    def get_source_stamp(self) -> str:
        return self.folder.name

    def get_disambiguator(self) -> str:
        return str(self._lineno)
