"""What is shown while a study runs."""

import contextlib
import io
import os
import re
import struct
import sys
from types import SimpleNamespace

import pytest

from minimtl.jobs.runner import Progress, duration, make_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def describe(job, result):
    return f"{job} scored {result.decode()}"


def test_a_line_every_30_seconds_and_at_the_end():
    stream, clock = io.StringIO(), SimpleNamespace(now=1000.0)
    with Progress(100, stream, describe, lambda: clock.now) as progress:
        for _ in range(20):
            progress.resumed()
        progress.tick()
        for number in range(40):
            clock.now += 1
            progress.computed(f"job {number}", b"0.8")
            progress.tick()
        progress.failed("job 40")
    assert stream.getvalue().splitlines() == [
        "50 of 100 models, 20 of them from before, 1 per second, 50 s left, "
        "last: job 29 scored 0.8",
        "job 40 failed every time; its traceback comes at the end",
        "60 of 100 models, 20 of them from before, 1 failed, 1 per second, 39 s left, "
        "last: job 39 scored 0.8",
    ]


@pytest.mark.parametrize(
    ("n_computed", "line"), [(0, "0 of 1 models"), (1, "1 of 1 models, last: job scored 0.8")]
)
def test_nothing_is_divided_by_no_time(n_computed, line):
    stream = io.StringIO()
    with Progress(1, stream, describe, lambda: 1000.0) as progress:
        for _ in range(n_computed):
            progress.computed("job", b"0.8")
    assert stream.getvalue() == f"{line}\n"


@pytest.mark.parametrize(
    ("stream", "quiet", "lines"),
    [
        (Terminal(), True, 0),
        (io.StringIO(), False, 2),  # of the job that failed, and of the end
        (Terminal(), False, 3),  # and one that a bar could be had
    ],
)
def test_lines_where_there_is_no_bar(monkeypatch, stream, quiet, lines):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with make_progress(3, stream=stream, describe=describe, quiet=quiet) as progress:
        progress.resumed()
        progress.computed("job", b"0.8")
        progress.failed("other")
        progress.tick()
    assert (progress.n_resumed, progress.n_computed, progress.n_failed) == (1, 1, 1)
    assert stream.getvalue().count("\n") == lines
    assert ('pip install "minimtl[progress]"' in stream.getvalue()) == (lines == 3)


@pytest.mark.parametrize("columns", [80, 160])
def test_on_a_real_terminal_the_bar_keeps_its_width_and_every_frame_fits(columns):
    """What the other side of a pseudo-terminal of so many columns reads."""
    pytest.importorskip("tqdm")
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    with (
        open(theirs, "w", encoding="utf-8") as stream,
        make_progress(12, stream=stream, describe=describe) as progress,
    ):
        progress.resumed()
        for number in range(5):
            progress.computed(f"{number} of comp.sys.ibm.pc.hardware / comp.graphics", b"0.8")
        progress.failed("job 7")
    content = b""
    with contextlib.suppress(OSError):  # Linux says so at the end
        while piece := os.read(ours, 1 << 16):
            content += piece
    os.close(ours)
    shown = content.decode()
    *_, last = filter(None, map(str.strip, shown.split("\r")))
    assert "job 7 failed every time" in shown
    assert max(map(len, shown.split("\r"))) <= columns
    assert re.match(r"50%\|█████     \| 6/12 \[00:0\d<00:0\d, .* models(/s)?, 4 of comp\.sys", last)
    assert last.endswith("scored 0.8]") == (columns == 160)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (3599, "59 min 59 s"), (7500, "2 h 05 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text
