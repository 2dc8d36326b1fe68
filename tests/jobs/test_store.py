"""The store: what is written is read back, what is not whole is never believed."""

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimtl.errors import MinimtlError
from minimtl.jobs import store as storefile
from minimtl.jobs.store import PAGE_SIZE, copy_results, open_existing_store, open_store
from tests.jobs.processes import ENVIRONMENT
from tests.jobs.toy_study import IDENTITY, contents

ROWS = {f"{number:064x}": bytes([number]) * (number * 97) for number in range(60)}
KEY = next(iter(ROWS))
RANDOM_PAGE = os.urandom(PAGE_SIZE)


def opened(folder, identity=IDENTITY, **options):
    options.setdefault("announce", pytest.fail)
    return open_store(Path(folder), identity, **options)


WAYS_TO_OPEN = (opened, open_existing_store)


def reopened(folder):
    """What a store that may be damaged holds when it is open, and what was said of it."""
    said = []
    with opened(folder, announce=said.append) as store:
        return contents(store), said


def files_in(folder):
    """The content of each file by its name, and the lock, which may or may not be there."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    return files | {".study.lock": b""}


def refused(folder, match, *ways, identity=IDENTITY):
    """The store cannot be opened in these ways, and every file stays as it is."""
    before = files_in(folder)
    for way in ways or (lambda folder: opened(folder, identity),):
        with pytest.raises(MinimtlError, match=match) as refusal:
            way(folder)
        assert str(refusal.value).isprintable()
        assert len(str(refusal.value)) < 1000
    assert files_in(folder) == before


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store of ROWS as bytes."""
    folder = tmp_path_factory.mktemp("whole")
    with opened(folder) as store:
        store.add(ROWS.items())
    return (folder / "study.sqlite").read_bytes()


@pytest.fixture
def filled(tmp_path, whole):
    """A folder with a store of ROWS."""
    (tmp_path / "study.sqlite").write_bytes(whole)
    return tmp_path


@pytest.fixture
def elsewhere(tmp_path_factory):
    """A folder in which a study has no business."""
    return tmp_path_factory.mktemp("elsewhere")


# --------------------------------------------------------------------------------------------------
# A mapping that lasts.


def test_what_is_added_is_read_back(tmp_path):
    folder = tmp_path / "new" / "folder"
    with opened(folder) as store:
        assert (len(store), contents(store)) == (0, {})
        store.add(ROWS.items())
    for way in WAYS_TO_OPEN:
        with way(folder) as store:
            assert contents(store) == ROWS
            assert (len(store), store.identity, store.is_held) == (len(ROWS), IDENTITY, True)
            with pytest.raises(KeyError):
                store["missing"]


def test_the_first_result_of_a_key_stays_until_it_is_removed(filled):
    with opened(filled) as store:
        store.add([(KEY, b"another")])
        assert store[KEY] == ROWS[KEY]
        store.remove(KEY)
        assert len(store) == len(ROWS) - 1
        store.add([(KEY, b"another")])
        assert store[KEY] == b"another"


def test_a_failed_transaction_leaves_nothing(filled):
    def rows():
        yield "a" * 64, b"whole"
        raise KeyboardInterrupt

    with opened(filled) as store:
        with pytest.raises(KeyboardInterrupt):
            store.add(rows())
        assert contents(store) == ROWS
        store.add([("a" * 64, b"whole")])
        assert store["a" * 64] == b"whole"


def test_results_are_copied_where_they_lack(filled, elsewhere):
    with opened(filled) as source, opened(elsewhere) as target:
        target.add([(KEY, b"there before")])
        assert copy_results(source, target) == len(ROWS) - 1
        assert copy_results(source, target) == 0
        assert contents(target) == ROWS | {KEY: b"there before"}


def test_fresh_sets_the_old_store_aside(filled):
    said = []
    with opened(filled, IDENTITY | {"seed": 2}, fresh=True, announce=said.append) as store:
        assert len(store) == 0
    opened(filled, fresh=True, announce=said.append).close()
    assert "study.sqlite.old-1" in said[0]
    assert "study.sqlite.old-2" in said[1]
    (filled / "study.sqlite.old-1").rename(filled / "study.sqlite")
    assert reopened(filled) == (ROWS, [])


def test_an_empty_file_is_a_new_study(tmp_path):
    (tmp_path / "study.sqlite").touch()
    assert reopened(tmp_path) == ({}, [])


