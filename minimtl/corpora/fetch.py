"""Editions of a corpus, and how their published files come into the cache: whole and checked.

The web server may be slow or hostile: nothing it does takes longer than told. `urllib` limits the
time of each read, so that a server that sends a byte now and then, of headers or of a redirect, is
waited for without end. So a thread of its own reads, and is waited for as long as the whole may
take. A thread that is given up ends with its next chunk, or with the process.
"""

import os
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, Generic, TypeVar

from minimtl.corpora.archives import file_sha256
from minimtl.errors import MinimtlError
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

Data = TypeVar("Data", covariant=True)


@dataclass(frozen=True)
class Edition(Generic[Data]):
    """One edition, with everything that other modules need to know of it.

    Attributes
    ----------
    name : what ``--corpus`` calls it.
    file_name : of the file as published.
    archive_sha256 : SHA-256 of that file; None where no digest of it is on record.
    contents_sha256 : SHA-256 of what is in it, which a re-packed archive and a folder share.
    read : reads the file, or the folder it unpacks to; MinimtlError if it cannot.
    read_contents_sha256 : computes the SHA-256 of the contents of a file or folder.
    recognise : whether a path that ``--corpus`` gives seems to be of this edition and no other.
    urls : where the file is published, in the order to try.
    folder : where the file is that comes with minimtl; None if it has to be found or fetched.
    """

    name: str
    file_name: str
    archive_sha256: str | None
    contents_sha256: str
    read: Callable[[Path], Data]
    read_contents_sha256: Callable[[Path], str]
    recognise: Callable[[Path], bool] = lambda path: False
    urls: tuple[str, ...] = ()
    folder: Path | None = None

    def check(self, path: Path) -> str:
        """Say how the file or folder `path` was recognised as this edition.

        Raises
        ------
        MinimtlError
            If neither its digest nor that of its contents is the published one.
        """
        if path.is_file() and file_sha256(path) == self.archive_sha256:
            return "the file as published"
        if self.read_contents_sha256(path) == self.contents_sha256:
            return "another packing of the published contents"
        raise MinimtlError(
            f"{path} is not the published {self.name!r} edition (neither its SHA-256 nor that of "
            "its contents is right): get it again."
        )


class FetchError(MinimtlError):
    """A source cannot be reached or gives the wrong bytes; another source may do."""


def cached(edition: Edition[object], announce: Announce) -> Path | None:
    """The file of `edition` in the cache, if it is there and is what was fetched."""
    path = cache_dir() / edition.file_name
    if not os.path.isfile(path):
        return None
    try:
        edition.check(path)
    except MinimtlError:
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
    folder = cache_dir()
    path = folder / edition.file_name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="minimtl-fetch-") as scratch:
            received = Path(scratch) / edition.file_name
            write_atomically(received, content)
            is_published = _passes(edition, received)
        if is_published:
            write_atomically(path, content)
    except (OSError, MinimtlError) as error:
        raise MinimtlError(
            f"The cache folder {folder} cannot be written ({error}): "
            "set MINIMTL_CACHE to a folder that can."
        ) from None

    if not is_published:
        raise FetchError(f"{url} gave a file whose SHA-256 is not the published one")
    return path


def _passes(edition: Edition[object], path: Path) -> bool:
    """True if the file at `path` is the published one."""
    try:
        edition.check(path)
    except MinimtlError:
        return False
    return True


def _download(url: str) -> bytes:
    """What is behind an http or https address; FetchError if it does not come whole and in time."""
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
    """What a thread has received, and what went wrong; it ends soon after it is given up."""

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
