"""The store: what is written is read back, what is not whole is never believed."""

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimtl.errors import MinimtlError
from minimtl.jobs import store as storefile
from minimtl.jobs.store import open_existing_store, open_store

IDENTITY = {"protocol": {"name": "paper", "n_epochs": 150}, "corpus": "c" * 64, "seed": 1}
ROWS = {f"{number:064x}": bytes([number]) * (number * 97) for number in range(60)}


def opened(folder, identity=IDENTITY, **options):
    options.setdefault("announce", pytest.fail)
    return open_store(Path(folder), identity, **options)


def contents(store):
    return {key: store[key] for key in store}


@pytest.fixture
def filled(tmp_path):
    """A folder with a store of ROWS."""
    with opened(tmp_path) as store:
        store.add(ROWS.items())
    return tmp_path


def test_what_is_added_is_read_back(tmp_path):
    with opened(tmp_path / "new" / "folder") as store:
        store.add(ROWS.items())
        assert len(store) == len(ROWS)
        assert "missing" not in store
        with pytest.raises(KeyError):
            store["missing"]
    with opened(tmp_path / "new" / "folder") as store:
        assert contents(store) == ROWS
        assert store.identity == IDENTITY
    with open_existing_store(tmp_path / "new" / "folder") as store:
        assert contents(store) == ROWS
        assert store.identity == IDENTITY


def test_the_first_result_of_a_key_stays(filled):
    key = next(iter(ROWS))
    with opened(filled) as store:
        store.add([(key, b"another")])
        assert store[key] == ROWS[key]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 2}, "seed is 1 there and 2 here"),
        ({"protocol": {"name": "paper", "n_epochs": 9}}, "protocol.n_epochs is 150 there and 9"),
        ({"version": "2"}, "version is absent there and 2 here"),
    ],
)
def test_another_study_is_refused_and_left_alone(filled, change, said):
    before = {path.name: path.read_bytes() for path in filled.iterdir()}
    with pytest.raises(MinimtlError, match=said):
        opened(filled, IDENTITY | change)
    assert {path.name: path.read_bytes() for path in filled.iterdir()} == before


def test_fresh_sets_the_old_store_aside(filled):
    said = []
    with opened(filled, IDENTITY | {"seed": 2}, fresh=True, announce=said.append) as store:
        assert len(store) == 0
    assert "study.sqlite.old-1" in said[0]
    (filled / "study.sqlite.old-1").rename(filled / "study.sqlite")
    with opened(filled) as store:
        assert contents(store) == ROWS


def test_fresh_where_there_is_nothing(tmp_path):
    with opened(tmp_path, fresh=True) as store:
        assert len(store) == 0


def test_a_folder_without_a_study(tmp_path):
    with pytest.raises(MinimtlError, match="holds no study"):
        open_existing_store(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MinimtlError, match="choose another --out"):
        opened(tmp_path / "file" / "out")


def test_a_store_that_is_a_folder(tmp_path):
    (tmp_path / "study.sqlite").mkdir()
    with pytest.raises(MinimtlError, match="not a file"):
        opened(tmp_path)


def test_a_second_holder_is_refused_at_once(filled):
    with opened(filled), pytest.raises(MinimtlError, match="another minimtl is at work"):
        opened(filled)
    opened(filled).close()


def test_others_read_a_store_that_is_held_and_cannot_write_it(filled):
    before = (filled / "study.sqlite").read_bytes()
    with opened(filled) as writer:
        with open_existing_store(filled) as reader:
            assert writer.is_held
            assert not reader.is_held
            assert reader.identity == IDENTITY
            assert contents(reader) == ROWS
            with pytest.raises(MinimtlError, match=r"study\.sqlite cannot be read or written"):
                reader.add([("a" * 64, b"not by a reader")])
            assert (filled / "study.sqlite").read_bytes() == before
            writer.add([("b" * 64, b"while it is read")])
            assert reader["b" * 64] == b"while it is read"
        with pytest.raises(MinimtlError, match="another minimtl is at work"):
            opened(filled)


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no open file")
@pytest.mark.parametrize("replaced", [False, True])
def test_a_store_that_is_removed_while_it_is_open_is_a_sentence(filled, replaced):
    with opened(filled) as store:
        (filled / "study.sqlite").unlink()
        if replaced:
            (filled / "study.sqlite").touch()
        with pytest.raises(MinimtlError, match=r"study\.sqlite was removed or replaced while"):
            store.add([("a" * 64, b"into nowhere")])


