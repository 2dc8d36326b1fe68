"""A damaged store is set aside, and a new one takes its place with the rows that can be read."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from minimtl.jobs import format as storefile
from minimtl.jobs.identity import refuse_another_study

_MIN_ROW_BYTES = 64  # the checksum and a short key take more; bounds the row numbers of a file


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

    Returns
    -------
    tuple of Path and int
        The name under which the damaged store now lies, and the number of rows kept.

    Raises
    ------
    MinimtlError
        If the damaged store can be seen to hold another study; it then stays where it is.
    """
    with closing(_connect_to_read(path)) as damaged, suppress(*storefile.DAMAGE):
        storefile.check_schema(damaged)
        refuse_another_study(path, storefile.read_identity(damaged), identity)
    remove_unfinished_rescue(path)
    rescued = _rescued(path)
    with closing(storefile.connect(rescued)) as new:
        storefile.create(new, identity)
        storefile.add_rows(new, _readable_rows(path))
        ((n_kept,),) = new.execute("SELECT count(*) FROM results")
    aside = set_aside(path, "damaged")
    os.replace(rescued, path)
    return aside, n_kept


def remove_unfinished_rescue(path: Path) -> None:
    """Remove what a process that was killed while it rescued the store at `path` left."""
    for leftover in (_rescued(path), _journal(_rescued(path))):
        leftover.unlink(missing_ok=True)


def _rescued(path: Path) -> Path:
    return path.with_name(path.name + ".rescued")


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Open `path` without changing the file or looking for its journal."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.text_factory = bytes
    connection.execute("PRAGMA writable_schema = ON")  # else a file cut short cannot be read at all
    return connection


def _readable_rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """The (key, payload) of each row that SQLite can read and whose checksum holds.

    Rows are asked for one by one, so that a damaged page costs only the rows that need it.
    """
    query = "SELECT key, payload, checksum FROM results WHERE rowid = ?"
    with closing(_connect_to_read(path)) as connection:
        try:
            storefile.check_schema(connection)
        except storefile.DAMAGE:
            return
        for number in range(1, path.stat().st_size // _MIN_ROW_BYTES + 1):
            with suppress(*storefile.DAMAGE):
                row = connection.execute(query, (number,)).fetchone()
                if row and storefile.row_is_whole(*row):
                    yield row[0].decode(), row[1]
