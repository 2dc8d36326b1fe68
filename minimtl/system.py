"""The operating system: whole files, the cache folder, machine, process, terminal.

May import: errors.
"""

import errno
import io
import os
import platform
import re
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from minimtl.errors import MinimtlError

# --------------------------------------------------------------------------------------------------
# Writes files whole or not at all: to a temporary file, flushed to disk, then renamed.

_UNFINISHED = ".minimtl-part"  # how the name of a file ends until it is whole
_MOST_LINKS = 40  # that lead to one another, as on Linux
_OPEN_FILES = "/proc/"  # the links there name what a process has open, and lead nowhere else


def write_atomically(path: str | os.PathLike[str], content: bytes | Iterable[bytes]) -> None:
    """Put ``content`` at ``path`` so that a reader sees the old file or the new one, never a part.

    The bytes, in one part or several, go to a temporary file in the same folder (a rename across
    file systems would not be atomic), are flushed to the disk, and take the name in one step. The
    folder's entry is flushed as well, where the platform lets a folder be opened.

    A link of the user's own, or of the system, stays, and the file that it leads to is written so.
    What is no regular file, a device or a FIFO, is written to as it is.

    Raises
    ------
    MinimtlError
        If the folder is missing, cannot be written, or the disk is full: nothing is left behind.
        Or if ``path`` is a link that another user put there.
    """
    path = Path(path)
    parts = [content] if isinstance(content, bytes) else content
    try:
        place = _place(path)
        if _is_stream(place):
            _write_to_stream(place, parts)
        else:
            _write_file(place, parts)
    except OSError as error:
        raise MinimtlError(
            f"Cannot write {path}: {error.strerror}; choose another place."
        ) from None


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes had begun to write in `folder`, where nobody writes now."""
    for path in folder.glob(f".*{_UNFINISHED}"):
        with suppress(OSError):  # it stays, and does no harm
            path.unlink()


def _place(path: Path) -> Path:
    """The file behind `path` to write to: links are followed, if nobody else made them."""
    for _ in range(_MOST_LINKS):
        if not path.is_symlink() or str(path.parent.resolve()).startswith(_OPEN_FILES):
            return path
        if hasattr(os, "geteuid") and path.lstat().st_uid not in (0, os.geteuid()):
            raise MinimtlError(
                f"Cannot write {path}: it is a link that another user made; remove it or choose "
                "another name."
            )
        path = path.parent / path.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _is_stream(path: Path) -> bool:
    """True if there is something at `path` that is written to rather than replaced."""
    if path.is_symlink():  # it names an open file, whatever that is
        return True
    return path.exists() and not (path.is_file() or path.is_dir())


def _write_to_stream(path: Path, parts: Iterable[bytes]) -> None:
    # Not made anew, and an open file goes on where it is.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOCTTY", 0))
    with os.fdopen(descriptor, "wb") as stream:
        stream.writelines(parts)


def _write_file(path: Path, parts: Iterable[bytes]) -> None:
    # Made with the mode that the process's umask leaves, and never through a link.
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}{_UNFINISHED}")
    try:
        with temporary.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):  # a disk that fails may not even let go of a file
            temporary.unlink()
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows does not open folders; there the rename itself has to do
        return
    try:
        os.fsync(handle)
    except OSError:  # some network file systems refuse; the file's own bytes are flushed already
        pass
    finally:
        os.close(handle)


# --------------------------------------------------------------------------------------------------
# The user's cache folder, for fetched corpora and compiled kernels.


def cache_dir() -> Path:
    """The cache folder, which may not exist yet.

    ``$MINIMTL_CACHE`` if set; else ``minimtl`` in the platform's user cache folder:
    ``$XDG_CACHE_HOME`` or ``~/.cache``, on macOS ``~/Library/Caches``, on Windows
    ``%LOCALAPPDATA%``.

    Raises
    ------
    MinimtlError
        If the user has no home folder and no variable says where else.
    """
    chosen = os.environ.get("MINIMTL_CACHE")
    try:
        return Path(chosen).expanduser().absolute() if chosen else _user_cache() / "minimtl"
    except RuntimeError:
        raise MinimtlError(
            "The user has no home folder to keep a cache in; set MINIMTL_CACHE to a folder."
        ) from None


def _user_cache() -> Path:
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    folder = os.environ.get(variable, "")
    # The XDG specification: a path that is not absolute is to be ignored.
    if sys.platform != "darwin" and os.path.isabs(folder):
        return Path(folder)
    if sys.platform == "win32":
        return Path.home() / "AppData" / "Local"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


# --------------------------------------------------------------------------------------------------
# The machine and this process on it: cores, threads, memory, processor, versions of packages.

# Read by BLAS and Numba when they are loaded.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)
# The packages that can matter, and the extra of setup.cfg that brings each; None: all have it.
EXTRA_OF = {
    **dict.fromkeys(("numpy", "scipy", "numba", "llvmlite")),
    "matplotlib": "figures",
    "nbformat": "notebook",
    "tqdm": "progress",
    "distributed": "dask",
    "mpi4py": "mpi",
}


def pin_threads() -> None:
    """Hold this process to one thread, whatever its environment says.

    How many threads a library picks would change how its sums are rounded, and so the tables. A
    BLAS that is loaded already (a worker of a cluster may have done so) no longer reads the
    variables; it is told through threadpoolctl where that is installed. Our kernels have one
    thread as they are written.
    """
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    if "numpy" in sys.modules and find_spec("threadpoolctl"):
        import_module("threadpoolctl").threadpool_limits(limits=1)


def give_back_memory() -> None:
    """Have the C library return to the system what was freed; glibc keeps much of it otherwise."""
    if sys.platform.startswith("linux"):
        import ctypes  # here, as no command needs it that only prints

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
        if trim is not None:
            trim(0)


def available_cores() -> int:
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> tuple[str, frozenset[str]]:
    """The processor's name and its instruction sets; none where the system does not list them."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or platform.machine(), frozenset()
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", text, re.MULTILINE)
    name = model[1] if model else platform.machine()
    return name, frozenset(flags[1].split() if flags else ())


