"""The folder that keeps compiled kernels between processes, and what may be read from it.

Numba reads its files back with pickle, which runs code that they hold. They are therefore read
only from a folder in which nobody but this user and root can put a file, and which nobody else can
replace, nor any folder above it. Where there is no such folder, code is not kept. A file is read
only if it is as `record_files` saw it last, since one flipped bit in machine code may give other
numbers; everything else is compiled anew.

Numba notices changes in the file of the function that it loads, but not in the files of functions
that this one calls. So the folder's name is a digest of all sources, and of what else decides the
machine code.
"""

import hashlib
import json
import os
import shutil
import stat
import sys
import warnings
from contextlib import ExitStack, suppress
from pathlib import Path

import numba
from llvmlite import binding

from minimtl.errors import MinimtlError
from minimtl.system import cache_dir, write_atomically

HERE = Path(__file__).parent
# All that compiled code is made of.
SOURCES = (*sorted(HERE.glob("*.py")), HERE.parent / "dropout.py")
CHECKSUMS = "sha256.json"
# Folders of other versions and processors that are left, the last used ones: environments and
# machines that share a cache must not compile in turns.
N_OTHERS = 7


def target() -> tuple[str, str]:
    """The processor that kernels are compiled for, and its features, as LLVM names them.

    Raises RuntimeError where LLVM does not know the features of this machine.
    """
    features = numba.config.CPU_FEATURES
    return (
        numba.config.CPU_NAME or binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten() if features is None else features,
    )


def kernel_folder() -> Path:
    """The folder of this version's machine code, which may not exist; raises as `cache_dir`."""
    facts = (numba.__version__, sys.version, *target(), str(HERE))
    digest = hashlib.sha256(repr(facts).encode())
    for source in SOURCES:
        digest.update(source.read_bytes())
    return cache_dir() / "kernels" / digest.hexdigest()[:16]


def open_folder() -> Path | None:
    """Make `kernel_folder`, check that it is safe and remove damaged files; returns its path.

    The path is free of links, so that it leads to the folder that was checked. Returns None, with
    a warning, where the folder cannot be made or is not safe.
    """
    try:
        folder = kernel_folder()
        folder = _make_private(folder.parents[1].resolve(), folder.parent.name, folder.name)
        _remove_damaged(folder)
        os.utime(folder)  # for `_remove_oldest`
        _remove_oldest(folder)
    # RuntimeError: LLVM does not know the processor's instruction sets.
    except (OSError, RuntimeError, MinimtlError) as error:
        warn_not_kept(str(error))
        return None
    return folder


def warn_not_kept(reason: str) -> None:
    """Warn that compiled kernels are not kept, for this reason."""
    warnings.warn(
        f"Compiled kernels are not kept, and each process compiles them anew: {reason}",
        stacklevel=3,
    )


def record_files(folder: Path) -> None:
    """Write the checksums of all of Numba's files in `folder`, which must be safe.

    Raises MinimtlError where they cannot be written.
    """
    checksums = json.dumps(_checksums(folder)).encode()
    if checksums != _read_own(folder / CHECKSUMS):
        write_atomically(folder / CHECKSUMS, checksums)


def _make_private(root: Path, *names: str) -> Path:
    """Make the folder ``root/names[0]/…`` and raise MinimtlError unless it is safe to read.

    Each folder from / on is opened within the one before, so that what is checked is what lies on
    the path: were a checked folder replaced later, somebody could write to the one above it.
    """
    if os.name == "nt":  # rights are kept elsewhere; a user's folders are their own there
        root.joinpath(*names).mkdir(parents=True, exist_ok=True)
        return root.joinpath(*names)
    flags = os.O_DIRECTORY | os.O_NOFOLLOW | getattr(os, "O_PATH", os.O_RDONLY)
    path, within = Path(root.anchor), None
    with ExitStack() as opened:
        for name in (*root.parts, *names):
            path /= name
            is_ours = len(path.parts) > len(root.parts)
            try:
                if not path.exists():
                    with suppress(FileExistsError):  # made by another process since
                        os.mkdir(name, 0o700 if is_ours else 0o755, dir_fd=within)
                within = os.open(name, flags, dir_fd=within)
            except NotADirectoryError:
                raise MinimtlError(f"{path} is not a folder; remove it.") from None
            opened.callback(os.close, within)
            _refuse_others(path, os.fstat(within), is_ours)
    return path


def _refuse_others(folder: Path, status: os.stat_result, is_ours: bool) -> None:
    """Raise MinimtlError where another user could replace what `folder` holds.

    A sticky folder of root's or the user's own, like /tmp, lets others replace only their own
    files; the folders that minimtl makes (`is_ours`) must be closed to others altogether.
    """
    if status.st_uid not in (os.getuid(), 0):
        raise MinimtlError(f"{folder} belongs to another user; set MINIMTL_CACHE to your own.")
    if is_ours and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise MinimtlError(f"Others may enter {folder}; remove it, or set it to mode 700.")
    is_shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if is_shared and not status.st_mode & stat.S_ISVTX:
        raise MinimtlError(
            f"Others may write to {folder}; set it to mode 755, or MINIMTL_CACHE to your own."
        )


def _read_own(path: Path) -> bytes | None:
    """The content of a file that belongs to the user or root; None for anything else."""
    try:
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            status = os.fstat(file.fileno())
            is_own = os.name == "nt" or status.st_uid in (os.getuid(), 0)
            return file.read() if is_own and stat.S_ISREG(status.st_mode) else None
    except OSError:
        return None


def _checksums(folder: Path) -> dict[str, str]:
    """The SHA-256 of each of Numba's files, by its path within `folder`; "" for strange ones."""
    checksums = {}
    for path in sorted(folder.glob("*/*.nb?")):
        content = _read_own(path)
        digest = "" if content is None else hashlib.sha256(content).hexdigest()
        checksums[path.relative_to(folder).as_posix()] = digest
    return checksums


def _remove_damaged(folder: Path) -> None:
    """Remove all files in `folder` that are not as `record_files` saw them."""
    try:
        recorded = json.loads(_read_own(folder / CHECKSUMS) or b"{}")
    except ValueError:
        recorded = {}
    for name, checksum in _checksums(folder).items():
        if not checksum or checksum != recorded.get(name):
            (folder / name).unlink(missing_ok=True)


def _remove_oldest(folder: Path) -> None:
    """Remove all but the `N_OTHERS` last used of the folders beside `folder`.

    A process that still loads from one of them finds its files gone, and compiles.
    """
    others = [path for path in folder.parent.iterdir() if path != folder]
    with suppress(FileNotFoundError):  # another process has just removed one
        others.sort(key=os.path.getmtime, reverse=True)
        for path in others[N_OTHERS:]:
            shutil.rmtree(path, ignore_errors=True)
