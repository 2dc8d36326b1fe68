"""Bytes from a web server that may be slow or hostile: nothing it does takes longer than told.

`urllib` limits the time of each read, so that a server that sends a byte now and then, of headers
or of a redirect, is waited for without end. So a thread of its own reads, and is waited for as long
as the whole may take. A thread that is given up ends with its next chunk, or with the process.
"""

import time
import urllib.request
from collections.abc import Iterator
from email.message import Message
from http.client import HTTPException
from queue import Empty, Queue
from threading import Event, Thread
from typing import IO

CHUNK = 1 << 16
LONGEST_REASON = 200
_MOST_AHEAD = 16  # chunks that are received before they are asked for


def download_chunks(url: str, seconds: float, silence_seconds: float) -> Iterator[bytes]:
    """The content behind an http or https address, as it arrives.

    Parameters
    ----------
    seconds : for the whole of it, redirects included
    silence_seconds : for one read or connection

    Raises
    ------
    OSError, EOFError, HTTPException
        If it cannot be had, ends early, or is not complete after `seconds`; see `reason_of`.
    """
    end = time.monotonic() + seconds
    received: Queue[bytes | Exception | None] = Queue(_MOST_AHEAD)
    given_up = Event()
    arguments = (url, silence_seconds, received, given_up)
    Thread(target=_receive, args=arguments, name="minimtl-download", daemon=True).start()
    try:
        while (chunk := received.get(timeout=max(0.0, end - time.monotonic()))) is not None:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk
    except Empty:
        raise TimeoutError(f"not complete after {seconds:.0f} s") from None
    finally:
        given_up.set()
        while not received.empty():  # the thread may wait for room
            received.get_nowait()


def _receive(
    url: str, silence_seconds: float, received: "Queue[bytes | Exception | None]", given_up: Event
) -> None:
    """Put the chunks into `received`, then None or what went wrong."""
    try:
        with _opener().open(url, timeout=silence_seconds) as response:
            # read1 gives what has arrived; read would wait until a slow server fills the chunk.
            while not given_up.is_set() and (chunk := response.read1(CHUNK)):
                received.put(chunk)
            if response.length:
                raise EOFError(f"ended {response.length} bytes early")
    except Exception as error:  # it is raised where the chunks are asked for
        received.put(error)
    else:
        received.put(None)


def reason_of(error: OSError | EOFError | HTTPException) -> str:
    """Why a download failed, on one line; it may hold any words of the server's."""
    reason = getattr(error, "reason", None) or error
    return " ".join(str(reason).split())[:LONGEST_REASON]


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects without reading what comes with them, which may be endless."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        fp.close()
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _opener() -> urllib.request.OpenerDirector:
    """What opens http and https addresses, by a proxy of the environment's; no files, no FTP."""
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
