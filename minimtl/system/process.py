"""A command as a process: the signals that end it, and streams that may be missing or full.

`begin_process` and `end_process` are for the process's own door. Neither changes anything for a
program that calls minimtl as a library.
"""

import io
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from minimtl.errors import MinimtlError

resource: Any
try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None

# Ctrl-C; what batch systems and `kill` send; a terminal that was closed. Windows lacks the last.
ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_DEVICES = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)  # how 0, 1 and 2 are opened
_LEAST_ADDRESS_SPACE = 600_000_000  # bytes; a worker with the kernels takes 450 MB
_state: dict[str, int] = {"arrived": signal.SIGINT}


def begin_process() -> None:
    """Have every ending signal raise KeyboardInterrupt, and make both output streams safe.

    A signal that is ignored stays ignored, as `nohup` wants it. A standard stream that is closed
    becomes the null device, before a file of ours can take its number. What cannot be written to
    standard error is dropped, because the work matters more than what is said of it.
    """
    for descriptor, mode in enumerate(_DEVICES):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)  # the lowest number that is free
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = _text_stream(_Output(1, "w", closefd=False), sys.stdout)
    sys.stderr = _text_stream(_Messages(2, "w", closefd=False), sys.stderr, line_buffering=True)
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def end_process() -> None:
    """Flush standard output and ignore the ending signals from now on.

    Raises
    ------
    MinimtlError, BrokenPipeError
        If standard output cannot be written; nothing more is written to it then.
    """
    ignore_signals()
    try:
        sys.stdout.flush()
    except (MinimtlError, OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise


def check_address_space() -> None:
    """Raise MinimtlError if this process may not use enough address space to load NumPy and Numba.

    With too little, some of their libraries fail as if they were missing, and others wait for ever.
    """
    if resource is None:
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if resource.RLIM_INFINITY != limit < _LEAST_ADDRESS_SPACE:
        raise MinimtlError(
            f"this process may use {limit / 1e6:.0f} MB of address space (`ulimit -v`), and "
            f"minimtl needs {_LEAST_ADDRESS_SPACE / 1e6:.0f} MB; raise the limit"
        )


def ignore_signals() -> None:
    """Let no further signal interrupt the little that is left to do."""
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_IGN)


def exit_code_of_signal() -> int:
    """128 and the number of the signal that interrupted the process, as shells count."""
    return 128 + _state["arrived"]


def _interrupt(number: int, frame: Any) -> None:
    _state["arrived"] = number
    raise KeyboardInterrupt


class _Output(io.FileIO):
    """Standard output; a failure to write is told from one of another file."""

    def write(self, content: Any) -> int:
        try:
            return super().write(content)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise MinimtlError(
                f"standard output cannot be written ({error.strerror}); what went to files is there"
            ) from None


class _Messages(io.FileIO):
    """Standard error; what cannot be written is dropped."""

    def write(self, content: Any) -> int:
        with suppress(OSError):
            return super().write(content)
        return len(content)


def _text_stream(raw: io.FileIO, old: Any, **options: Any) -> io.TextIOWrapper:
    """The stream as text in the encoding of `old`; what that cannot express is escaped."""
    encoding = old.encoding if old else "utf-8"
    if old:
        old.flush()
    interactive = options.pop("line_buffering", False) or raw.isatty()
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding, "backslashreplace", line_buffering=interactive
    )
