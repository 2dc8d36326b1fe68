"""What ``--corpus`` leads to, and where each edition is looked for."""

import lzma

import pytest

from minimtl.corpora import load
from minimtl.corpora.editions import Edition
from minimtl.corpora.load import (
    CORPUS_CHOICES,
    FetchError,
    find_corpus,
    load_amazon,
    load_corpus,
    load_whole_posts,
)
from minimtl.corpora.newsgroups import BYDATE
from minimtl.corpora.packaged import PACKAGED
from minimtl.errors import MinimtlError, UsageError


def ignore(line):
    """Stands in for what prints a line."""


@pytest.fixture
def sources(tmp_path, monkeypatch, posts, tar_gz):
    """A folder of the user's and a cache, both with the archive; tests take them away."""
    data, cache = tmp_path / "data", tmp_path / "cache"
    data.mkdir()
    cache.mkdir()
    monkeypatch.setenv("MINIMTL_DATA", str(data))
    monkeypatch.setenv("MINIMTL_CACHE", str(cache))
    monkeypatch.setattr(Edition, "check", lambda self, path: "as published")
    (data / BYDATE.file_name).write_bytes(tar_gz(posts))
    (cache / BYDATE.file_name).write_bytes(tar_gz({f"a/{n}": c for n, c in posts.items()}))
    return data, cache


def test_auto_is_packaged_and_needs_neither_file_nor_network(tmp_path, monkeypatch):
    monkeypatch.delenv("MINIMTL_DATA", raising=False)
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "none"))
    monkeypatch.setattr(load, "fetch_edition", lambda *args: pytest.fail("fetches"))
    lines = []
    assert load_corpus("auto", announce=lines.append).edition == "packaged"
    assert lines == [
        "Corpus: packaged edition from 20news-words.xz, 11,314 training and 7,532 test documents"
    ]
    assert list(tmp_path.iterdir()) == []
    assert find_corpus("packaged", announce=ignore) == find_corpus("auto", announce=ignore)


def test_the_file_of_the_user_comes_before_the_cache_and_that_before_fetching(sources, monkeypatch):
    path = sources[0] / BYDATE.file_name
    first = load_corpus("bydate", announce=ignore)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(MinimtlError, match=r"20news-bydate\.tar\.gz is damaged"):
        load_corpus("bydate", announce=ignore)
    path.unlink()
    second = load_corpus("bydate", announce=ignore)
    assert first.sha256 != second.sha256
    assert first.digest == second.digest

    def fetch(edition, announce):
        raise FetchError(f"no {edition.name}.")

    monkeypatch.setattr(load, "fetch_edition", fetch)
    with pytest.raises(FetchError, match=r"^no bydate\.$"):
        load_corpus("bydate", announce=ignore)


def test_paths_are_known_by_their_content(sources, tmp_path, unpack, posts, monkeypatch):
    _, cache = sources
    odd = tmp_path / "posts.zip"
    odd.write_bytes((cache / BYDATE.file_name).read_bytes())
    folder = unpack(tmp_path / "p", posts)
    for path in (odd, folder):
        assert find_corpus(str(path), announce=ignore) == (BYDATE, path)
    monkeypatch.chdir(folder)
    assert load_corpus(".", announce=ignore).source == "p"
    words = tmp_path / "words"
    words.write_bytes(lzma.compress(b""))
    assert find_corpus(str(words), announce=ignore) == (PACKAGED, words)
    (tmp_path / "words.txt").write_text("words")
    for nothing in (tmp_path / "words.txt", cache):
        with pytest.raises(MinimtlError, match="is no corpus: give 20news-bydate"):
            find_corpus(str(nothing), announce=ignore)


@pytest.mark.parametrize("choice", ["by-date", "a\0b", ""])
def test_a_misspelt_name_is_wrong_usage(choice):
    with pytest.raises(UsageError, match=f"neither one of {', '.join(CORPUS_CHOICES)} nor"):
        load_corpus(choice, announce=ignore)


def test_amazon(tmp_path, monkeypatch, reviews, tar_gz):
    monkeypatch.setenv("MINIMTL_DATA", str(tmp_path))
    path = tmp_path / "processed_acl.tar.gz"
    path.write_bytes(tar_gz(reviews))
    found = load_amazon("amazon", announce=ignore)
    assert found.sha256 == load_amazon(str(path), announce=ignore).sha256
    with pytest.raises(UsageError, match="neither one of amazon nor"):
        load_amazon("amazn", announce=ignore)


def test_whole_posts_of_a_corpus(sources, tmp_path, unpack, posts):
    """Of the archive where the corpus is named, and of the very folder where that was given."""
    folder = unpack(tmp_path / "mine", posts)
    for choice, name in (("bydate", BYDATE.file_name), (str(folder), "mine")):
        corpus = load_corpus(choice, announce=ignore)
        whole = load_whole_posts(corpus, choice, announce=ignore)
        assert whole.source == name
        assert whole.train.texts != corpus.train.texts


def test_whole_posts_of_another_archive_than_the_corpus(sources):
    packaged = load_corpus("packaged", announce=ignore)
    with pytest.raises(MinimtlError, match=r"holds other posts than the corpus 20news-words.xz"):
        load_whole_posts(packaged, "auto", announce=ignore)


@pytest.mark.corpus
@pytest.mark.slow
def test_whole_posts_of_the_packaged_corpus_are_those_of_the_real_archive(data_dir):
    packaged = load_corpus("packaged", announce=ignore)
    whole = load_whole_posts(packaged, "auto", announce=ignore)
    for name in ("train", "test"):
        words, posts = getattr(packaged, name), getattr(whole, name)
        assert (words.topics == posts.topics).all()
        assert all(
            set(w.split()) <= set(p.split()) for w, p in zip(words.texts, posts.texts, strict=True)
        )
