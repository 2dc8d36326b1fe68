"""The files below a folder, read under the same rules as those of an archive."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from minimtl.corpora.archives import is_hidden, unreadable
from minimtl.corpora.limits import LIMITS, Limits
from minimtl.errors import MinimtlError
from minimtl.system import is_one_line


def folder_members(folder: Path, limits: Limits = LIMITS) -> Iterator[tuple[str, bytes]]:
    """The regular files below `folder`: ``(path relative to it with "/", content)``, sorted.

    Hidden files are passed over.

    Raises
    ------
    MinimtlError
        If a file or folder is a link, a device or a pipe, cannot be read, has a name with control
        characters, or `limits` are passed.
    """
    total = 0
    for n_files, name in enumerate(sorted(_file_names(folder)), start=1):
        limits.check_members(n_files, folder.name)
        content = read_file(folder, name, limits)
        total += len(content)
        limits.check_total(total, None, folder.name)
        yield name, content


def _file_names(top: Path) -> Iterator[str]:
    """Names relative to `top`, unsorted; sub-folders are entered, links are not followed."""
    prefixes = [""]
    while prefixes:
        prefix = prefixes.pop()
        try:
            with os.scandir(top / prefix) as entries:
                visible = [entry for entry in entries if not is_hidden(entry.name)]
        except OSError as error:
            raise unreadable(top / prefix, error) from None
        for entry in visible:
            if not is_one_line(entry.name):
                raise MinimtlError(f"{entry.path!r} has control characters in its name; rename it.")
            if entry.is_dir(follow_symlinks=False):
                prefixes.append(f"{prefix}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                yield prefix + entry.name
            else:
                raise MinimtlError(f"{entry.path} is a link or a device, not a file; remove it.")


def read_file(folder: Path, name: str, limits: Limits = LIMITS) -> bytes:
    """The content of the file `name` in `folder`; raises as `folder_members`."""
    path = folder / name
    try:
        # Links are refused and pipes do not block; the flags are missing on Windows.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise MinimtlError(f"{path} is a device or a pipe, not a file; remove it.")
            content = file.read(limits.member_bytes + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    limits.check_member(len(content), name, folder.name)
    return content
