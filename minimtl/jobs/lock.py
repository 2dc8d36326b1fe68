"""One process per output folder: a lock that the operating system drops when its holder dies."""

import os
from pathlib import Path

from minimtl.errors import MinimtlError
from minimtl.system import remove_unfinished

LOCK_NAME = ".study.lock"
# A link of that name could have us make or lock a file elsewhere. Windows has no such flag.
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)

if os.name == "nt":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderInUseError(MinimtlError):
    """Another process holds the folder."""


class FolderLock:
    """Holds `folder` (made if need be) for this process until it is released or dies.

    Files that a killed process had not finished writing there are removed. The lock file stays
    behind: to remove it would let two processes hold two files of that name.

    Raises
    ------
    FolderInUseError
        If another process holds the folder.
    MinimtlError
        If nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | _NO_LINKS
            self._descriptor: int | None = os.open(path, flags, 0o666)
        except OSError as error:
            raise MinimtlError(
                f"{path} cannot be written ({error.strerror}); choose another --out"
            ) from error
        try:
            _lock(self._descriptor)
        except OSError as error:
            self.release()
            if isinstance(error, BlockingIOError | PermissionError):
                raise FolderInUseError(
                    f"{folder} cannot be used: another minimtl is at work in it; wait for it or "
                    "choose another --out"
                ) from error
            raise MinimtlError(
                f"{folder} cannot be used: its file system refuses to lock {LOCK_NAME} "
                f"({error.strerror}); choose another --out"
            ) from error
        remove_unfinished(folder)

    def release(self) -> None:
        """Let other processes use the folder; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
