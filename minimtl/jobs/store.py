"""The store: `study.sqlite` in the output folder, the only state of a study.

Only the process that holds the folder writes it, and nothing in it depends on the order in which
results arrive: they are asked for by key. Others may read it meanwhile.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.jobs import format as storefile
from minimtl.jobs.format import DamagedStoreError, failures_as_sentences
from minimtl.jobs.identity import FORMAT_VERSION, refuse_another_format, refuse_another_study
from minimtl.jobs.lock import FolderInUseError, FolderLock
from minimtl.jobs.rescue import remove_unfinished_rescue, rescue, set_aside

STORE_NAME = "study.sqlite"


class Store:
    """Results of finished jobs by key. Made by `open_store` or `open_existing_store`.

    Attributes
    ----------
    path : Path
        The file.
    identity : dict
        What the study is, as it was given when the store was made.
    is_held : bool
        Whether this process holds the folder; else the store can only be read.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FolderLock | None) -> None:
        self.path = path
        self.is_held = lock is not None
        self._connection = connection
        self._lock = lock
        self._file = os.stat(path)
        self.identity = storefile.read_identity(connection)
        del self.identity["store_format"]

    def __len__(self) -> int:
        return self._query("SELECT count(*) FROM results")[0][0]

    def __contains__(self, key: str) -> bool:
        return bool(self._query("SELECT 1 FROM results WHERE key = ?", key))

    def __getitem__(self, key: str) -> bytes:
        """The result of the job `key` as bytes; KeyError if that job is not finished."""
        rows = self._query("SELECT payload, checksum FROM results WHERE key = ?", key)
        if not rows:
            raise KeyError(key)
        payload, stored_checksum = rows[0]
        if not storefile.row_is_whole(key.encode(), payload, stored_checksum):
            raise DamagedStoreError(self.path, "a result is not as it was written")
        return payload

    def __iter__(self) -> Iterator[str]:
        """The keys of all finished jobs, one at a time, in the order of their arrival."""
        with self._failures_as_sentences():
            for (key,) in self._connection.execute("SELECT key FROM results ORDER BY rowid"):
                yield key.decode()

    def add(self, results: Iterable[tuple[str, bytes]]) -> None:
        """Write (key, payload) pairs; when this returns they are durably on disk.

        Raises
        ------
        MinimtlError
            If they cannot be written; none of them is then in the store. Or if the store is no
            longer where it was.
        """
        with self._failures_as_sentences():
            storefile.add_rows(self._connection, results)
        self._check_that_it_is_there()

    def remove(self, key: str) -> None:
        """Forget the result of the job `key`, so that it can be computed again."""
        self._query("DELETE FROM results WHERE key = ?", key)

    def close(self) -> None:
        """Close the file and let other processes use the folder; a second call does nothing."""
        self._connection.close()
        if self._lock:
            self._lock.release()

    def _query(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        with self._failures_as_sentences():
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _failures_as_sentences(self) -> Iterator[None]:
        try:
            with failures_as_sentences(self.path):
                yield
        except MinimtlError:
            self._check_that_it_is_there()
            raise

    def _check_that_it_is_there(self) -> None:
        """Raise MinimtlError if another file or none has the store's name now."""
        try:
            is_there = os.path.samestat(os.stat(self.path), self._file)
        except FileNotFoundError:
            is_there = False
        if not is_there:
            raise MinimtlError(
                f"{self.path} was removed or replaced while it was in use, and what it held is "
                "lost unless you moved it: put it back, or let the same command begin again"
            )

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def open_store(
    folder: Path,
    identity: Mapping[str, Any],
    *,
    fresh: bool = False,
    announce: Callable[[str], None],
) -> Store:
    """Open the study `identity` in `folder`, and begin it if there is none.

    Parameters
    ----------
    folder : Path
        The output folder; made if it is missing, and held for this process until the store closes.
    identity : mapping of str to JSON values
        What makes two studies the same: protocol, corpus, seed, version of the training code.
    fresh : bool
        Set a store that is there aside, whatever it holds, and begin anew.
    announce : callable
        Takes one sentence when a store was set aside.

    Raises
    ------
    MinimtlError
        If the store holds another study or is another version's, another process is at work in
        the folder, or the disk fails. Nothing has been changed then.
    """
    path = folder / STORE_NAME
    identity = {**identity, "store_format": FORMAT_VERSION}
    lock = FolderLock(folder)
    try:
        _refuse_link(path)
        if path.exists() and not path.is_file():
            raise MinimtlError(f"{path} is not a file; move it away or choose another --out")
        with failures_as_sentences(path):
            remove_unfinished_rescue(path)
        if fresh and path.exists():
            with failures_as_sentences(path):
                announce(f"the earlier study is now {set_aside(path, 'old')}")
        return Store(path, _open_or_rescue(path, identity, announce), lock)
    except BaseException:
        lock.release()
        raise


def open_existing_store(folder: Path) -> Store:
    """Open whatever study `folder` holds; only to read it where another process holds the folder.

    Raises
    ------
    MinimtlError
        If there is none, or it is damaged or another version's.
    """
    path = folder / STORE_NAME
    _refuse_link(path)
    if not path.is_file():
        raise MinimtlError(f"{folder} holds no {STORE_NAME}; give the --out folder of a study")
    try:
        lock = FolderLock(folder)
    except FolderInUseError:
        return Store(path, _open_checked(path, connect=storefile.connect_to_read), None)
    try:
        return Store(path, _open_checked(path), lock)
    except BaseException:
        lock.release()
        raise


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise MinimtlError(
            f"{path} cannot be read or written, because it is a link; put the file itself there, "
            "or link the whole folder"
        )


def _open_or_rescue(
    path: Path, identity: Mapping[str, Any], announce: Callable[[str], None]
) -> sqlite3.Connection:
    try:
        return _open_checked(path, identity)
    except DamagedStoreError as damage:
        with failures_as_sentences(path):
            aside, n_kept = rescue(path, identity)
        announce(
            f"{path} was damaged ({damage.found}): it is now {aside}; {n_kept} of its results "
            "could be read and are kept, and the rest is computed again"
        )
    return _open_checked(path, identity)


def _open_checked(
    path: Path,
    identity: Mapping[str, Any] | None = None,
    connect: Callable[[Path], sqlite3.Connection] = storefile.connect,
) -> sqlite3.Connection:
    """Open a whole store, of the study `identity` if given; an empty file becomes that study."""
    with failures_as_sentences(path):
        storefile.check_header(path)
        connection = connect(path)
        try:
            if identity is not None and storefile.is_empty(connection):
                storefile.create(connection, identity)
            storefile.check_schema(connection)
            there = storefile.read_identity(connection)
            if identity is None:
                refuse_another_format(path, there)
            else:
                refuse_another_study(path, there, identity)
            storefile.check_rows(connection)
        except BaseException:
            connection.close()
            raise
    return connection
