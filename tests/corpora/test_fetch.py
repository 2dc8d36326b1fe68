"""Fetching: whole and checked, or not at all. The servers are local."""

import contextlib
import hashlib
import os
import socket
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from minimtl.cli import main
from minimtl.corpora import load
from minimtl.corpora.load import FetchError, fetch_edition
from minimtl.corpora.newsgroups import BYDATE
from minimtl.errors import MinimtlError


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "cache"
    monkeypatch.setenv("MINIMTL_CACHE", str(folder))
    return folder


@pytest.fixture
def server():
    """A local server: ``/whole`` gives ``server.content``, ``/cut`` half of it, the rest 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content = self.server.content
            self.send_response(200 if self.path in ("/whole", "/cut") else 404)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // (2 if self.path == "/cut" else 1)])

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        running.url = f"http://127.0.0.1:{running.server_port}"
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def edition(server, posts, tar_gz):
    """The small corpus as a published edition on the local server."""
    server.content = tar_gz(posts)
    digest = hashlib.sha256(server.content).hexdigest()
    return replace(BYDATE, urls=(f"{server.url}/whole",), archive_sha256=digest)


def fetch(edition, *urls):
    return fetch_edition(replace(edition, urls=urls or edition.urls), lambda line: None)


def test_a_whole_file_is_moved_into_the_cache(edition, server, cache):
    said = []
    path = fetch_edition(edition, said.append)
    assert path == cache / "20news-bydate.tar.gz"
    assert path.read_bytes() == server.content
    assert [entry.name for entry in cache.iterdir()] == [path.name]
    assert fetch_edition(replace(edition, urls=()), said.append) == path  # from the cache
    assert said == [f"Fetching {server.url}/whole"]

    path.write_bytes(server.content[:-1])
    assert fetch_edition(edition, said.append).read_bytes() == server.content
    assert "is damaged and is passed over" in said[1]


@pytest.mark.parametrize(
    ("path", "most", "reason"),
    [
        ("/none", 10**9, "Not Found|404"),
        ("/cut", 10**9, "ended [0-9]+ bytes early"),
        ("/whole", 100, "is larger than 0 MB"),
        ("/whole", 10**9, "whose SHA-256 is not the published one"),
    ],
)
def test_no_source_leaves_nothing_behind(edition, server, cache, monkeypatch, path, most, reason):
    monkeypatch.setattr(load, "MAX_BYTES", most)
    published = server.content
    server.content = published[:-1] + b"\xff"
    with pytest.raises(FetchError, match=reason):
        fetch(edition, server.url + path)
    assert list(cache.glob("*")) == []
    if path != "/whole":
        server.content = published
        assert fetch(edition, server.url + path, *edition.urls).is_file()


def test_the_published_contents_in_another_packing_are_taken(edition, server, cache, posts, tar_gz):
    contents = edition.read_contents_sha256(fetch(edition))
    (cache / edition.file_name).unlink()
    server.content = tar_gz({f"./x/{name}": content for name, content in posts.items()})
    assert fetch(replace(edition, contents_sha256=contents)).read_bytes() == server.content


def test_what_is_received_is_checked_before_it_is_in_the_cache(edition, cache):
    checked = []

    def other_contents(path):
        checked.append(path)
        return "others"

    with pytest.raises(FetchError, match="not the published one"):
        fetch(replace(edition, archive_sha256="", read_contents_sha256=other_contents))
    assert [path.parent == cache for path in checked] == [False]


def test_a_silent_server_does_not_hold_us_up(edition, cache, monkeypatch):
    monkeypatch.setattr(load, "TIMEOUT_SECONDS", 0.1)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(FetchError, match="timed out"),
    ):
        fetch(edition, f"http://127.0.0.1:{silent.getsockname()[1]}/")


@contextlib.contextmanager
def answering(answer):
    """The address of a server that gives each connection to `answer(connection, stop)`."""
    stop = threading.Event()

    def serve(listening):
        listening.settimeout(0.05)
        while not stop.is_set():
            with contextlib.suppress(OSError):  # nobody came, or the client hung up
                connection, _ = listening.accept()
                with connection:
                    answer(connection, stop)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            stop.set()
            thread.join()


def dripping(first, again=b"x"):
    """An answer that begins with `first` and goes on with `again` without end."""

    def answer(connection, stop):
        connection.sendall(first)
        while not stop.wait(0.02):
            connection.sendall(again)

    return answer


def redirect_slowly(connection, stop):
    """To one more address, each of which is new."""
    stop.wait(0.1)
    path = connection.recv(4096).split()[1].decode()
    connection.sendall(f"HTTP/1.0 302 Found\r\nLocation: {path}x\r\n\r\n".encode())


SLOW = {
    "status": dripping(b""),
    "body": dripping(b"HTTP/1.0 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
    "header": dripping(b"HTTP/1.0 200 OK\r\nContent-Length: "),
    "redirect": dripping(b"HTTP/1.0 302 Found\r\nLocation: /else\r\nContent-Length: 9999\r\n"),
    "interim": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "redirects": redirect_slowly,
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_slow_server_does_not_hold_us_up(edition, cache, monkeypatch, answer):
    monkeypatch.setattr(load, "DEADLINE_SECONDS", 0.3)
    with answering(answer) as url:
        begun = time.monotonic()
        with pytest.raises(FetchError, match="not complete after 0 s"):
            fetch(edition, url)
        assert time.monotonic() - begun < 2


def redirecting(target, body=b""):
    """An answer that leads to `target`, and then sends `body` without end."""

    def answer(connection, stop):
        connection.recv(4096)
        connection.sendall(f"HTTP/1.0 302 Found\r\nLocation: {target}\r\n\r\n".encode())
        while body and not stop.is_set():
            connection.sendall(body)

    return answer


def test_the_body_of_a_redirect_is_not_read(edition, cache, server):
    with answering(redirecting(f"{server.url}/whole", b"x" * 65536)) as url:
        assert fetch(edition, url).read_bytes() == server.content


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1:9/x", "data:,x"])
def test_a_redirect_leads_to_no_other_protocol(edition, cache, target):
    with (
        answering(redirecting(target)) as url,
        pytest.raises(FetchError, match=r"not allowed|unknown url type"),
    ):
        fetch(edition, url)


def test_what_a_server_says_cannot_control_the_terminal(edition, cache, monkeypatch, capsys):
    def answer(connection, stop):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 404 \x1b]0;owned\x07\x1b[2J\x9b31m\r\n\r\n")

    with answering(answer) as url:
        monkeypatch.delenv("MINIMTL_DATA", raising=False)
        monkeypatch.setattr(load, "EDITIONS", (replace(edition, urls=(url,)),))
        assert main(["corpus", "info", "--corpus", edition.name]) == 1
    error = capsys.readouterr().err
    assert "owned" in error
    assert all(character.isprintable() or character == "\n" for character in error)
    assert r"\x1b[2J\x9b31m" in error


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failing_disk_leaves_nothing_behind(edition, cache, monkeypatch, call):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(MinimtlError, match=r"cannot be written \(.*No space left on.*\): set"):
        fetch(edition)
    assert list(cache.glob("*")) == []


def test_a_cache_that_cannot_be_a_folder(edition, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(MinimtlError, match=r"cache folder .* cannot be written"):
        fetch(edition)
