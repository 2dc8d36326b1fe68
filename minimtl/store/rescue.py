"""What can be read of a damaged store, copied into a new one; the old one is set aside, not lost.

The first page of a store of ours is the same for all but its counters, so a new store's first
page can stand in for a damaged one. The rows are then read by ranges of row number, and a range
that cannot be read is halved until only the rows on damaged pages are left out. A row counts only
if its checksum holds.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from minimtl.store import format as storefile
from minimtl.store.format import DamagedStoreError
from minimtl.store.identity import refuse_another_study

_LEAST_ROW_BYTES = 64  # the checksum and a short key take more; bounds the row numbers to look for


def rescued_path(path: Path) -> Path:
    """Where the new store is built, before it takes the place of the damaged one."""
    return path.with_name(path.name + ".rescued")


def set_aside(path: Path, word: str) -> Path:
    """Rename the store at `path` to the first free ``NAME.word-N`` and return the new name.

    Its journal goes first: one that stayed would be played back into the store that comes next.
    """
    number = 1
    while (aside := path.with_name(f"{path.name}.{word}-{number}")).exists() or _journal(
        aside
    ).exists():
        number += 1
    if _journal(path).exists():
        os.replace(_journal(path), _journal(aside))
    os.replace(path, aside)
    return aside


def rescue(path: Path, identity: Mapping[str, Any]) -> tuple[Path, int]:
    """Replace the damaged store at `path` by one of the study `identity` with the readable rows.

    Killed at any point, this leaves at `path` the damaged store, or nothing there and the
    complete new one at `rescued_path`.

    Returns
    -------
    tuple of Path and int
        The name under which the damaged store now lies, and the number of rows kept.

    Raises
    ------
    MinimtlError
        If the damaged store can be seen to hold another study; it then stays where it is.
    """
    rescued, scratch = rescued_path(path), path.with_name(path.name + ".scratch")
    for leftover in (rescued, _journal(rescued)):
        leftover.unlink(missing_ok=True)
    new = storefile.connect(rescued)
    try:
        storefile.create(new, identity)
        _copy_with_first_page(path, rescued, scratch)
        _refuse_readable_other(path, scratch, identity)
        storefile.add_rows(new, _readable_rows(scratch))
        ((n_kept,),) = new.execute("SELECT count(*) FROM results")
    except BaseException:
        new.close()
        rescued.unlink()
        raise
    finally:
        new.close()
        scratch.unlink(missing_ok=True)
    aside = set_aside(path, "damaged")
    os.replace(rescued, path)
    return aside, n_kept


def _refuse_readable_other(path: Path, copy: Path, identity: Mapping[str, Any]) -> None:
    """Raise MinimtlError if the store at `path` says in its `copy` that it is another study."""
    connection = _open_unchanging(copy)
    try:
        refuse_another_study(path, storefile.read_identity(connection), identity)
    except storefile.DAMAGE:
        return
    finally:
        connection.close()


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


def _open_unchanging(path: Path) -> sqlite3.Connection:
    """Open for reading without touching the file or looking for its journal."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.text_factory = bytes
    return connection


def _copy_with_first_page(damaged: Path, healthy: Path, copy: Path) -> None:
    """Copy `damaged`, with the first page of `healthy` set to the true number of pages."""
    n_pages = -(-damaged.stat().st_size // storefile.PAGE_SIZE)
    with healthy.open("rb") as file:
        first = bytearray(file.read(storefile.PAGE_SIZE))
    first[28:32] = n_pages.to_bytes(4, "big")
    with damaged.open("rb") as source, copy.open("wb") as target:
        target.write(first)
        for page in range(1, n_pages):
            target.write(_page(source.fileno(), page).ljust(storefile.PAGE_SIZE, b"\0"))


def _page(descriptor: int, page: int) -> bytes:
    """One page, or nothing where the disk cannot read it."""
    try:
        os.lseek(descriptor, page * storefile.PAGE_SIZE, os.SEEK_SET)
        return os.read(descriptor, storefile.PAGE_SIZE)
    except OSError:
        return b""


def _readable_rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """The (key, payload) of each row of ``results`` that is as it was written."""
    query = "SELECT rowid, key, payload, checksum FROM results WHERE rowid BETWEEN ? AND ?"
    connection = _open_unchanging(path)
    ranges = [(1, path.stat().st_size // _LEAST_ROW_BYTES)]
    try:
        while ranges:
            first, last = ranges.pop()
            try:
                for number, key, payload, stored in connection.execute(query, (first, last)):
                    if number < first:  # a damaged page can lead the search back, for ever
                        raise DamagedStoreError("row numbers are out of order")
                    if storefile.row_is_whole(key, payload, stored):
                        yield key.decode(), payload
                    first = number + 1
            except storefile.DAMAGE:
                middle = (first + last) // 2
                if first < last:
                    ranges += [(middle + 1, last), (first, middle)]
    finally:
        connection.close()
