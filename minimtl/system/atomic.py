"""Writes files whole or not at all: to a temporary file, flushed to disk, then renamed."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from minimtl.errors import MinimtlError

_UNFINISHED = ".minimtl-part"  # how the name of a file ends until it is whole


def write_atomically(path: str | os.PathLike[str], content: bytes | Iterable[bytes]) -> None:
    """Put ``content`` at ``path`` so that a reader sees the old file or the new one, never a part.

    The bytes, in one part or several, go to a temporary file in the same folder (a rename across
    file systems would not be atomic), are flushed to the disk, and take the name in one step. The
    folder's entry is flushed as well, where the platform lets a folder be opened.

    Raises
    ------
    MinimtlError
        If the folder is missing, cannot be written, or the disk is full. Nothing is left behind.
    """
    path = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(_UNFINISHED, f".{path.name}.", path.parent)
    except OSError as error:
        raise MinimtlError(
            f"Cannot write {path}: {error.strerror}; choose another folder."
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # mkstemp's 0600 would hide the results from others
        os.replace(temporary, path)
    except BaseException as error:
        with suppress(OSError):  # a disk that fails may not even let go of a file
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise MinimtlError(
                f"Cannot write {path}: {error.strerror}; nothing was changed."
            ) from None
        raise
    _flush_folder(path.parent)


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes had begun to write in `folder`, where nobody writes now."""
    for path in folder.glob(f".*{_UNFINISHED}"):
        with suppress(OSError):  # it stays, and does no harm
            path.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _flush_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows does not open folders; there the rename itself has to do
        return
    try:
        os.fsync(handle)
    except OSError:  # some network file systems refuse; the file's own bytes are flushed already
        pass
    finally:
        os.close(handle)
