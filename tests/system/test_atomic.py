"""What is written is whole or absent, whatever call fails, and never takes the place of a node."""

import ast
import os
import re
from pathlib import Path

import pytest

import minimtl
from minimtl.errors import MinimtlError
from minimtl.system import write_atomically

unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such nodes")


def test_content_is_written_and_replaced(tmp_path, monkeypatch):
    """With the mode that open() gives, by the process's umask, which stays as it is."""
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("other threads have it, too"))
    path, plain = tmp_path / "table.csv", tmp_path / "plain"
    plain.write_bytes(b"")
    write_atomically(path, b"first")
    write_atomically(path, iter([b"sec", b"ond"]))
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode == plain.stat().st_mode
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["plain", "table.csv"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failing_call_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch, call):
    path = tmp_path / "table.csv"
    path.write_bytes(b"old")

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(MinimtlError, match="No space left"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.csv"]


def test_a_missing_folder_is_a_sentence(tmp_path):
    with pytest.raises(MinimtlError, match=r"Cannot write .*choose another place"):
        write_atomically(tmp_path / "absent" / "table.csv", b"")


@unix
def test_a_link_of_ones_own_stays_and_its_target_is_written(tmp_path):
    link, target = tmp_path / "first", tmp_path / "targets" / "table.csv"
    target.parent.mkdir()
    link.symlink_to("second")
    (tmp_path / "second").symlink_to(target)
    for content in (b"one", b"two"):  # the target is absent, then there
        write_atomically(link, content)
        assert target.read_bytes() == content
    assert link.is_symlink()
    assert [*target.parent.iterdir()] == [target]
    target.unlink()
    target.symlink_to(link)
    with pytest.raises(MinimtlError, match="Too many levels"):
        write_atomically(link, b"round and round")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a link away"
)
def test_a_link_of_another_user_is_refused(tmp_path):
    (tmp_path / "planted").symlink_to(tmp_path / "target")
    os.lchown(tmp_path / "planted", 12345, 12345)
    with pytest.raises(MinimtlError, match="a link that another user made"):
        write_atomically(tmp_path / "planted", b"")
    assert [entry.name for entry in tmp_path.iterdir()] == ["planted"]


def device(path, minor):
    """A device of its own for the test: a fault must not replace one of the machine's."""
    try:
        os.mknod(path, 0o020666, os.makedev(1, minor))
        path.open("wb").close()
    except OSError:
        pytest.skip("may not make a device")
    return path


@unix
def test_a_device_is_written_to_and_stays(tmp_path):
    null, full = device(tmp_path / "null", 3), device(tmp_path / "full", 7)
    (tmp_path / "link").symlink_to(null)
    write_atomically(null, b"into nothing")
    write_atomically(tmp_path / "link", b"into nothing")
    assert null.is_char_device()
    assert (tmp_path / "link").is_symlink()
    with pytest.raises(MinimtlError, match=r"full: No space left on device; choose another"):
        write_atomically(full, b"too much")
    assert full.is_char_device()


@unix
def test_a_fifo_is_written_to_and_stays(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with os.fdopen(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        write_atomically(fifo, [b"through ", b"the pipe"])
        assert reader.read() == b"through the pipe"
    assert fifo.is_fifo()
    assert [entry.name for entry in tmp_path.iterdir()] == ["fifo"]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="reads /proc")
def test_an_open_file_goes_on_where_it_is(tmp_path):
    """What `--out /dev/stdout >> log` comes to."""
    with (tmp_path / "log").open("wb", buffering=0) as log:
        log.write(b"before, ")
        (tmp_path / "stdout").symlink_to(f"/proc/self/fd/{log.fileno()}")
        write_atomically(tmp_path / "stdout", b"after")
        assert os.fstat(log.fileno()).st_nlink == 1
    assert (tmp_path / "log").read_bytes() == b"before, after"


def writes(node):
    """Whether a node of the source calls what writes a file."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func).rpartition(".")[2]
    modes = [ast.unparse(part).strip("'") for part in [*node.args, *node.keywords]]
    opens = name == "open" and any(re.fullmatch("(mode=')?[wax]b?", mode) for mode in modes)
    return opens or name in ("write_text", "write_bytes", "save", "savez")


def test_nothing_else_in_the_package_writes_files():
    """So that every output keeps what is promised here."""
    package = Path(minimtl.__file__).parent
    writers = {
        path.name
        for path in package.rglob("*.py")
        if any(map(writes, ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert writers == {"system.py"}
