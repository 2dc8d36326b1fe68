"""A file written atomically is whole or absent, whatever call fails."""

import os

import pytest

from minimtl.errors import MinimtlError
from minimtl.system import write_atomically


def test_content_is_written_and_replaced(tmp_path):
    path = tmp_path / "table.csv"
    write_atomically(path, b"first")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.csv"]


def test_others_may_read_the_file(tmp_path):
    """As a file made by open() would be: the process's umask decides, not mkstemp's 0600."""
    plain, atomic = tmp_path / "plain", tmp_path / "atomic"
    plain.write_bytes(b"")
    write_atomically(atomic, b"")
    assert atomic.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_a_failing_call_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch, call):
    path = tmp_path / "table.csv"
    path.write_bytes(b"old")

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(MinimtlError, match="No space left"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.csv"]


def test_a_missing_folder_is_a_sentence(tmp_path):
    with pytest.raises(MinimtlError, match="Cannot write"):
        write_atomically(tmp_path / "absent" / "table.csv", b"")
