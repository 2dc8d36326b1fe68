"""A command as a process of its own: its wall and CPU seconds, and the peak memory of each process.

CPU seconds include those of ended children (wait4). Peak memory is the kernel's high-water mark
(VmHWM), read again and again while a process lives; Linux only.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SECONDS_BETWEEN_READINGS = 0.05


@dataclass(frozen=True)
class Ended:
    """What a command took.

    Attributes
    ----------
    wall, cpu : seconds.
    parent_mb, worker_mb : peak resident memory of the process and of its largest descendant, in
        units of 2**20 bytes; 0 where it could not be read.
    exit_code : 0 if all went well.
    error : empty, or the last line of standard error of a command that failed.
    """

    wall: float
    cpu: float
    parent_mb: float
    worker_mb: float
    exit_code: int
    error: str


def run_python(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None, *, memory: bool = False
) -> Ended:
    """Run this interpreter with `arguments`; memory is read only when asked for."""
    began = time.perf_counter()
    peaks: dict[int, float] = {}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        while memory and not _has_ended(process.pid):
            for pid in _family(process.pid):
                peaks[pid] = max(peaks.get(pid, 0.0), _peak_mb(pid))
            time.sleep(_SECONDS_BETWEEN_READINGS)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        lines = errors.read().decode(errors="replace").split("\n")
        messages = [line for line in lines if line.strip()] or ["no message"]
    return Ended(
        wall=time.perf_counter() - began,
        cpu=usage.ru_utime + usage.ru_stime,
        parent_mb=peaks.pop(process.pid, 0.0),
        worker_mb=max(peaks.values(), default=0.0),
        exit_code=process.returncode,
        error=messages[-1] if process.returncode else "",
    )


def _has_ended(pid: int) -> bool:
    ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return ended is not None


def _family(pid: int) -> list[int]:
    """The process and all its descendants."""
    family = [pid]
    for member in family:
        try:
            for children in Path(f"/proc/{member}/task").glob("*/children"):
                family += map(int, children.read_text().split())
        except OSError:  # it ended meanwhile
            continue
    return family


def _peak_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024.0
    except OSError:
        pass
    return 0.0
