"""From what a user asks for (``--corpus``) to the corpus."""

import os
from pathlib import Path

from minimtl.corpora.amazon import AMAZON, AmazonReviews
from minimtl.corpora.fetch import Announce, Edition, fetch_edition
from minimtl.corpora.newsgroups import BYDATE, TOPIC_TREE, read_newsgroups
from minimtl.corpora.packaged import PACKAGED
from minimtl.corpora.partitions import Corpus
from minimtl.corpora.synthetic import generate_synthetic
from minimtl.errors import MinimtlError, UsageError

# The registry: an edition that stands here can be named, recognised, fetched and verified. The
# first one is what ``auto`` takes.
EDITIONS: tuple[Edition[Corpus], ...] = (PACKAGED, BYDATE)
SYNTHETIC = "synthetic"
CORPUS_CHOICES = ("auto", *(edition.name for edition in EDITIONS), SYNTHETIC)
CORPUS_METAVAR = f"{{{','.join(CORPUS_CHOICES)},PATH}}"


def load_corpus(choice: str, *, announce: Announce) -> Corpus:
    """The corpus that `choice` names: one of `CORPUS_CHOICES`, or a file or folder.

    `announce` is called with one line that says which edition was taken, and with one line before
    each download.

    Raises
    ------
    UsageError
        If `choice` is neither a name nor an existing file or folder.
    MinimtlError
        If the corpus cannot be had, is damaged, or lacks a topic.
    """
    if choice == SYNTHETIC:
        corpus = generate_synthetic()
    else:
        edition, path = find_corpus(choice, announce=announce)
        corpus = edition.read(path)
    announce(
        f"Corpus: {corpus.edition} edition from {corpus.source}, "
        f"{len(corpus.train):,} training and {len(corpus.test):,} test documents"
    )
    return corpus


def load_whole_posts(corpus: Corpus, choice: str, *, announce: Announce) -> Corpus:
    """The posts of `corpus`, which `choice` named, with headers, footers and quotations.

    Raises
    ------
    MinimtlError
        If `corpus` has no posts, or the raw archive cannot be had or holds other ones.
    """
    if corpus.tree != TOPIC_TREE or corpus.edition not in (PACKAGED.name, BYDATE.name):
        raise MinimtlError(
            f"the {corpus.edition} corpus has no headers, footers and quotations to keep; use "
            f"--corpus {BYDATE.name}"
        )
    try:
        given = corpus.edition == BYDATE.name and choice not in CORPUS_CHOICES
        path = _existing(choice, CORPUS_CHOICES) if given else _find(BYDATE, announce)
        whole = read_newsgroups(path, clean=str)
    except MinimtlError as error:
        raise MinimtlError(
            f"whole posts are in the raw archive {BYDATE.file_name} only, which cannot be read "
            f"({error}); put it into the folder MINIMTL_DATA, or leave whole posts out"
        ) from None
    parts = ((whole.train, corpus.train), (whole.test, corpus.test))
    if any(list(one.topics) != list(other.topics) for one, other in parts):
        raise MinimtlError(f"{path} holds other posts than the corpus {corpus.source}")
    announce(f"Whole posts: {path.name}")
    return whole


def load_amazon(choice: str, *, announce: Announce) -> AmazonReviews:
    """The Amazon reviews: ``amazon`` or a path; raises as `load_corpus`."""
    if choice != AMAZON.name:
        return AMAZON.read(_existing(choice, (AMAZON.name,)))
    return AMAZON.read(_find(AMAZON, announce))


def find_corpus(choice: str, *, announce: Announce) -> tuple[Edition[Corpus], Path]:
    """The edition that `choice` names or is, and its file or folder; raises as `load_corpus`."""
    for edition in EDITIONS:
        if choice in ("auto", edition.name):
            return edition, _find(edition, announce)
    path = _existing(choice, CORPUS_CHOICES)
    for edition in EDITIONS:
        if edition.recognise(path):
            return edition, path
    files = " or ".join(edition.file_name for edition in EDITIONS if edition.folder is None)
    raise MinimtlError(f"{path} is no corpus: give {files}, packed or unpacked.")


def _find(edition: Edition[object], announce: Announce) -> Path:
    """The edition's file: in minimtl; else in ``$MINIMTL_DATA``, in the cache, or fetched."""
    if edition.folder is not None:
        return edition.folder / edition.file_name
    provided = os.environ.get("MINIMTL_DATA")
    path = Path(provided, edition.file_name) if provided else None
    return path if path and os.path.isfile(path) else fetch_edition(edition, announce)


def _existing(choice: str, names: tuple[str, ...]) -> Path:
    if not os.path.exists(choice):  # Path.exists raises for NUL and for a forbidden folder
        raise UsageError(
            f"--corpus {choice!r} is neither one of {', '.join(names)} nor an existing file "
            "or folder."
        )
    return Path(os.path.abspath(choice))  # "." and ".." have no name to show
