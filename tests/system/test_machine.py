"""What is read of the machine; the cache folder; and what may be printed on a terminal."""

import os
import pathlib
import platform
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minimtl.errors import MinimtlError
from minimtl.system import (
    available_cores,
    cache_dir,
    escape,
    give_back_memory,
    is_one_line,
    machine_facts,
    package_versions,
    processor,
    say,
)

paths_with_slashes = pytest.mark.skipif(os.name == "nt", reason="written for paths with /")


@pytest.mark.parametrize(
    ("listed", "name", "sets"),
    [
        ("model name\t: Some CPU @ 2 GHz\nflags\t: sse avx\n", "Some CPU @ 2 GHz", {"sse", "avx"}),
        ("processor\t: 0\nFeatures\t: fp asimd\n", "machine", {"fp", "asimd"}),
        (None, "machine", set()),
    ],
    ids=["x86", "Arm", "not Linux"],
)
def test_the_processor_by_what_linux_lists(monkeypatch, tmp_path, listed, name, sets):
    if listed:
        (tmp_path / "cpuinfo").write_text(listed)
    monkeypatch.setattr("minimtl.system.Path", lambda path: tmp_path / "cpuinfo")
    monkeypatch.setattr("platform.processor", lambda: "")
    monkeypatch.setattr("platform.machine", lambda: "machine")
    assert processor() == (name, sets)


def test_versions_and_cores():
    assert package_versions()["numpy"] == np.__version__
    assert package_versions(["no-package-of-this-name"]) == {"no-package-of-this-name": None}
    assert 1 <= available_cores() == machine_facts()["cores"] <= os.cpu_count()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc keeps what is freed")
def test_memory_that_was_freed_is_given_back():
    """Of blocks with a kept one here and there, as texts leave them."""

    def resident_mb():
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    blocks = [bytes(20_000) for _ in range(3_000)]
    kept = blocks[::50]
    del blocks
    before = resident_mb()
    give_back_memory()
    assert resident_mb() < before - 30
    assert len(kept) == 60


@pytest.fixture
def bare_environment(monkeypatch):
    for name in ("MINIMTL_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/ann")


@paths_with_slashes
@pytest.mark.usefixtures("bare_environment")
@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"MINIMTL_CACHE": "/c"}, "/c"),
        ("linux", {"MINIMTL_CACHE": "~/c"}, "/home/ann/c"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/minimtl"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ann/.cache/minimtl"),
        ("linux", {}, "/home/ann/.cache/minimtl"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "/home/ann/Library/Caches/minimtl"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/minimtl"),
        ("win32", {}, "/home/ann/AppData/Local/minimtl"),
    ],
)
def test_the_cache_folder_of_each_platform(monkeypatch, platform, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_dir().as_posix() == expected


@paths_with_slashes
@pytest.mark.usefixtures("bare_environment")
@pytest.mark.parametrize("chosen", [None, "~nobody-of-this-name/c"])
def test_no_home_folder_has_its_sentence(monkeypatch, chosen):
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as it does without a home
    if sys.version_info < (3, 11):  # pathlib holds the function in a place of its own
        monkeypatch.setattr(pathlib._NormalAccessor, "expanduser", staticmethod(lambda path: path))
    if chosen:
        monkeypatch.setenv("MINIMTL_CACHE", chosen)
    with pytest.raises(MinimtlError, match=r"no home folder .*; set MINIMTL_CACHE"):
        cache_dir()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2Jx", r"\x1b[2Jx"),
        ("\u202egpj\u2066.exe", r"\u202egpj\u2066.exe"),
        ("\udcff", r"\udcff"),
        ("one\ntwo\tthree", "one\ntwo\tthree"),
        ("naïve 日本語 क्‍ष 👩‍👧", "naïve 日本語 क्‍ष 👩‍👧"),
    ],
)
def test_what_is_said_cannot_control_the_terminal(capsys, text, expected):
    say(text)
    assert capsys.readouterr().err == f"{expected}\n"


@given(st.text())
@example("\t")
def test_no_control_character_is_left(text):
    left = escape(text)
    assert escape(left) == left
    categories = {unicodedata.category(character) for character in {*left} - {"\n", "\t"}}
    assert not categories & {"Cc", "Cs", "Zl", "Zp"}
    assert is_one_line(text) == (left == text and not {"\n", "\t"} & set(text))
