"""Progress of a study: a bar on a terminal, a plain line every 30 s elsewhere, or nothing."""

import importlib
import time
from collections.abc import Callable
from typing import Any, TextIO

_SECONDS_BETWEEN_LINES = 30.0
_SECONDS_BETWEEN_REFRESHES = 0.5
_FAILED = "{} failed every time; its traceback comes at the end"

Describe = Callable[[Any, bytes], str]


class Progress:
    """Counts jobs and shows nothing: what ``--quiet`` has, and what the others build on.

    Attributes
    ----------
    n_jobs : how many there are in all.
    n_resumed, n_computed, n_failed : how many of them were finished before, are now, failed.
    """

    def __init__(self, n_jobs: int) -> None:
        self.n_jobs = n_jobs
        self.n_resumed = self.n_computed = self.n_failed = 0

    def resumed(self) -> None:
        """A job was found in the store."""
        self.n_resumed += 1

    def computed(self, job: Any, result: bytes) -> None:
        """A job was computed and stored."""
        self.n_computed += 1

    def failed(self, job: Any) -> None:
        """A job failed every time."""
        self.n_failed += 1

    def tick(self) -> None:
        """Time has passed."""

    def close(self) -> None:
        """The work has ended, or was interrupted."""

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class LineProgress(Progress):
    """A line every 30 s: jobs done, rate, remaining time, the last result."""

    def __init__(
        self,
        n_jobs: int,
        stream: TextIO,
        describe: Describe,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(n_jobs)
        self._stream, self._describe, self._clock = stream, describe, clock
        self._started = self._last_line = clock()
        self._last: tuple[Any, bytes] | None = None

    def computed(self, job: Any, result: bytes) -> None:
        super().computed(job, result)
        self._last = job, result

    def failed(self, job: Any) -> None:
        super().failed(job)
        print(_FAILED.format(job), file=self._stream, flush=True)

    def tick(self) -> None:
        now = self._clock()
        if now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            print(self._line(now - self._started), file=self._stream, flush=True)

    def close(self) -> None:
        print(self._line(self._clock() - self._started), file=self._stream, flush=True)

    def _line(self, elapsed: float) -> str:
        n_done = self.n_resumed + self.n_computed
        parts = [f"{n_done} of {self.n_jobs} models"]
        if self.n_resumed:
            parts.append(f"{self.n_resumed} of them from before")
        if self.n_failed:
            parts.append(f"{self.n_failed} failed")
        if self.n_computed and elapsed > 0:
            rate = self.n_computed / elapsed
            n_left = self.n_jobs - n_done - self.n_failed
            parts += [f"{rate:.2g} per second", f"{duration(n_left / rate)} left"]
        if self._last is not None:
            parts.append(f"last: {self._describe(*self._last)}")
        return ", ".join(parts)


class BarProgress(Progress):
    """tqdm's bar, with rate, remaining time and the last result."""

    def __init__(self, n_jobs: int, stream: TextIO, describe: Describe, tqdm: Any) -> None:
        super().__init__(n_jobs)
        self._bar = tqdm(
            total=n_jobs,
            file=stream,
            unit=" models",
            smoothing=0,  # the rate is the mean, as single and joint models differ in cost
            bar_format="{l_bar}{bar:10}{r_bar}",  # of a fixed width, which leaves the rest its room
            dynamic_ncols=True,
        )
        self._describe = describe
        self._last: tuple[Any, bytes] | None = None
        self._next_refresh = 0.0

    def resumed(self) -> None:
        super().resumed()
        self._bar.initial += 1  # not part of the rate
        self._bar.update()

    def computed(self, job: Any, result: bytes) -> None:
        super().computed(job, result)
        self._bar.update()
        self._last = job, result

    def failed(self, job: Any) -> None:
        super().failed(job)
        self._bar.write(_FAILED.format(job), file=self._bar.fp)

    def tick(self) -> None:
        if time.monotonic() >= self._next_refresh:
            self._next_refresh = time.monotonic() + _SECONDS_BETWEEN_REFRESHES
            if self._last is not None:
                self._bar.set_postfix_str(self._describe(*self._last), refresh=False)
            self._bar.refresh()

    def close(self) -> None:
        self._bar.close()


def make_progress(
    n_jobs: int, *, stream: TextIO, describe: Describe, quiet: bool = False
) -> Progress:
    """The progress display for this stream.

    Parameters
    ----------
    n_jobs : int
        Number of all jobs, finished ones included.
    stream : text file
        Where to show it: standard error.
    describe : callable
        ``describe(job, result)`` is a short text about a finished job.
    quiet : bool
        Show nothing.
    """
    if quiet:
        return Progress(n_jobs)
    if not stream.isatty():
        return LineProgress(n_jobs, stream, describe)
    try:
        tqdm = importlib.import_module("tqdm").tqdm
    except ImportError:
        print('`pip install "minimtl[progress]"` would show a bar here', file=stream)
        return LineProgress(n_jobs, stream, describe)
    return BarProgress(n_jobs, stream, describe, tqdm)


def duration(seconds: float) -> str:
    """A time span in the two units that matter: ``2 h 05 min``, ``3 min 20 s``, ``14 s``."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    if whole >= 60:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole} s"
