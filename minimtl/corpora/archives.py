"""Files from outside: the members of a tar archive, the text in bytes, digests.

An archive's members are read one after the other and never written to disk. What a corpus does not
need and an attacker does (links, devices, absolute and ``..`` names, bombs) is refused with a
sentence; so is what is damaged.
"""

import codecs
import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from minimtl.corpora.limits import LIMITS, Limits
from minimtl.errors import MinimtlError
from minimtl.system import is_one_line

CHUNK = 1 << 20
LONGEST_NAME = 1024
GZIP_MAGIC = b"\x1f\x8b"

# All that tarfile and the decompressors are known to raise on damaged input. RuntimeError is a
# chain of extension headers deeper than the stack.
DAMAGED = (
    tarfile.TarError,
    zlib.error,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
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


def is_safe_name(name: str) -> bool:
    """Whether a member's name stays inside the archive on every platform."""
    first, *rest = name.split("/")
    leads_out = first == "" or ":" in first or ".." in (first, *rest)
    return not (leads_out or "\\" in name or "\0" in name)


def is_hidden(name: str) -> bool:
    """Whether a part of the path starts with a dot, as files that desktops leave behind do."""
    return "/." in f"/{name.removeprefix('./')}"


def tar_members(path: Path, limits: Limits = LIMITS) -> Iterator[tuple[str, bytes]]:
    """The regular files of a gzipped tar archive, in its order.

    Raises
    ------
    MinimtlError
        If the archive is damaged, holds a link, a device, a name that leads out of it or that
        could control a terminal, or passes `limits`.
    """
    try:
        with path.open("rb") as file:
            yield from _tar_members(file, path.name, limits)
    except DAMAGED as error:
        raise damaged(path.name, error) from None
    except OSError as error:  # gzip's BadGzipFile is one
        raise unreadable(path, error) from None


def _tar_members(file: BinaryIO, place: str, limits: Limits) -> Iterator[tuple[str, bytes]]:
    unpacked = _CountedGzip(file, place, limits)
    n_members = 0
    # "r|": forward only, so that the archive cannot make us seek.
    with tarfile.open(fileobj=unpacked, mode="r|") as archive:
        for member in archive:
            n_members += 1
            limits.check_members(n_members, place)
            _check_kind(member, place)
            if member.isfile():
                limits.check_member(member.size, member.name, place)
                content = archive.extractfile(member)
                assert content is not None  # only what is no file has none
                yield member.name, content.read()
    # To the end: gzip's checksum is there, and tarfile stops silently at a broken header.
    while chunk := unpacked.read(CHUNK):
        if chunk.strip(b"\0"):
            raise ValueError("data after the end of the archive")


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
    """The unpacked stream of a gzip file; reading past `limits` raises."""

    def __init__(self, file: BinaryIO, place: str, limits: Limits) -> None:
        super().__init__(fileobj=file)
        self._packed, self._place, self._limits = file, place, limits
        self._n_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        self._n_bytes += len(chunk)
        self._limits.check_total(self._n_bytes, self._packed.tell(), self._place)
        return chunk


def starts_with(path: Path, magic: bytes) -> bool:
    """Whether `path` is a file that begins with the bytes `magic`."""
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
