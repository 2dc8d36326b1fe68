"""Files from outside: the members of a tar archive or a folder, the text in bytes, digests.

An archive's members are read one after the other and never written to disk. What a corpus does not
need and an attacker does (links, devices, absolute and ``..`` names, bombs) is refused with a
sentence; so is what is damaged. An archive of a few kilobytes can unpack to terabytes, so sizes are
counted while reading and not taken from the archive's headers alone.
"""

import codecs
import gzip
import hashlib
import os
import stat
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from minimtl.errors import MinimtlError
from minimtl.system import is_one_line

Place = tuple[str, ...]  # where a corpus has a file: the parts of its path that count

MEGABYTE = 1 << 20
CHUNK = MEGABYTE
LONGEST_NAME = 1024
GZIP_MAGIC = b"\x1f\x8b"

# All that tarfile and the decompressors are known to raise on damaged input. RuntimeError is a
# chain of extension headers deeper than the stack.
DAMAGED = (tarfile.TarError, zlib.error, EOFError, ValueError, OverflowError, RuntimeError)


# The largest archive that is read. There is room: 20 Newsgroups has 18,888 members, 48 MB unpacked,
# the largest post 0.2 MB, at a ratio of 3.3; the labelled Amazon reviews are 18 MB, the largest
# file 3 MB, and come with several times as many others. gzip packs zeros 1,000 : 1.
MOST_MEMBERS = 100_000
MEMBER_BYTES = 64 * MEGABYTE
TOTAL_BYTES = 512 * MEGABYTE
RATIO = 100
# Below this size a high ratio is harmless, and tar's padding makes it common.
RATIO_FREE_BYTES = 8 * MEGABYTE


def check_total(n_bytes: int, place: str, n_packed: int | None = None) -> None:
    """Refuse more than `TOTAL_BYTES`, or more than `RATIO` times the packed bytes."""
    if n_bytes > TOTAL_BYTES:
        raise MinimtlError(
            f"{place} unpacks to more than {TOTAL_BYTES // MEGABYTE} MB, "
            "far more than the corpus has; it is refused."
        )
    if n_packed is not None and n_bytes > max(RATIO_FREE_BYTES, RATIO * n_packed):
        raise MinimtlError(
            f"{place} unpacks to more than {RATIO} times its size, as no text does; it is refused."
        )


def _check_members(n_members: int, place: str) -> None:
    if n_members > MOST_MEMBERS:
        raise MinimtlError(
            f"{place} holds more than {MOST_MEMBERS:,} files, far more than the corpus has; "
            "it is refused."
        )


def _check_member(n_bytes: int, member: str, place: str) -> None:
    if n_bytes > MEMBER_BYTES:
        raise MinimtlError(
            f"{member} in {place} is larger than {MEMBER_BYTES // MEGABYTE} MB, "
            "far more than any file of the corpus; it is refused."
        )


def file_sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise unreadable(path, error) from None
    return digest.hexdigest()


class ContentDigest:
    """SHA-256 of a sequence of strings, each behind its length, so that no two sequences agree."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, *parts: str | bytes) -> None:
        """Append `parts`; a str counts as its UTF-8 bytes, half a surrogate pair included."""
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            self._hash.update(b"%d:" % len(encoded))
            self._hash.update(encoded)

    def hexdigest(self) -> str:
        """The digest of all that was added, as 64 hexadecimal digits."""
        return self._hash.hexdigest()


def contents_sha256(files: Mapping[Place, bytes]) -> str:
    """SHA-256 of files with their places: the same for any packing of the same files."""
    digest = ContentDigest()
    for place, content in files.items():
        digest.add(*place, content)
    return digest.hexdigest()


def is_safe_name(name: str) -> bool:
    """True if a member's name stays inside the archive on every platform."""
    first, *rest = name.split("/")
    leads_out = first == "" or ":" in first or ".." in (first, *rest)
    return not (leads_out or "\\" in name or "\0" in name)


def is_hidden(name: str) -> bool:
    """True if a part of the path starts with a dot, as files that desktops leave behind do."""
    return "/." in f"/{name.removeprefix('./')}"


