"""What is shown while a study runs."""

import contextlib
import io
import os
import re
import struct
import sys

import pytest

from minimtl.jobs.progress import BarProgress, Progress, duration, make_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def describe(job, result):
    return f"{job} scored {result.decode()}"


def test_a_line_every_30_seconds():
    stream, clock = io.StringIO(), Clock()
    progress = Progress(100, stream, describe, clock)
    for _ in range(20):
        progress.resumed()
    progress.tick()
    assert stream.getvalue() == ""
    for number in range(40):
        clock.now += 1
        progress.computed(f"job {number}", b"0.8")
        progress.tick()
    assert stream.getvalue() == (
        "50 of 100 models, 20 of them from before, 1 per second, 50 s left, "
        "last: job 29 scored 0.8\n"
    )


def test_the_last_line_comes_at_the_end():
    stream, clock = io.StringIO(), Clock()
    with Progress(2, stream, describe, clock) as progress:
        clock.now += 4
        progress.computed("job 0", b"0.7")
        progress.failed("job 1")
    assert stream.getvalue().splitlines() == [
        "job 1 failed every time; its traceback comes at the end",
        "1 of 2 models, 1 failed, 0.25 per second, 0 s left, last: job 0 scored 0.7",
    ]


def test_nothing_is_divided_by_no_time():
    stream = io.StringIO()
    with Progress(0, stream, describe, Clock()) as progress:
        progress.tick()
    assert stream.getvalue() == "0 of 0 models\n"


def test_quiet_says_nothing():
    stream = Terminal()
    with make_progress(3, stream=stream, describe=describe, quiet=True) as progress:
        progress.resumed()
        progress.computed("job", b"0.8")
        progress.failed("other")
        progress.tick()
    assert (progress.n_resumed, progress.n_computed, progress.n_failed) == (1, 1, 1)
    assert stream.getvalue() == ""


def test_no_terminal_has_lines():
    progress = make_progress(3, stream=io.StringIO(), describe=describe)
    assert type(progress) is Progress
    assert progress._stream


def test_a_terminal_without_tqdm_has_lines_and_hears_of_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    stream = Terminal()
    progress = make_progress(3, stream=stream, describe=describe)
    assert type(progress) is Progress
    assert progress._stream
    assert stream.getvalue() == '`pip install "minimtl[progress]"` would show a bar here\n'


def test_a_terminal_has_a_bar():
    pytest.importorskip("tqdm")
    stream = Terminal()
    with make_progress(4, stream=stream, describe=describe) as progress:
        progress.resumed()
        progress.computed("job 1", b"0.8")
        progress.failed("job 2")
    shown = stream.getvalue()
    assert "2/4" in shown
    assert "job 1 scored 0.8" in shown
    assert "job 2 failed every time" in shown


def read_to_end(terminal):
    """All that was written; the system passes it on in pieces, some of them later."""
    content = b""
    with contextlib.suppress(OSError):  # Linux says so at the end
        while piece := os.read(terminal, 1 << 16):
            content += piece
    return content


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
        assert type(progress) is BarProgress
        for number in range(6):
            progress.computed(f"{number} of comp.sys.ibm.pc.hardware / comp.graphics", b"0.8")
    shown = read_to_end(ours).decode()
    os.close(ours)
    *_, last = filter(None, map(str.strip, shown.split("\r")))
    assert max(map(len, shown.split("\r"))) <= columns
    assert re.match(r"50%\|█████     \| 6/12 \[00:0\d<00:0\d, .* models(/s)?, 5 of comp\.sys", last)
    assert last.endswith("scored 0.8]") == (columns == 160)


def test_resumed_jobs_are_not_part_of_the_bars_rate():
    tqdm = pytest.importorskip("tqdm").tqdm
    with BarProgress(4, Terminal(), describe, tqdm) as progress:
        progress.resumed()
        progress.resumed()
        progress.computed("job", b"0.8")
    bar = progress._bar
    assert (bar.n, bar.initial, bar.total) == (3, 2, 4)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (3599, "59 min 59 s"), (7500, "2 h 05 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text
