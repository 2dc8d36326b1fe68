"""How far a study is: a bar on a terminal, a plain line every 30 s elsewhere, or nothing."""

import importlib
import time
from collections.abc import Callable
from typing import Any, TextIO

Describe = Callable[[Any, bytes], str]


class Progress:
    """Counts jobs and, given a stream, prints a line every 30 s and one at the end.

    Parameters
    ----------
    n_jobs : int
        Number of all jobs, finished ones included.
    stream : text file, optional
        Where to print; without one this only counts.
    describe : callable
        ``describe(job, result)`` is a short text about a finished job.
    clock : callable
        The time in seconds.

    Attributes
    ----------
    n_resumed, n_computed, n_failed : int
        How many jobs were finished before, were finished now, and failed every time.
    """

    seconds_between = 30.0

    def __init__(
        self,
        n_jobs: int,
        stream: TextIO | None = None,
        describe: Describe = lambda job, result: str(job),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.n_jobs = n_jobs
        self.n_resumed = self.n_computed = self.n_failed = 0
        self._stream, self._describe, self._clock = stream, describe, clock
        self._started = self._last_shown = clock()
        self._last: tuple[Any, bytes] | None = None

    def resumed(self) -> None:
        """Count a job that was found in the store."""
        self.n_resumed += 1

    def computed(self, job: Any, result: bytes) -> None:
        """Count a job that was computed and stored."""
        self.n_computed += 1
        self._last = job, result

    def failed(self, job: Any) -> None:
        """Count a job that failed every time."""
        self.n_failed += 1
        if self._stream:
            self._print(f"{job} failed every time; its traceback comes at the end")

    def tick(self) -> None:
        """Show how far the study is, if it is time."""
        if self._stream and self._clock() - self._last_shown >= self.seconds_between:
            self._last_shown = self._clock()
            self._show()

    def close(self) -> None:
        """Show how far the study is a last time."""
        if self._stream:
            self._show()

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)

    def _show(self) -> None:
        elapsed = self._clock() - self._started
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
        if self._last:
            parts.append(f"last: {self._describe(*self._last)}")
        self._print(", ".join(parts))

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class BarProgress(Progress):
    """Draws tqdm's bar twice a second in place of lines."""

    seconds_between = 0.5

    def __init__(self, n_jobs: int, stream: TextIO, describe: Describe, tqdm: Any) -> None:
        super().__init__(n_jobs, stream, describe)
        self._bar = tqdm(
            total=n_jobs,
            file=stream,
            unit=" models",
            smoothing=0,  # the rate is the mean, as single and joint models differ in cost
            bar_format="{l_bar}{bar:10}{r_bar}",  # of a fixed width, which leaves the rest its room
            dynamic_ncols=True,
        )

    def close(self) -> None:
        super().close()
        self._bar.close()

    def _print(self, line: str) -> None:
        self._bar.write(line, file=self._stream)

    def _show(self) -> None:
        self._bar.initial = self.n_resumed  # not part of the rate
        self._bar.n = self.n_resumed + self.n_computed
        if self._last:
            self._bar.set_postfix_str(self._describe(*self._last), refresh=False)
        self._bar.refresh()


def make_progress(
    n_jobs: int, *, stream: TextIO, describe: Describe, quiet: bool = False
) -> Progress:
    """The progress display for this stream; parameters as for `Progress`, or `quiet`: none."""
    if quiet:
        return Progress(n_jobs)
    if not stream.isatty():
        return Progress(n_jobs, stream, describe)
    try:
        tqdm = importlib.import_module("tqdm").tqdm
    except ImportError:
        print('`pip install "minimtl[progress]"` would show a bar here', file=stream)
        return Progress(n_jobs, stream, describe)
    return BarProgress(n_jobs, stream, describe, tqdm)


def duration(seconds: float) -> str:
    """A time span in the two units that matter: ``2 h 05 min``, ``3 min 20 s``, ``14 s``."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    if whole >= 60:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole} s"