# --------------------------------------------------------------------------------------------------
# What is refused, and stays as it is.


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 2}, "seed is 0 there and 2 here"),
        ({"protocol": {"name": "toy", "n_epochs": 9}}, "protocol.n_epochs is 3 there and 9"),
        ({"protocol": {"name": "released"}}, "study: protocol is toy there and released here; c"),
        ({"version": "2"}, "version is absent there and 2 here"),
    ],
)
def test_another_study(filled, change, said):
    refused(filled, said, identity=IDENTITY | change)
    overwrite_page(filled / "study.sqlite", -1, RANDOM_PAGE)  # although it is damaged
    refused(filled, said, identity=IDENTITY | change)


def test_a_study_that_is_forged_is_shown_on_one_line(tmp_path):
    opened(tmp_path, {"seed": "1\n\x1b[31mminimtl: all is well", "x" * 9999: 1}).close()
    refused(tmp_path, "another study")


@pytest.mark.parametrize(("here", "said"), [(4, "an earlier version"), (2, "a later version")])
def test_a_store_of_another_format(filled, monkeypatch, here, said):
    monkeypatch.setattr(storefile, "FORMAT_VERSION", here)
    refused(filled, f"{said} .*--out, or --fresh to set", *WAYS_TO_OPEN)


def test_what_is_no_store(tmp_path):
    refused(tmp_path, "holds no study", open_existing_store)
    (tmp_path / "file").touch()
    with pytest.raises(MinimtlError, match="choose another --out"):
        opened(tmp_path / "file" / "out")
    (tmp_path / "study.sqlite").mkdir()
    refused(tmp_path, "not a file", *WAYS_TO_OPEN)


def test_a_store_that_is_held_is_only_read(filled):
    with opened(filled) as writer:
        refused(filled, "another minimtl is at work")
        with open_existing_store(filled) as reader:
            assert not reader.is_held
            assert (reader.identity, contents(reader)) == (IDENTITY, ROWS)
            with pytest.raises(MinimtlError, match=r"study\.sqlite cannot be read or written"):
                reader.add([("a" * 64, b"not by a reader")])
            writer.add([("b" * 64, b"while it is read")])
            assert reader["b" * 64] == b"while it is read"
    opened(filled).close()


@pytest.mark.skipif(os.name == "nt", reason="Windows locks in another way")
def test_a_file_system_without_locks(filled, monkeypatch):
    def refuse(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    refused(filled, r"its file system refuses to lock .*another --out", *WAYS_TO_OPEN)


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no open file")
@pytest.mark.parametrize("replaced", [False, True])
def test_a_store_that_is_removed_while_it_is_open(filled, replaced):
    with opened(filled) as store:
        (filled / "study.sqlite").unlink()
        if replaced:
            (filled / "study.sqlite").touch()
        with pytest.raises(MinimtlError, match=r"study\.sqlite was removed or replaced while"):
            store.add([("a" * 64, b"into nowhere")])


@pytest.mark.parametrize("name", ["study.sqlite", ".study.lock"])
@pytest.mark.parametrize("exists", [True, False])
def test_a_planted_link(filled, whole, elsewhere, name, exists):
    if exists:
        (elsewhere / "target").write_bytes(whole)
    before = files_in(elsewhere)
    (filled / name).unlink(missing_ok=True)
    (filled / name).symlink_to(elsewhere / "target")
    for way in WAYS_TO_OPEN:
        with pytest.raises(MinimtlError, match=r"cannot be (read or )?written"):
            way(filled)
    assert files_in(elsewhere) == before


def test_a_planted_journal_or_a_name_for_what_is_damaged(filled, elsewhere):
    mine = elsewhere / "mine"
    mine.write_bytes(b"mine")
    (filled / "study.sqlite.damaged-1").symlink_to(mine)
    overwrite_page(filled / "study.sqlite", -1, RANDOM_PAGE)
    reopened(filled)
    (filled / "study.sqlite-journal").symlink_to(mine)
    with suppress(MinimtlError), opened(filled) as store:
        store.add([("a" * 64, b"beside a planted journal")])
    assert mine.read_bytes() == b"mine"


def test_what_a_killed_process_had_begun_to_write_is_removed(filled):
    code = (
        "import os, pathlib, signal, sys\n"
        "from minimtl.system import write_atomically\n"
        "os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(pathlib.Path(sys.argv[1]) / 'manifest.json', b'{}')\n"
    )
    subprocess.run([sys.executable, "-c", code, str(filled)], env=ENVIRONMENT, check=False)
    (filled / ".manifest.json.mine").touch()
    assert len(list(filled.glob(".manifest.json.*"))) == 2
    opened(filled).close()
    assert [path.name for path in filled.glob(".manifest.json.*")] == [".manifest.json.mine"]


# --------------------------------------------------------------------------------------------------
# Damage: the store is set aside, and another one begins.


def assert_set_aside(folder, found=""):
    """A damaged store is at another name as it was, and its place is taken by an empty one."""
    damaged = (folder / "study.sqlite").read_bytes()
    with pytest.raises(MinimtlError, match=r"damaged.*run `minimtl study`"):
        open_existing_store(folder)
    stored, said = reopened(folder)
    assert stored == {}
    assert len(said) == 1
    assert found in said[0]
    assert "it is now" in said[0]
    (aside,) = folder.glob("study.sqlite.damaged-*")
    assert aside.read_bytes() == damaged
    assert reopened(folder) == ({}, [])
    aside.unlink()


def overwrite_page(path, number, content):
    """Pages are numbered from zero; negative numbers count from the end."""
    pages = bytearray(path.read_bytes())
    start = number % (len(pages) // PAGE_SIZE) * PAGE_SIZE
    pages[start : start + PAGE_SIZE] = content
    path.write_bytes(pages)


ENDLESS_VIEW = """
    ALTER TABLE results RENAME TO kept;
    CREATE VIEW results AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT i AS key, i AS payload, i AS checksum FROM n
"""


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("DROP TABLE identity", "tables are not those of a study"),
        (ENDLESS_VIEW, "tables are not those of a study"),
        ("UPDATE identity SET text = '{}'", "the study it belongs to cannot be read"),
        ("UPDATE results SET key = 'x' WHERE rowid = 1", "a result is not as it was written"),
    ],
    ids=["other tables", "endless view", "other identity", "other key"],
)
def test_tables_that_somebody_changed(filled, script, found):
    with closing(sqlite3.connect(filled / "study.sqlite")) as hostile, hostile:
        hostile.executescript(script)
    assert_set_aside(filled, found)


