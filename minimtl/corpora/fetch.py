"""Editions of a corpus, and how their published files come into the cache: whole and checked.

The web server may be slow or hostile: nothing it does takes longer than told. `urllib` limits the
time of each read, so that a server that sends a byte now and then, of headers or of a redirect, is
waited for without end. So a thread of its own reads, and is waited for as long as the whole may
take. A thread that is given up ends with its next chunk, or with the process.
"""

import os
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, Generic, TypeVar

from minimtl.corpora.archives import file_sha256
from minimtl.errors import MinimtlError
from minimtl.system import cache_dir

Announce = Callable[[str], None]

# Without a network, the sentence that says so has to come within seconds.
TIMEOUT_SECONDS = 8.0
# For one whole file from a slow server: 15 MB in this time is 0.2 Mbit/s.
DEADLINE_SECONDS = 600.0
# More than four times the largest published file: a server cannot fill the disk.
MAX_BYTES = 256 << 20
SCRATCH_PREFIX = ".fetch-"
CHUNK = 1 << 16
LONGEST_REASON = 200
_MOST_AHEAD = 16  # chunks that are received before they are asked for


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
    recognise : whether a file or folder seems to be of this edition and none of the others.
    urls : where the file is published, in the order to try.
    folder : where the file is that comes with minimtl; None if it has to be found or fetched.
    """

    name: str
    file_name: str
    archive_sha256: str | None
    contents_sha256: str
    read: Callable[[Path], Data]
    read_contents_sha256: Callable[[Path], str]
    recognise: Callable[[Path], bool]
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
            return download(url, edition)
        except FetchError as error:
            reasons.append(str(error))
    raise FetchError(
        f"{edition.file_name} could not be fetched ({'; '.join(reasons) or 'it has no address'}): "
        "check the network, or get the file by other means and give its path as --corpus."
    )


def download(url: str, edition: Edition[object]) -> Path:
    """Fetch `url`, check it, and move it into the cache; raises as `fetch_edition`."""
    with _scratch_folder() as scratch:
        path = scratch / edition.file_name
        n_bytes = 0
        with path.open("wb") as file:
            for chunk in _chunks(url):
                n_bytes += len(chunk)
                if n_bytes > MAX_BYTES:
                    raise FetchError(f"{url} is larger than {MAX_BYTES >> 20} MB")
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

        try:
            edition.check(path)
        except MinimtlError:
            raise FetchError(f"{url} gave a file whose SHA-256 is not the published one") from None
        place = cache_dir() / edition.file_name
        os.replace(path, place)
        return place


def _chunks(url: str) -> Iterator[bytes]:
    """The content behind an http or https address, as it arrives."""
    end = time.monotonic() + DEADLINE_SECONDS
    received: Queue[bytes | Exception | None] = Queue(_MOST_AHEAD)
    given_up = Event()
    Thread(target=_receive, args=(url, received, given_up), daemon=True).start()
    try:
        while (chunk := received.get(timeout=max(0.0, end - time.monotonic()))) is not None:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk
    except Empty:
        raise FetchError(f"{url}: not complete after {DEADLINE_SECONDS:.0f} s") from None
    except (OSError, EOFError, HTTPException) as error:
        # On one line; it may hold any words of the server's.
        reason = " ".join(str(getattr(error, "reason", None) or error).split())
        raise FetchError(f"{url}: {reason[:LONGEST_REASON]}") from None
    finally:
        given_up.set()
        while not received.empty():  # the thread may wait for room
            received.get_nowait()


def _receive(url: str, received: "Queue[bytes | Exception | None]", given_up: Event) -> None:
    """Put the chunks into `received`, then None or what went wrong."""
    try:
        with _opener().open(url, timeout=TIMEOUT_SECONDS) as response:
            # read1 gives what has arrived; read would wait until a slow server fills the chunk.
            while not given_up.is_set() and (chunk := response.read1(CHUNK)):
                received.put(chunk)
            if response.length:
                raise EOFError(f"ended {response.length} bytes early")
    except Exception as error:  # it is raised where the chunks are asked for
        received.put(error)
    else:
        received.put(None)


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


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder inside the cache, so on its file system; always removed at the end."""
    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(folder)
        with tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIX, dir=folder) as scratch:
            yield Path(scratch)
    except OSError as error:
        raise MinimtlError(
            f"The cache folder {folder} cannot be written ({error.strerror or error}): "
            "set MINIMTL_CACHE to a folder that can."
        ) from None


def _remove_abandoned(folder: Path) -> None:
    """Remove the scratch folders of killed processes: those older than any download may take."""
    for path in folder.glob(f"{SCRATCH_PREFIX}*"):
        with suppress(OSError):  # its process has just removed it
            if time.time() - path.stat().st_mtime > 2 * DEADLINE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
