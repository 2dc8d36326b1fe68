"""The file format of `study.sqlite`: two tables, a checksum on every row, and how to check them.

``identity`` has one row: what the study is (protocol, corpus, seed, …) as canonical JSON.
``results`` has one row per finished job: its key and its result as bytes. A key is a hash of all
that determines the result, so a row whose checksum holds is right wherever it came from.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.jobs.identity import canonical_text

SCHEMA = (
    "CREATE TABLE identity (text TEXT NOT NULL, checksum BLOB NOT NULL)",
    "CREATE TABLE results (key TEXT NOT NULL UNIQUE, payload BLOB NOT NULL, "
    "checksum BLOB NOT NULL)",
)
PAGE_SIZE = 4096
# The first 24 bytes of a file of ours: the magic, the page size, the rollback journal's format.
HEADER = b"SQLite format 3\x00" + PAGE_SIZE.to_bytes(2, "big") + bytes([1, 1, 0, 64, 32, 32])
SECONDS_TO_WAIT = 600.0  # for another process that reads or writes the file
_MAX_BRACKETS = 200  # in an identity; bounds how deep a forged one can nest
# What SQLite says when the disk or its rights are at fault and not the contents of the file.
_OUTSIDE_CAUSES = ("disk I/O error", "disk is full", "unable to open", "readonly", "locked")


class DamagedStoreError(MinimtlError):
    """The store at `path` is none, or not a whole one; `found` says why."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"{path} is damaged ({found}); run `minimtl study` with its arguments again, which "
            "keeps what can be read and computes the rest"
        )
        self.found = found


# What reading a damaged file can raise, in SQLite and below. SQLite quotes damaged names in its
# messages, which Python cannot always decode, and believes damaged sizes.
DAMAGE = (sqlite3.Error, UnicodeDecodeError, MemoryError)


def connect(path: Path) -> sqlite3.Connection:
    """Open `path` such that a transaction that has returned survives a loss of power."""
    if not path.exists():  # a link to a missing file, say, which SQLite would follow
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    # A report that reads beside a study holds a commit up for as long as it checks the rows.
    connection = sqlite3.connect(path, isolation_level=None, timeout=SECONDS_TO_WAIT)
    connection.text_factory = bytes  # what is damaged need not be UTF-8
    try:
        for pragma in (
            f"page_size = {PAGE_SIZE}",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "synchronous = EXTRA",  # also the folder, after the journal is removed
        ):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open `path` without the right to write; SQLite's own locks keep what is read whole."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=SECONDS_TO_WAIT)
    connection.text_factory = bytes
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def create(connection: sqlite3.Connection, identity: Mapping[str, Any]) -> None:
    """Make the two tables and write `identity`, in one transaction."""
    text = canonical_text(identity)
    row = (text, checksum(b"identity", text.encode()))
    with connection:  # commits, or takes all back
        connection.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO identity VALUES (?, ?)", row)


def add_rows(connection: sqlite3.Connection, rows: Iterable[tuple[str, bytes]]) -> None:
    """Write rows of an ASCII key and a payload in one transaction; a key that is there stays."""
    checked = ((key, payload, checksum(key.encode(), payload)) for key, payload in rows)
    with connection:  # commits, or takes all back
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT OR IGNORE INTO results VALUES (?, ?, ?)", checked)


def checksum(key: bytes, payload: bytes) -> bytes:
    """SHA-256 over both, so that a payload under another row's key is noticed too."""
    return hashlib.sha256(key + b"\0" + payload).digest()


def row_is_whole(key: object, payload: object, stored_checksum: object) -> bool:
    """Whether the row is as it was written; damage can change a value's type as well."""
    if not isinstance(key, bytes) or not isinstance(payload, bytes) or not key.isascii():
        return False
    return checksum(key, payload) == stored_checksum


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nothing was ever written: a study that was stopped before its first commit."""
    return connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0


def read_identity(connection: sqlite3.Connection) -> dict[str, Any]:
    """The one row of ``identity``; sqlite3.DatabaseError if it is not as it was written."""
    rows = connection.execute("SELECT text, checksum FROM identity LIMIT 2").fetchall()
    if len(rows) != 1 or not row_is_whole(b"identity", *rows[0]):
        raise sqlite3.DatabaseError("the study it belongs to cannot be read")
    text = rows[0][0]
    if text.count(b"{") + text.count(b"[") > _MAX_BRACKETS:
        raise sqlite3.DatabaseError("the description of its study is too deeply nested")
    try:
        identity = json.loads(text)
    except ValueError as error:
        raise sqlite3.DatabaseError("the description of its study is no JSON") from error
    if not isinstance(identity, dict) or type(identity.get("store_format")) is not int:
        raise sqlite3.DatabaseError("it does not say of which study it is")
    return identity


def check_schema(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError unless the tables are ours; a view would run its own query."""
    statements = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    if sorted(statements) != sorted((statement.encode(),) for statement in SCHEMA):
        raise sqlite3.DatabaseError("its tables are not those of a study")


def check_rows(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError unless the b-trees and every result's checksum are right."""
    ((verdict,),) = connection.execute("PRAGMA integrity_check(1)")
    if verdict != b"ok":
        raise sqlite3.DatabaseError(verdict.decode(errors="replace").replace("\n", " "))
    for key, payload, stored in connection.execute("SELECT key, payload, checksum FROM results"):
        if not row_is_whole(key, payload, stored):
            raise sqlite3.DatabaseError("a result is not as it was written")


def check_header(path: Path) -> None:
    """Raise sqlite3.DatabaseError unless `path` is new, empty, or begins as our files do.

    SQLite itself would take a changed byte here for a read-only file or another journal.
    """
    if path.exists():
        with path.open("rb") as file:
            start = file.read(len(HEADER))
        if start not in (b"", HEADER):
            raise sqlite3.DatabaseError("it does not begin as a study does")


@contextmanager
def failures_as_sentences(path: Path) -> Iterator[None]:
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
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) or any(cause in str(error) for cause in _OUTSIDE_CAUSES):
            raise MinimtlError(
                f"{path} cannot be read or written ({error}); see to its disk and run the same "
                "command again: every job finished before is kept"
            ) from error
        raise DamagedStoreError(path, str(error)) from error