def tar_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The regular files of a gzipped tar archive, in its order.

    Raises
    ------
    MinimtlError
        If the archive is damaged, holds a link, a device, a name that leads out of it or that
        could control a terminal, or is larger than any archive may be.
    """
    place = path.name
    try:
        with path.open("rb") as file:
            unpacked = _CountedGzip(file, place)
            # "r|": forward only, so that the archive cannot make us seek.
            with tarfile.open(fileobj=unpacked, mode="r|") as archive:
                for n_members, member in enumerate(archive, start=1):
                    _check_members(n_members, place)
                    _check_kind(member, place)
                    if member.isfile():
                        _check_member(member.size, member.name, place)
                        content = archive.extractfile(member)
                        assert content is not None  # only what is no file has none
                        yield member.name, content.read()
            # To the end: gzip's checksum is there, and tarfile stops silently at a broken header.
            while chunk := unpacked.read(CHUNK):
                if chunk.strip(b"\0"):
                    raise ValueError("data after the end of the archive")
    except DAMAGED as error:
        raise damaged(place, error) from None
    except OSError as error:  # gzip's BadGzipFile is one
        raise unreadable(path, error) from None


def _check_kind(member: tarfile.TarInfo, place: str) -> None:
    shown = f"{member.name[:LONGEST_NAME]!r} in {place}"
    if len(member.name) > LONGEST_NAME or not is_one_line(member.name):
        raise MinimtlError(
            f"{shown} is a name with control characters, or too long; the archive is refused."
        )
    if not (member.isfile() or member.isdir()) or member.issparse():
        raise MinimtlError(f"{shown} is a link or a device, not a file; the archive is refused.")
    if not is_safe_name(member.name):
        raise MinimtlError(f"{shown} leads out of the archive; the archive is refused.")


class _CountedGzip(gzip.GzipFile):
    """The unpacked stream of a gzip file; reading too much of it raises."""

    def __init__(self, file: BinaryIO, place: str) -> None:
        super().__init__(fileobj=file)
        self._packed, self._place, self._n_bytes = file, place, 0

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        self._n_bytes += len(chunk)
        check_total(self._n_bytes, self._place, self._packed.tell())
        return chunk


def members_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The regular files of a folder or of an archive, as `folder_members` and `tar_members`."""
    return folder_members(path) if path.is_dir() else tar_members(path)


def placed_files(
    members: Iterable[tuple[str, bytes]], place_of: Callable[[list[str]], Place | None], source: str
) -> dict[Place, bytes]:
    """The members that a corpus has a place for, by that place, in their order.

    `place_of` takes the parts of a member's path; hidden ones are passed over.

    Raises
    ------
    MinimtlError
        Naming `source`, if two members have one place.
    """
    files: dict[Place, bytes] = {}
    for name, content in members:
        place = None if is_hidden(name) else place_of(name.removeprefix("./").split("/"))
        if place in files:
            raise MinimtlError(f"{source} holds {'/'.join(place)} twice; get it again.")
        if place is not None:
            files[place] = content
    return files


def folder_members(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The regular files below `folder`: ``(path relative to it with "/", content)``, sorted.

    Hidden files are passed over.

    Raises
    ------
    MinimtlError
        If a file or folder is a link, a device or a pipe, cannot be read, has a name with control
        characters, or there is more than any corpus has.
    """
    total = 0
    for n_files, name in enumerate(sorted(_file_names(folder)), start=1):
        _check_members(n_files, folder.name)
        content = read_file(folder, name)
        total += len(content)
        check_total(total, folder.name)
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


def read_file(folder: Path, name: str) -> bytes:
    """The content of the file `name` in `folder`; raises as `folder_members`."""
    path = folder / name
    try:
        # Links are refused and pipes do not block; the flags are missing on Windows.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise MinimtlError(f"{path} is a device or a pipe, not a file; remove it.")
            content = file.read(MEMBER_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    _check_member(len(content), name, folder.name)
    return content


def starts_with(path: Path, magic: bytes) -> bool:
    """True if `path` is a file that begins with the bytes `magic`."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise unreadable(path, error) from None


def decode_utf8(content: bytes, place: str) -> str:
    """`content` as text; a byte-order mark is dropped.

    Raises
    ------
    MinimtlError
        Naming `place` and the line, if the bytes are UTF-16 or UTF-32, not UTF-8, or hold NUL.
    """
    if encoding := encoding_of_mark(content):
        raise MinimtlError(f"{place} is encoded in {encoding}; save it as UTF-8.")
    nul = content.find(b"\0")
    if nul >= 0:
        raise MinimtlError(
            f"{place} holds a NUL byte in line {_line(content, nul)}, so it is no text; "
            "save it as UTF-8 text."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # `start` is an offset into the bytes behind the mark, which is on the first line anyway.
        raise MinimtlError(
            f"{place} is not UTF-8 in line {_line(content, error.start)}; save it as UTF-8."
        ) from None


def encoding_of_mark(content: bytes) -> str | None:
    """ "UTF-32" or "UTF-16" where the bytes begin with its byte-order mark."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "UTF-32"  # whose first two bytes may be the other's
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "UTF-16" if is_utf16 else None


def _line(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1


def damaged(place: str, error: Exception) -> MinimtlError:
    """The error for a file that is not what its reader expects."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return MinimtlError(f"{place} is damaged ({reason}): get it again.")


def unreadable(path: Path, error: OSError) -> MinimtlError:
    """The error for a file or folder that the system, or gzip, refuses to read."""
    if error.strerror is None:
        return damaged(path.name, error)
    return MinimtlError(f"{path} cannot be read: {error.strerror}.")