def machine_facts() -> dict[str, Any]:
    """The facts that measured times depend on: system, processor, cores, Python."""
    return {
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": available_cores(),
        "python": sys.version.split()[0],
    }


def package_versions(packages: Iterable[str] = EXTRA_OF) -> dict[str, str | None]:
    """The version of each package, by default of all that can matter; None if not installed."""
    versions: dict[str, str | None] = dict.fromkeys(packages)
    for package in versions:
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return versions


# --------------------------------------------------------------------------------------------------
# A command as a process: the signals that end it, and streams that may be missing or full.
#
# `begin_process` and `end_process` are for the process's own door. Neither changes anything for a
# program that calls minimtl as a library.

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
_AFTER_IMPORT = 0.05  # seconds until a signal comes again
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
    sys.stderr = _text_stream(_Messages(2, "w", closefd=False), sys.stderr, by_line=True)
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
    """Raise KeyboardInterrupt, but not while something is imported: the signal comes again then.

    Import would swallow it in a callback, or a module in C take it for its own failure.
    """
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            again = threading.Timer(_AFTER_IMPORT, os.kill, (os.getpid(), number))
            again.daemon = True
            again.start()
            return
        frame = frame.f_back
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


def _text_stream(raw: io.FileIO, old: Any, *, by_line: bool = False) -> io.TextIOWrapper:
    """The stream as text in the encoding of `old`; what that cannot express is escaped."""
    encoding = old.encoding if old else "utf-8"
    if old:
        old.flush()
    by_line = by_line or raw.isatty()
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding, "backslashreplace", line_buffering=by_line
    )


# --------------------------------------------------------------------------------------------------
# What is said to the person at the terminal, beside a command's output.

# Control characters but newline and tab, marks that reverse the direction of text, line separators
# and halves of surrogate pairs.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escape(text: str) -> str:
    r"""`text` with each character that could control a terminal written out, as ``\x1b``.

    Newlines and tabs are kept. For text that comes, in whole or in part, from a file or a server.
    """
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def is_one_line(name: str) -> bool:
    """True if `name` can stand within a line: no newline, no tab, nothing that `escape` escapes."""
    return "\n" not in name and "\t" not in name and not _CONTROLS.search(name)


def say(line: str) -> None:
    """Print one line to standard error, with what could control the terminal escaped."""
    print(escape(line), file=sys.stderr)
