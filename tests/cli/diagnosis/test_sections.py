"""Machine, packages and places: what is said of a whole machine, and of a broken one."""

import configparser
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from minimtl.cli.diagnosis import machine, packages, places
from minimtl.cli.diagnosis.section import Section, make_section
from minimtl.corpora.load import EDITIONS
from minimtl.corpora.newsgroups import BYDATE
from minimtl.errors import MinimtlError


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """A cache and a working folder of the test's own."""
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_whatever_fails_becomes_a_sentence():
    def crash(section):
        section.facts["a"] = 1
        raise KeyError("b")

    section = make_section("x", crash)
    assert section.facts == {"a": 1}
    assert section.broken == ["Checking x failed (KeyError: 'b')."]


def test_a_known_cause_is_a_note():
    def refuse(section):
        raise MinimtlError("No home.")

    assert make_section("x", refuse) == Section("x", notes=["No home."])


def test_the_machine():
    facts = make_section("machine", machine.fill_machine).facts
    assert facts["python"].endswith(".".join(map(str, sys.version_info[:3])))
    assert 1 <= facts["cores_usable"] <= facts["cores"]
    assert facts["processor"]
    if hasattr(os, "sysconf"):
        assert 1e8 < facts["memory_bytes"] < 1e14


def test_threads_that_are_not_pinned_are_listed(monkeypatch):
    for name in machine.THREAD_VARIABLES:
        monkeypatch.setenv(name, "1")
    assert make_section("m", machine.fill_machine).facts["threads"].startswith("1 per process")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    assert "OMP_NUM_THREADS=8, " in make_section("m", machine.fill_machine).facts["threads"]


def test_the_extras_are_those_of_the_metadata():
    metadata = configparser.ConfigParser()
    metadata.read(Path(__file__).parents[3] / "setup.cfg")
    extras = metadata["options.extras_require"]
    for name, (needs, _) in packages.EXTRAS.items():
        assert [line.split(">")[0] for line in extras[name].split()] == list(needs)
    developers = {"all", "bench", "oracles", "test", "fuzz", "lint", "site"}
    assert set(extras) - set(packages.EXTRAS) == developers
    required = metadata["options"]["install_requires"].strip().splitlines()
    names = [line.split(">")[0] for line in required if not line.startswith("#")]
    assert names == list(packages.REQUIRED)


def test_what_is_missing_and_what_is_broken(monkeypatch):
    absent = ("tqdm", "scipy")
    monkeypatch.setattr(
        packages, "installed_version", lambda name: None if name in absent else "1.0"
    )
    monkeypatch.setitem(sys.modules, "scipy", None)
    section = make_section("packages", packages.fill_packages)
    assert section.facts["numpy"] == "1.0"
    assert section.facts["scipy"] == "missing"
    assert section.facts["tqdm"].startswith("missing; 'pip install minimtl[progress]' adds a prog")
    (sentence,) = section.broken
    assert sentence.startswith("scipy cannot be imported (ModuleNotFoundError")


def test_without_numba_nothing_is_broken(monkeypatch):
    monkeypatch.setattr(
        packages, "installed_version", lambda name: None if name == "numba" else "1.0"
    )
    section = make_section("packages", packages.fill_packages)
    assert section.facts["numba"] == "missing; NumPy trains in its place, some ten times slower"
    assert section.broken == []


def test_places_that_can_be_written(folders):
    (folders / "cache" / "deep").mkdir(parents=True)
    (folders / "cache" / "deep" / "x").write_bytes(b"12345")
    section = make_section("places", places.fill_places)
    assert (section.notes, section.broken) == ([], [])
    assert section.facts["cache_size_bytes"] == 5
    assert section.facts["cache_writable"] is section.facts["here_writable"] is True
    assert section.facts["here_free_bytes"] == pytest.approx(
        shutil.disk_usage(folders).free, rel=0.05
    )
    assert not [path for path in folders.iterdir() if path.name != "cache"]


def test_places_that_cannot(folders, monkeypatch):
    (folders / "file").write_text("")
    monkeypatch.setenv("MINIMTL_CACHE", str(folders / "file" / "cache"))
    usage = shutil.disk_usage(folders)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    section = make_section("places", places.fill_places)
    assert section.facts["cache_writable"] is False
    first, second = section.notes
    assert "cannot be written, so corpora and kernels are not kept; set MINIMTL_CACHE" in first
    assert "cannot hold the results of a study" in second


def test_the_packaged_corpus_is_always_checked(monkeypatch, tmp_path):
    section = make_section("corpora", places.fill_corpora)
    assert section.facts == {"MINIMTL_DATA": None, "packaged in minimtl": "the file as published"}
    assert (section.notes, section.broken) == ([], [])
    monkeypatch.setattr(places, "EDITIONS", (replace(EDITIONS[0], folder=tmp_path),))
    section = make_section("corpora", places.fill_corpora)
    assert section.facts["packaged in minimtl"] == "damaged"
    assert "20news-words.xz cannot be read: No such file" in section.broken[0]


@pytest.mark.parametrize("where", ["cache", "MINIMTL_DATA"])
def test_a_damaged_corpus_is_noticed_where_it_matters(folders, monkeypatch, where):
    folder = folders / "cache"
    if where == "MINIMTL_DATA":
        folder = folders / "data"
        monkeypatch.setenv("MINIMTL_DATA", str(folder))
    folder.mkdir()
    (folder / BYDATE.file_name).write_bytes(b"\x1f\x8bnothing")
    section = make_section("corpora", places.fill_corpora)
    assert section.facts[f"bydate in {where}"] == "damaged"
    said = section.notes if where == "cache" else section.broken
    assert len(said) == 1
    assert len(section.notes) + len(section.broken) == 1
    assert BYDATE.file_name in said[0]


def test_a_whole_corpus_is_recognised(folders, monkeypatch):
    (folders / "cache").mkdir()
    (folders / "cache" / BYDATE.file_name).write_bytes(b"x")
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # SHA-256 of "x"
    monkeypatch.setattr(places, "EDITIONS", (replace(BYDATE, archive_sha256=digest),))
    section = make_section("corpora", places.fill_corpora)
    assert section.facts["bydate in cache"] == "the file as published"
    assert section.notes == []
