"""Where the cache is, by platform and by what the environment says."""

import os
import pathlib
import sys

import pytest

from minimtl.errors import MinimtlError
from minimtl.system import cache_dir

pytestmark = pytest.mark.skipif(os.name == "nt", reason="written for paths with /")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in ("MINIMTL_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/ann")


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


@pytest.mark.parametrize("chosen", [None, "~nobody-of-this-name/c"])
def test_no_home_folder_has_its_sentence(monkeypatch, chosen):
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as it does without a home
    if sys.version_info < (3, 11):  # pathlib holds the function in a place of its own
        monkeypatch.setattr(pathlib._NormalAccessor, "expanduser", staticmethod(lambda path: path))
    if chosen:
        monkeypatch.setenv("MINIMTL_CACHE", chosen)
    with pytest.raises(MinimtlError, match=r"no home folder .*; set MINIMTL_CACHE"):
        cache_dir()
