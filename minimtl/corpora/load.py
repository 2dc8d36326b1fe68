"""From what a user asks for (``--corpus``) to the corpus; published files come into the cache.

A file is taken whole and checked, or not at all. The web server may be slow or hostile: nothing it
does takes longer than told. `urllib` limits the time of each read, so that a server that sends a
byte now and then, of headers or of a redirect, is waited for without end. So a thread of its own
reads, and is waited for as long as the whole may take. A thread that is given up ends with its next
chunk, or with the process.
"""

import os
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from minimtl.corpora.amazon import AMAZON, AmazonReviews
from minimtl.corpora.editions import Corpus, Edition
from minimtl.corpora.newsgroups import BYDATE, TOPIC_TREE, read_newsgroups
from minimtl.corpora.packaged import PACKAGED
from minimtl.corpora.synthetic import generate_synthetic
from minimtl.errors import MinimtlError, UsageError
from minimtl.system import cache_dir, write_atomically

Announce = Callable[[str], None]

# Without a network, the sentence that says so has to come within seconds.
TIMEOUT_SECONDS = 8.0
# For one whole file from a slow server: 15 MB in this time is 0.2 Mbit/s.
DEADLINE_SECONDS = 600.0
# More than four times the largest published file: a server cannot fill memory and disk.
MAX_BYTES = 256 << 20
CHUNK = 1 << 16
LONGEST_REASON = 200

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


class FetchError(MinimtlError):
    """A source cannot be reached or gives the wrong bytes; another source may do."""


def cached(edition: Edition[object], announce: Announce) -> Path | None:
    """The file of `edition` in the cache, if it is there and is what was fetched."""
    path = cache_dir() / edition.file_name
    if not os.path.isfile(path):
        return None
    if not _passes(edition, path):
        announce(f"The cached {path} is damaged and is passed over.")
        return None
    return path


def fetch_edition(edition: Edition[object], announce: Announce) -> Path:
    """The path of `edition` in the cache, fetched unless it is there already.

    Raises
    ------
    FetchError
        If no source gives the file: the sentence says why for each.
    MinimtlError
        If the cache folder cannot be written.
    """
    path = cached(edition, announce)
    if path is not None:
        return path
    reasons = []
    for url in edition.urls:
        announce(f"Fetching {url}")
        try:
            return _keep(_download(url), edition, url)
        except FetchError as error:
            reasons.append(str(error))
    raise FetchError(
        f"{edition.file_name} could not be fetched ({'; '.join(reasons) or 'it has no address'}): "
        "check the network, or get the file by other means and give its path as --corpus."
    )


def _keep(content: bytes, edition: Edition[object], url: str) -> Path:
    """The path of `content` in the cache, if it is the edition's; raises as `fetch_edition`."""
    try:
        with tempfile.TemporaryDirectory(prefix="minimtl-fetch-") as scratch:
            received = Path(scratch) / edition.file_name
            write_atomically(received, content)
            is_published = _passes(edition, received)
    except (OSError, MinimtlError) as error:
        raise MinimtlError(
            f"What {url} gave cannot be checked, as no temporary file can be written ({error}): "
            "set TMPDIR to a folder that can."
        ) from None
    if not is_published:
        raise FetchError(f"{url} gave a file whose SHA-256 is not the published one")

    folder = cache_dir()
    path = folder / edition.file_name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except (OSError, MinimtlError) as error:
        raise MinimtlError(
            f"The cache folder {folder} cannot be written ({error}): "
            "set MINIMTL_CACHE to a folder that can."
        ) from None
    return path


def _passes(edition: Edition[object], path: Path) -> bool:
    """True if the file at `path` is the published one."""
    try:
        edition.check(path)
    except MinimtlError:
        return False
    return True


def _download(url: str) -> bytes:
    """The body of an http or https address; FetchError if it does not come whole and in time."""
    received = _Received()
    thread = Thread(target=_receive, args=(url, received), daemon=True)
    thread.start()
    thread.join(DEADLINE_SECONDS)
    received.is_given_up = True
    if thread.is_alive():
        raise FetchError(f"{url}: not complete after {DEADLINE_SECONDS:.0f} s")
    if len(received.content) > MAX_BYTES:
        raise FetchError(f"{url} is larger than {MAX_BYTES >> 20} MB")
    if (error := received.error) is not None:
        # On one line; it may hold any words of the server's.
        reason = " ".join(str(getattr(error, "reason", None) or error).split())
        raise FetchError(f"{url}: {reason[:LONGEST_REASON]}")
    return bytes(received.content)


@dataclass
class _Received:
    """The bytes that a thread has received, and its error; it ends soon after it is given up."""

    content: bytearray = field(default_factory=bytearray)
    error: Exception | None = None
    is_given_up: bool = False


def _receive(url: str, received: _Received) -> None:
    try:
        with _opener().open(url, timeout=TIMEOUT_SECONDS) as response:
            # read1 gives what has arrived; read would wait until a slow server fills the chunk.
            while not received.is_given_up and (chunk := response.read1(CHUNK)):
                received.content += chunk
                if len(received.content) > MAX_BYTES:
                    return
            if response.length:
                raise EOFError(f"ended {response.length} bytes early")
    except Exception as error:  # it is said where the content is asked for
        received.error = error


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects without reading what comes with them, which may be endless."""

    def redirect_request(self, req: Any, fp: Any, *others: Any) -> urllib.request.Request | None:
        fp.close()
        return super().redirect_request(req, fp, *others)


def _opener() -> urllib.request.OpenerDirector:
    """An opener of http and https addresses, by a proxy of the environment's; no files, no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
