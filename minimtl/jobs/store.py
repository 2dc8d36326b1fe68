"""The store: `study.sqlite` in the output folder, the only state of a study.

Its table ``identity`` has one row: what the study is (protocol, corpus, seed, …) as JSON. Its
table ``results`` has one row per finished job: its key and its result as bytes. A key is a hash of
all that determines the result, and each row has a checksum, so that a whole row is right wherever
it came from.

Only the process that holds the folder writes, and nothing depends on the order in which results
arrive. Others may read meanwhile. A damaged store is set aside, and its jobs are computed again.
"""

import hashlib
import itertools
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.jobs.identity import differences, identity_text
from minimtl.system import remove_unfinished

if os.name == "nt":
    import msvcrt

    def _lock_file(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
else:
    import fcntl

    def _lock_file(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


STORE_NAME = "study.sqlite"
LOCK_NAME = ".study.lock"
FORMAT_VERSION = 3  # of the tables and of the results in them; part of every identity
SCHEMA = (
    "CREATE TABLE identity (text TEXT NOT NULL, checksum BLOB NOT NULL)",
    "CREATE TABLE results (key TEXT NOT NULL UNIQUE, payload BLOB NOT NULL, "
    "checksum BLOB NOT NULL)",
)
PAGE_SIZE = 4096
_PRAGMAS = (
    f"page_size = {PAGE_SIZE}",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "synchronous = EXTRA",  # also the folder, after the journal is removed
)
# The first 24 bytes of a file of ours: the magic, the page size, the rollback journal's format.
_HEADER = b"SQLite format 3\x00" + PAGE_SIZE.to_bytes(2, "big") + bytes([1, 1, 0, 64, 32, 32])
_SECONDS_TO_WAIT = 600.0  # for another process that reads or writes the file
_MAX_BRACKETS = 200  # in an identity; bounds how deep a forged one can nest
# What reading a damaged file can raise, in SQLite and below. SQLite quotes damaged names in its
# messages, which Python cannot always decode, and believes damaged sizes.
_DAMAGE = (sqlite3.Error, UnicodeDecodeError, MemoryError)
# What SQLite says when the disk or its rights are at fault and not the contents of the file.
_OUTSIDE_CAUSES = ("disk I/O error", "disk is full", "unable to open", "readonly", "locked")


class DamagedStoreError(MinimtlError):
    """The store at `path` is none, or not a whole one; `found` says why."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"{path} is damaged ({found}); run `minimtl study` with its arguments again, which "
            "sets it aside and computes its results anew"
        )
        self.found = found


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

    def __init__(
        self, path: Path, lock: int | None, identity: Mapping[str, Any] | None = None
    ) -> None:
        self.path = path
        self.is_held = lock is not None
        self._lock = lock
        self._connection = _open_checked(path, "ro" if lock is None else "rwc", identity)
        self._file = os.stat(path)
        self.identity = _read_identity(self._connection)
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
        if not _is_whole(key.encode(), payload, stored_checksum):
            raise DamagedStoreError(self.path, "a result is not as it was written")
        return payload

    def __iter__(self) -> Iterator[str]:
        """The keys of all finished jobs, one at a time, in the order of their arrival."""
        with self._failures_as_sentences():
            for (key,) in self._connection.execute("SELECT key FROM results ORDER BY rowid"):
                yield key.decode()

    def add(self, results: Iterable[tuple[str, bytes]]) -> None:
        """Write (key, payload) pairs; when this returns they are durably on disk.

        A key is ASCII; one that is there keeps its result.

        Raises
        ------
        MinimtlError
            If they cannot be written; none of them is then in the store. Or if the store is no
            longer where it was.
        """
        rows = ((key, payload, checksum(key.encode(), payload)) for key, payload in results)
        with self._failures_as_sentences(), self._connection:  # commits, or takes all back
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR IGNORE INTO results VALUES (?, ?, ?)", rows)
        self._check_that_it_is_there()

    def remove(self, key: str) -> None:
        """Forget the result of the job `key`, so that it can be computed again."""
        self._query("DELETE FROM results WHERE key = ?", key)

    def close(self) -> None:
        """Close the file and let other processes use the folder; a second call does nothing."""
        self._connection.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _query(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        with self._failures_as_sentences():
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _failures_as_sentences(self) -> Iterator[None]:
        try:
            with _failures_as_sentences(self.path):
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
    with _locked(folder) as lock:
        _refuse_what_is_no_file(path)
        if fresh and path.exists():
            announce(f"the earlier study is now {_set_aside(path, 'old')}")
        try:
            return Store(path, lock, identity)
        except DamagedStoreError as damage:
            announce(
                f"{path} was damaged ({damage.found}): it is now {_set_aside(path, 'damaged')}, "
                "and its results are computed again"
            )
            return Store(path, lock, identity)


def open_existing_store(folder: Path) -> Store:
    """Open whatever study `folder` holds; only to read it where another process holds the folder.

    Raises
    ------
    MinimtlError
        If there is none, or it is damaged or another version's.
    """
    path = folder / STORE_NAME
    _refuse_what_is_no_file(path)
    if not path.exists():
        raise MinimtlError(f"{folder} holds no {STORE_NAME}; give the --out folder of a study")
    try:
        with _locked(folder) as lock:
            return Store(path, lock)
    except FolderInUseError:
        return Store(path, None)


def copy_results(source: Store, target: Store) -> int:
    """Copy what `source` holds and `target` lacks, in one transaction; how many those were.

    Raises
    ------
    MinimtlError
        As `Store.add`; or if a result of `source` is damaged.
    """
    n_before = len(target)
    target.add((key, source[key]) for key in source)
    return len(target) - n_before


def checksum(key: bytes, payload: bytes) -> bytes:
    """SHA-256 over both, so that a payload under another row's key is noticed too."""
    return hashlib.sha256(key + b"\0" + payload).digest()


# --------------------------------------------------------------------------------------------------
# One process per output folder: a lock that the operating system drops when its holder dies.


class FolderInUseError(MinimtlError):
    """Another process holds the folder."""


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Hold `folder` (made if need be): the lock, which a store takes over unless the block fails.

    Files that a killed process had not finished writing there are removed. The lock file stays
    behind: to remove it would let two processes hold two files of that name.

    Raises
    ------
    FolderInUseError
        If another process holds the folder.
    MinimtlError
        If nothing can be written there.
    """
    path = folder / LOCK_NAME
    # A link of that name could have us make or lock a file elsewhere. Windows has no such flag.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, flags, 0o666)
    except OSError as error:
        raise MinimtlError(
            f"{path} cannot be written ({error.strerror}); choose another --out"
        ) from error
    try:
        _take_lock(lock, folder)
        remove_unfinished(folder)
        yield lock
    except BaseException:
        os.close(lock)
        raise


def _take_lock(lock: int, folder: Path) -> None:
    try:
        _lock_file(lock)
    except (BlockingIOError, PermissionError) as error:
        raise FolderInUseError(
            f"{folder} cannot be used: another minimtl is at work in it; wait for it or choose "
            "another --out"
        ) from error
    except OSError as error:
        raise MinimtlError(
            f"{folder} cannot be used: its file system refuses to lock {LOCK_NAME} "
            f"({error.strerror}); choose another --out"
        ) from error


# --------------------------------------------------------------------------------------------------
# Opening: what is there is checked before it is believed.


def _open_checked(path: Path, mode: str, identity: Mapping[str, Any] | None) -> sqlite3.Connection:
    """Open a whole store, of the study `identity` if given; an empty file becomes that study.

    A transaction that has returned survives a loss of power.
    """
    with _failures_as_sentences(path):
        _check_header(path)
        # A report that reads beside a study holds a commit up for as long as it checks the rows.
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=_SECONDS_TO_WAIT,
        )
        connection.text_factory = bytes  # what is damaged need not be UTF-8
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            if identity is not None:
                _begin(connection, identity)
            _check_schema(connection)
            _refuse_another_study(path, _read_identity(connection), identity)
            _check_rows(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _refuse_what_is_no_file(path: Path) -> None:
    if path.is_symlink():
        raise MinimtlError(
            f"{path} cannot be read or written, because it is a link; put the file itself there, "
            "or link the whole folder"
        )
    if path.exists() and not path.is_file():
        raise MinimtlError(f"{path} is not a file; move it away or choose another --out")


def _check_header(path: Path) -> None:
    """Raise sqlite3.DatabaseError unless `path` is new, empty, or begins as our files do.

    SQLite itself would take a changed byte here for a read-only file or another journal.
    """
    if path.exists():
        with path.open("rb") as file:
            start = file.read(len(_HEADER))
        if start not in (b"", _HEADER):
            raise sqlite3.DatabaseError("it does not begin as a study does")


def _begin(connection: sqlite3.Connection, identity: Mapping[str, Any]) -> None:
    """Make the tables and write `identity` where nothing was ever committed."""
    text = identity_text(identity)
    row = (text, checksum(b"identity", text.encode()))
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO identity VALUES (?, ?)", row)


def _check_schema(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError unless the tables are ours; a view would run its own query."""
    statements = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    if sorted(statements) != sorted((statement.encode(),) for statement in SCHEMA):
        raise sqlite3.DatabaseError("its tables are not those of a study")


def _read_identity(connection: sqlite3.Connection) -> dict[str, Any]:
    """The one row of ``identity``; sqlite3.DatabaseError if it is not as it was written."""
    rows = connection.execute("SELECT text, checksum FROM identity LIMIT 2").fetchall()
    if len(rows) != 1 or not _is_whole(b"identity", *rows[0]):
        raise sqlite3.DatabaseError("the study it belongs to cannot be read")

    text = rows[0][0]
    is_deep = text.count(b"{") + text.count(b"[") > _MAX_BRACKETS
    try:
        identity = None if is_deep else json.loads(text)
    except ValueError:
        identity = None
    if not isinstance(identity, dict) or type(identity.get("store_format")) is not int:
        raise sqlite3.DatabaseError("it does not say of which study it is")
    return identity


def _refuse_another_study(
    path: Path, there: Mapping[str, Any], here: Mapping[str, Any] | None
) -> None:
    """Raise MinimtlError unless this version wrote the store, of the study `here` if given."""
    if there["store_format"] != FORMAT_VERSION:
        which = "an earlier" if there["store_format"] < FORMAT_VERSION else "a later"
        raise MinimtlError(
            f"{path} was made by {which} version of minimtl; choose another --out, or --fresh to "
            "set it aside"
        )
    if here is not None and (found := differences(there, here)):
        raise MinimtlError(
            f"{path} holds another study: {found}; choose another --out, or --fresh to set it aside"
        )


def _check_rows(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError unless the b-trees and every result's checksum are right."""
    ((verdict,),) = connection.execute("PRAGMA integrity_check(1)")
    if verdict != b"ok":
        raise sqlite3.DatabaseError(verdict.decode(errors="replace").replace("\n", " "))
    for row in connection.execute("SELECT key, payload, checksum FROM results"):
        if not _is_whole(*row):
            raise sqlite3.DatabaseError("a result is not as it was written")


def _is_whole(key: object, payload: object, stored_checksum: object) -> bool:
    """True if the row is as it was written; damage can change a value's type as well."""
    if not isinstance(key, bytes) or not isinstance(payload, bytes) or not key.isascii():
        return False
    return checksum(key, payload) == stored_checksum


@contextmanager
def _failures_as_sentences(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors into a sentence about the store at `path`.

    Raises
    ------
    DamagedStoreError
        If the contents of the file are at fault.
    MinimtlError
        If the disk, the folder or its rights are.
    """
    try:
        yield
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, OSError) or any(cause in str(error) for cause in _OUTSIDE_CAUSES):
            raise MinimtlError(
                f"{path} cannot be read or written ({error}); see to its disk and run the same "
                "command again: every job finished before is kept"
            ) from error
        raise DamagedStoreError(path, str(error)) from error


def _set_aside(path: Path, word: str) -> Path:
    """Rename the store at `path` to the first free ``NAME.word-N`` and return the new name.

    Its journal goes first: one that stayed would be played back into the store that comes next.
    """
    names = (path.with_name(f"{path.name}.{word}-{number}") for number in itertools.count(1))
    aside = next(name for name in names if not any(map(Path.exists, _with_journal(name))))
    with _failures_as_sentences(path):
        for old, new in zip(_with_journal(path), _with_journal(aside), strict=True):
            if old.exists():
                os.replace(old, new)
    return aside


def _with_journal(path: Path) -> tuple[Path, Path]:
    """SQLite's journal of the store at `path`, and the store."""
    return path.with_name(path.name + "-journal"), path
