"""Bytes from a web server that may be slow or hostile: nothing it does takes longer than told.

`urllib` limits the time of each read, so that a server that sends a byte now and then, of headers
or of a redirect, is waited for without end. Here each read waits only for what is left of the
whole time. Name resolution is the system's, and has the system's own limit.
"""

import io
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import IO, Any

CHUNK = 1 << 16
LONGEST_REASON = 200


class Deadline:
    """The end of a download.

    Parameters
    ----------
    seconds : for the whole of it, redirects included
    silence_seconds : for one read or connection
    """

    def __init__(self, seconds: float, silence_seconds: float) -> None:
        self._seconds, self._silence_seconds = seconds, silence_seconds
        self._end = time.monotonic() + seconds

    def wait_seconds(self) -> float:
        """How long the next read may wait; TimeoutError at the end."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"not complete after {self._seconds:.0f} s")
        return min(left, self._silence_seconds)

    def connect(self, host_and_port: tuple[str, int], *_options: Any) -> socket.socket:
        """A connection to the first address of the host that answers; raises OSError."""
        failure = OSError(f"{host_and_port[0]} has no address")
        for *_, address in socket.getaddrinfo(*host_and_port, type=socket.SOCK_STREAM):
            try:
                place = str(address[0]), host_and_port[1]
                return socket.create_connection(place, self.wait_seconds())
            except OSError as error:
                failure = error
        raise failure


def download_chunks(url: str, seconds: float, silence_seconds: float) -> Iterator[bytes]:
    """The content behind an http or https address, as it arrives.

    Raises
    ------
    OSError, EOFError, HTTPException
        If it cannot be had, ends early, or is not complete after `seconds`; see `reason_of`.
    """
    deadline = Deadline(seconds, silence_seconds)
    with _opener(deadline).open(url, timeout=silence_seconds) as response:
        # read1 gives what has arrived; read would wait until a slow server fills the chunk.
        while chunk := response.read1(CHUNK):
            yield chunk
        if response.length:
            raise EOFError(f"ended {response.length} bytes early")


def reason_of(error: OSError | EOFError | HTTPException) -> str:
    """Why a download failed, on one line; it may hold any words of the server's."""
    reason = getattr(error, "reason", None) or error
    return " ".join(str(reason).split())[:LONGEST_REASON]


class _TimedReader(io.RawIOBase):
    """What a socket receives; each read waits as long as `deadline` allows."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, deadline: Deadline) -> None:
        self._raw, self._connection, self._deadline = raw, connection, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._connection.settimeout(self._deadline.wait_seconds())
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            self._deadline.wait_seconds()  # which says so if the whole time is up
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    """A response that reads its status and headers, too, by the deadline."""

    def __init__(self, sock: socket.socket, *args: Any, deadline: Deadline, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock, deadline))


class _TimedHandler(urllib.request.AbstractHTTPHandler):
    """Opens http and https addresses."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    http_request = https_request = urllib.request.AbstractHTTPHandler.do_request_

    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(self._timed(HTTPConnection), request)

    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(self._timed(HTTPSConnection), request)

    def _timed(self, kind: type[HTTPConnection]) -> Callable[..., Any]:
        def make(host: str, **options: Any) -> HTTPConnection:
            connection: Any = kind(host, **options)
            connection.response_class = partial(_TimedResponse, deadline=self._deadline)
            connection._create_connection = self._deadline.connect
            return connection

        return make


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


def _opener(deadline: Deadline) -> urllib.request.OpenerDirector:
    """What opens http and https addresses, by a proxy of the environment's; no files, no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        _TimedHandler(deadline),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