NO_IDENTITIES = {"cut": "{", "list": "[1]", "empty": "{}", "deep": "[" * 100_000, "byte": "\xff"}


@pytest.mark.parametrize("text", NO_IDENTITIES.values(), ids=NO_IDENTITIES)
def test_a_forged_identity_with_the_right_checksum(filled, text):
    row = (text, storefile.checksum(b"identity", text.encode()))
    with closing(sqlite3.connect(filled / "study.sqlite")) as forger, forger:
        forger.execute("UPDATE identity SET text = ?, checksum = ?", row)
    assert_set_aside(filled, "it does not say of which study")


def test_any_page_and_the_end_may_be_lost(filled, whole):
    path = filled / "study.sqlite"
    n_pages = len(whole) // PAGE_SIZE
    assert n_pages >= 54
    for number in range(n_pages):
        path.write_bytes(whole)
        overwrite_page(path, number, bytes(PAGE_SIZE))
        assert_set_aside(filled)
    for length in (10_000, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert_set_aside(filled)


def test_a_journal_goes_with_its_damaged_store(filled):
    journal = filled / "study.sqlite-journal"
    journal.write_bytes(b"of the store that is damaged")
    overwrite_page(filled / "study.sqlite", 0, RANDOM_PAGE)
    assert reopened(filled)[0] == {}
    assert not journal.exists()
    assert (filled / "study.sqlite.damaged-1-journal").exists()


@pytest.mark.parametrize("position", range(24))
def test_every_byte_of_the_header_counts(filled, whole, position):
    damaged = bytearray(whole)
    damaged[position] ^= 1
    (filled / "study.sqlite").write_bytes(damaged)
    assert_set_aside(filled)


PLACES = st.floats(0, 1, exclude_max=True)


@settings(max_examples=60, deadline=None)
@given(flips=st.lists(st.tuples(st.booleans(), PLACES, st.integers(0, 7)), min_size=1, max_size=4))
def test_flipped_bits_never_give_a_wrong_result(whole, tmp_path_factory, flips):
    """Half of them are near the beginning, where SQLite keeps what it is told of the file."""
    damaged = bytearray(whole)
    for is_header, place, bit in flips:
        damaged[int(place * (200 if is_header else len(damaged)))] ^= 1 << bit
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "study.sqlite").write_bytes(damaged)
    found, said = reopened(folder)
    assert (found, len(said)) in ((ROWS, 0), ({}, 1))


def without_heads_of_pages(whole):
    """All pages but the first begin with a byte that none begins with."""
    pages = bytearray(whole)
    for start in range(PAGE_SIZE, len(pages), PAGE_SIZE):
        pages[start] ^= 0xFF
    return pages


def with_another_result(whole):
    """One that SQLite takes for whole."""
    return whole.replace(b"\x3b" * 97, b"\x3a" * 97)


@pytest.mark.parametrize("damage", [without_heads_of_pages, with_another_result])
def test_damage_while_open_is_a_sentence(filled, whole, damage):
    with opened(filled) as store:
        (filled / "study.sqlite").write_bytes(damage(whole))
        store._connection.execute("PRAGMA shrink_memory")
        with pytest.raises(MinimtlError, match="damaged"):
            contents(store)
