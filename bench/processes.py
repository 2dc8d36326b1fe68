"""A command as a process of its own: its wall and CPU seconds, and the memory of its processes.

CPU seconds include those of ended children (wait4). The peak of one process is the kernel's
high-water mark (VmHWM). The peak of all of them is the largest sum of their shares (Pss, by which a
page of n processes counts 1/n for each) among readings 20 times a second, which may miss a shorter
one. Linux only.
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
    total_mb : peak of the memory of all processes together, in the same units.
    exit_code : 0 if all went well.
    error : empty, or the last line of standard error of a command that failed.
    """

    wall: float
    cpu: float
    parent_mb: float
    worker_mb: float
    total_mb: float
    exit_code: int
    error: str


def run_python(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None, *, memory: bool = False
) -> Ended:
    """Run this interpreter with `arguments`; memory is read only when asked for."""
    began = time.perf_counter()
    peaks: dict[int, float] = {}
    total = 0.0
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        while memory and not _has_ended(process.pid):
            family = _family(process.pid)
            for pid in family:
                peaks[pid] = max(peaks.get(pid, 0.0), _read_mb(pid, "status", "VmHWM:"))
            total = max(total, sum(_read_mb(pid, "smaps_rollup", "Pss:") for pid in family))
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
        total_mb=total,
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


def _read_mb(pid: int, file: str, name: str) -> float:
    """A number of kB from a file of a process; 0 where it cannot be read."""
    try:
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024.0
    except OSError:  # it ended meanwhile
        pass
    return 0.0