def test_a_second_process_is_refused_until_the_first_is_killed(filled):
    hold = (
        "import sys, time, pathlib\n"
        "from minimtl.jobs.lock import FolderLock\n"
        "lock = FolderLock(pathlib.Path(sys.argv[1]))\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(filled)], stdout=subprocess.PIPE, env=environment
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(MinimtlError, match="another minimtl is at work"):
            opened(filled)
    finally:
        holder.kill()
        holder.communicate()
    open_existing_store(filled).close()


@pytest.mark.skipif(os.name == "nt", reason="Windows locks in another way")
def test_a_file_system_without_locks_is_a_sentence(filled, monkeypatch):
    def refuse(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    before = (filled / "study.sqlite").read_bytes()
    for open_it in (opened, open_existing_store):
        with pytest.raises(MinimtlError, match=r"its file system refuses to lock .*another --out"):
            open_it(filled)
    assert (filled / "study.sqlite").read_bytes() == before


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


def test_an_empty_file_is_a_new_study(tmp_path):
    (tmp_path / "study.sqlite").touch()
    with opened(tmp_path) as store:
        assert len(store) == 0


def rescued_contents(folder, identity=IDENTITY):
    """Contents after opening a store that may be damaged, and what was said of it."""
    said = []
    with opened(folder, identity, announce=said.append) as store:
        return contents(store), said


@pytest.mark.parametrize(
    "foreign",
    [b"not a database at all", b"SQLite format 3\x00" + b"\0" * 5000, os.urandom(20_000)],
)
def test_a_file_that_is_no_store_is_set_aside(tmp_path, foreign):
    (tmp_path / "study.sqlite").write_bytes(foreign)
    found, said = rescued_contents(tmp_path)
    assert found == {}
    assert "study.sqlite.damaged-1" in said[0]
    assert (tmp_path / "study.sqlite.damaged-1").read_bytes() == foreign


def test_a_commit_waits_for_the_disk_and_the_folder(filled):
    """Nothing here can cut the power; this is what SQLite documents for surviving it."""
    with opened(filled) as store:
        assert store._connection.execute("PRAGMA synchronous").fetchone() == (3,)  # EXTRA
        assert store._connection.execute("PRAGMA journal_mode").fetchone() == (b"delete",)


def test_another_programs_database_is_set_aside(tmp_path):
    with sqlite3.connect(tmp_path / "study.sqlite") as other:
        other.execute("CREATE TABLE trials (number INTEGER)")
        other.execute("INSERT INTO trials VALUES (1)")
    found, said = rescued_contents(tmp_path)
    assert found == {}
    assert len(said) == 1


def test_a_hostile_schema_is_not_run(filled):
    """A view or trigger in place of our tables could run for ever."""
    with sqlite3.connect(filled / "study.sqlite") as hostile:
        hostile.execute("ALTER TABLE results RENAME TO kept")
        hostile.execute(
            "CREATE VIEW results AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT i AS key, i AS payload, i AS checksum FROM n"
        )
    hostile.close()
    _, said = rescued_contents(filled)
    assert "tables are not those of a study" in said[0]


def test_a_forged_identity_is_shown_on_one_line(tmp_path):
    forged = {"seed": "1\n\x1b[31mminimtl: all is well", "x" * 9999: 1}
    opened(tmp_path, forged).close()
    with pytest.raises(MinimtlError) as refusal:
        opened(tmp_path)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 1000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[1]", "does not say of which study"),
        ("{}", "does not say of which study"),
        ("[" * 100_000, "too deeply nested"),
        ("\xff", "no JSON"),
    ],
)
def test_a_forged_identity_with_the_right_checksum(filled, text, said):
    with sqlite3.connect(filled / "study.sqlite") as forger:
        row = (text, storefile.checksum(b"identity", text.encode()))
        forger.execute("UPDATE identity SET text = ?, checksum = ?", row)
    forger.close()
    found, announced = rescued_contents(filled)
    assert found == ROWS
    assert said in announced[0]


def test_a_store_of_another_format_is_refused(filled, monkeypatch):
    for there, here, which in ((3, 4, "an earlier"), (3, 2, "a later")):
        assert there == storefile.FORMAT_VERSION
        with monkeypatch.context() as patch:
            patch.setattr(storefile, "FORMAT_VERSION", here)
            for open_it in (opened, open_existing_store):
                with pytest.raises(
                    MinimtlError, match=f"{which} version .*--out, or --fresh to set"
                ):
                    open_it(filled)
    with opened(filled) as store:
        assert contents(store) == ROWS


