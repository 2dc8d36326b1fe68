"""Fetching: whole and checked, or not at all. The servers are local."""

import contextlib
import hashlib
import os
import socket
import threading
import time
from dataclasses import replace

import pytest

from minimtl.cli import main
from minimtl.corpora import load
from minimtl.corpora.load import FetchError, fetch_edition
from minimtl.corpora.newsgroups import BYDATE
from minimtl.errors import MinimtlError


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


def giving(content, status="200 OK", n_sent=None):
    """An answer that gives a file, or its first bytes."""

    def answer(connection, stop):
        connection.recv(4096)
        head = f"HTTP/1.0 {status}\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(head.encode("latin-1") + content[:n_sent])

    return answer


def dripping(first, again=b"x"):
    """An answer that begins with `first` and goes on with `again` without end."""

    def answer(connection, stop):
        connection.sendall(first)
        while not stop.wait(0.02):
            connection.sendall(again)

    return answer


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "cache"
    monkeypatch.setenv("MINIMTL_CACHE", str(folder))
    return folder


@pytest.fixture
def content(posts, tar_gz):
    """What is published: a small corpus."""
    return tar_gz(posts)


@pytest.fixture
def edition(content):
    """The small corpus as an edition that a local server gives."""
    digest = hashlib.sha256(content).hexdigest()
    with answering(giving(content)) as url:
        yield replace(BYDATE, urls=(url,), archive_sha256=digest)


def fetch(edition, *urls):
    return fetch_edition(replace(edition, urls=urls or edition.urls), lambda line: None)


def test_a_whole_file_is_moved_into_the_cache(edition, content, cache):
    said = []
    path = fetch_edition(edition, said.append)
    assert path == cache / "20news-bydate.tar.gz"
    assert path.read_bytes() == content
    assert [entry.name for entry in cache.iterdir()] == [path.name]
    assert fetch_edition(replace(edition, urls=()), said.append) == path  # from the cache
    assert said == [f"Fetching {edition.urls[0]}"]

    path.write_bytes(content[:-1])
    assert fetch_edition(edition, said.append).read_bytes() == content
    assert "is damaged and is passed over" in said[1]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"status": "404 Not Found"}, "Not Found|404"),
        ({"n_sent": 1000}, "ended [0-9]+ bytes early"),
        ({"content": bytes(100_001)}, "is larger than 0 MB"),
        ({"content": b"others"}, "whose SHA-256 is not the published one"),
    ],
    ids=["none", "cut", "large", "other"],
)
def test_a_source_without_it_leaves_nothing_behind_and_the_next_one_is_asked(
    edition, content, cache, monkeypatch, given, reason
):
    monkeypatch.setattr(load, "MAX_BYTES", 100_000)
    with answering(giving(**{"content": content, **given})) as url:
        with pytest.raises(FetchError, match=reason):
            fetch(edition, url)
        assert list(cache.glob("*")) == []
        assert fetch(edition, url, *edition.urls).read_bytes() == content


def test_the_published_contents_in_another_packing_are_taken(edition, cache, posts, tar_gz):
    contents = edition.read_contents_sha256(fetch(edition))
    (cache / edition.file_name).unlink()
    other = tar_gz({f"./x/{name}": post for name, post in posts.items()})
    with answering(giving(other)) as url:
        assert fetch(replace(edition, contents_sha256=contents), url).read_bytes() == other


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


def test_the_body_of_a_redirect_is_not_read(edition, content, cache, monkeypatch):
    monkeypatch.setattr(load, "DEADLINE_SECONDS", 5.0)
    first = f"HTTP/1.0 302 Found\r\nLocation: {edition.urls[0]}\r\n\r\n".encode()
    with answering(dripping(first)) as url:
        assert fetch(edition, url).read_bytes() == content


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1:9/x", "data:,x"])
def test_a_redirect_leads_to_no_other_protocol(edition, cache, target):
    with (
        answering(giving(b"", f"302 Found\r\nLocation: {target}")) as url,
        pytest.raises(FetchError, match=r"not allowed|unknown url type"),
    ):
        fetch(edition, url)


def test_what_a_server_says_cannot_control_the_terminal(edition, cache, monkeypatch, capsys):
    with answering(giving(b"", "404 \x1b]0;owned\x07\x1b[2J\x9b31m")) as url:
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
    with pytest.raises(MinimtlError, match=r"can(not)? be written \(.*No space left on.*\): set"):
        fetch(edition)
    assert list(cache.glob("*")) == []


def test_a_cache_that_cannot_be_a_folder(edition, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINIMTL_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(MinimtlError, match=r"cache folder .* cannot be written"):
        fetch(edition)