def overwrite_page(path, number, content):
    """Pages are numbered from one; negative numbers count from the end."""
    pages = bytearray(path.read_bytes())
    start = (number - 1 if number > 0 else len(pages) // storefile.PAGE_SIZE + number) * 4096
    pages[start : start + storefile.PAGE_SIZE] = content
    path.write_bytes(pages)


def test_what_is_kept_of_a_damaged_store_is_said_truly(filled):
    """Any page may be lost; the old store stays as it was beside the new one."""
    path = filled / "study.sqlite"
    whole = path.read_bytes()
    assert len(whole) // storefile.PAGE_SIZE >= 54
    n_kept = []
    for number in range(1, len(whole) // storefile.PAGE_SIZE + 1):
        path.write_bytes(whole)
        overwrite_page(path, number, bytes(storefile.PAGE_SIZE))
        damaged = path.read_bytes()
        found, (sentence,) = rescued_contents(filled)
        assert found.items() <= ROWS.items()
        assert f"{len(found)} of its results could be read and are kept" in sentence
        aside = filled / f"study.sqlite.damaged-{number}"
        assert f"it is now {aside};" in sentence
        assert aside.read_bytes() == damaged
        n_kept.append(len(found))
    assert n_kept[0] == 0  # SQLite reads nothing without the first page
    assert n_kept.count(0) <= 2  # the other is the root of the results
    assert sum(n > len(ROWS) - 6 for n in n_kept) >= len(n_kept) - 4


def test_a_damaged_store_of_another_study_is_refused(filled):
    path = filled / "study.sqlite"
    overwrite_page(path, -1, os.urandom(storefile.PAGE_SIZE))
    with pytest.raises(MinimtlError, match="damaged"):
        open_existing_store(filled)
    before = path.read_bytes()
    with pytest.raises(MinimtlError, match="seed is 1 there and 2 here"):
        opened(filled, IDENTITY | {"seed": 2})
    assert path.read_bytes() == before
    assert sorted(p.name for p in filled.iterdir()) == [".study.lock", "study.sqlite"]


def test_half_a_store_keeps_about_half_its_results(filled):
    path = filled / "study.sqlite"
    os.truncate(path, path.stat().st_size // 2)
    found, said = rescued_contents(filled)
    assert len(said) == 1
    assert (
        10 <= len(found) < len(ROWS)
    )  # the payloads grow, so half the pages are not half the rows
    assert found.items() <= ROWS.items()


def test_a_lost_page_costs_only_its_own_results(filled):
    path = filled / "study.sqlite"
    overwrite_page(path, path.stat().st_size // storefile.PAGE_SIZE // 2, bytes(4096))
    found, _ = rescued_contents(filled)
    assert len(ROWS) - 5 <= len(found) < len(ROWS)
    assert found.items() <= ROWS.items()


def test_reports_of_a_damaged_store_say_what_to_do(filled):
    os.truncate(filled / "study.sqlite", 10_000)
    with pytest.raises(MinimtlError, match=r"damaged.*run `minimtl study`"):
        open_existing_store(filled)
    assert (filled / "study.sqlite").stat().st_size == 10_000


def test_nothing_is_written_through_planted_links(filled, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "aside").write_bytes(b"mine")
    (filled / "study.sqlite.damaged-1").symlink_to(elsewhere / "aside")
    overwrite_page(filled / "study.sqlite", -1, os.urandom(storefile.PAGE_SIZE))
    rescued_contents(filled)
    assert (elsewhere / "aside").read_bytes() == b"mine"
    (elsewhere / "journal").write_bytes(b"mine")
    (filled / "study.sqlite-journal").symlink_to(elsewhere / "journal")
    with suppress(MinimtlError), opened(filled) as store:
        store.add([("a" * 64, b"beside a planted journal")])
    assert (elsewhere / "journal").read_bytes() == b"mine"
    (filled / "study.sqlite-journal").unlink(missing_ok=True)
    (filled / "study.sqlite").rename(elsewhere / "whole")
    (filled / "study.sqlite").symlink_to(elsewhere / "whole")
    for open_it in (opened, open_existing_store):
        with pytest.raises(MinimtlError, match="because it is a link"):
            open_it(filled)
    (filled / "study.sqlite").unlink()
    (filled / "study.sqlite").symlink_to(elsewhere / "new")
    with pytest.raises(MinimtlError, match=r"study\.sqlite cannot be read or written"):
        opened(filled)
    assert not (elsewhere / "new").exists()
    (filled / ".study.lock").unlink()
    (filled / ".study.lock").symlink_to(elsewhere / "new")
    with pytest.raises(MinimtlError, match=r"\.study\.lock cannot be written"):
        opened(filled)
    assert not (elsewhere / "new").exists()


def test_what_a_killed_process_had_begun_to_write_is_removed(filled):
    code = (
        "import os, pathlib, signal, sys\n"
        "from minimtl.system import write_atomically\n"
        "os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(pathlib.Path(sys.argv[1]) / 'manifest.json', b'{}')\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(filled)], env=environment, check=False)
    (filled / ".manifest.json.mine").touch()
    assert len(list(filled.glob(".manifest.json.*"))) == 2
    opened(filled).close()
    assert [path.name for path in filled.glob(".manifest.json.*")] == [".manifest.json.mine"]


def test_a_removed_result_can_be_added_again(filled):
    key = next(iter(ROWS))
    with opened(filled) as store:
        store.remove(key)
        assert key not in store
        store.add([(key, b"another")])
        assert store[key] == b"another"


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    with opened(folder) as store:
        store.add(ROWS.items())
    return folder / "study.sqlite"


damages = st.one_of(
    st.tuples(st.just("truncate"), st.floats(0, 1), st.just(0)),
    st.tuples(st.just("flip"), st.floats(0, 1, exclude_max=True), st.integers(0, 7)),
    st.tuples(st.just("flip header"), st.floats(0, 1, exclude_max=True), st.integers(0, 7)),
    st.tuples(st.just("zero page"), st.floats(0, 1, exclude_max=True), st.just(0)),
    st.tuples(st.just("noise page"), st.floats(0, 1, exclude_max=True), st.integers(0, 255)),
)


def damage(data, kind, where, detail):
    data = bytearray(data)
    if kind == "truncate" or not data:
        return bytes(data[: int(where * len(data))])
    if kind.startswith("flip"):
        position = int(where * (min(200, len(data)) if kind == "flip header" else len(data)))
        data[position] ^= 1 << detail
        return bytes(data)
    start = int(where * len(data)) // storefile.PAGE_SIZE * storefile.PAGE_SIZE
    noise = (detail * position * position % 251 for position in range(storefile.PAGE_SIZE))
    data[start : start + storefile.PAGE_SIZE] = bytes(noise)
    return bytes(data)


@settings(max_examples=60, deadline=None)
@given(damages=st.lists(damages, min_size=1, max_size=4))
def test_damage_never_gives_a_wrong_result(whole_file, tmp_path_factory, damages):
    folder = tmp_path_factory.mktemp("damaged")
    damaged = whole_file.read_bytes()
    for one in damages:
        damaged = damage(damaged, *one)
    (folder / "study.sqlite").write_bytes(damaged)
    found, said = rescued_contents(folder)
    assert found.items() <= ROWS.items()
    if found != ROWS and damaged:
        assert len(said) == 1
        assert (folder / "study.sqlite.damaged-1").exists()
    assert rescued_contents(folder) == (found, [])  # and the new store is whole


def test_damage_while_open_is_a_sentence(filled):
    with opened(filled) as store:
        path = filled / "study.sqlite"
        data = bytearray(path.read_bytes())
        for start in range(storefile.PAGE_SIZE, len(data), storefile.PAGE_SIZE):
            data[start] ^= 0xFF
        path.write_bytes(data)
        store._connection.execute("PRAGMA shrink_memory")
        with pytest.raises(MinimtlError, match="damaged"):
            contents(store)


def test_a_study_by_another_protocol_is_told_by_its_name(tmp_path):
    paper = {"protocol": {"name": "paper", "sampling": {"max_test": None}}, "seed": 0}
    released = {"protocol": {"name": "released", "sampling": {"max_test": 700}}, "seed": 0}
    with open_store(tmp_path, paper, announce=pytest.fail):
        pass
    with pytest.raises(
        MinimtlError, match="holds another study: protocol is paper there and released here; choose"
    ):
        open_store(tmp_path, released, announce=pytest.fail)
