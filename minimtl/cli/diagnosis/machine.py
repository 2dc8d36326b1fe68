"""Versions, processor and memory."""

import os
import platform
import sys
from pathlib import Path

from minimtl._version import __version__
from minimtl.cli.diagnosis.section import Section
from minimtl.system import THREAD_VARIABLES, available_cores, processor

# The kernels are compiled to the best of these that the processor has.
VECTOR_FLAGS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "asimd", "sve")


def fill_machine(section: Section) -> None:
    """Python, the system, the processor, its memory, and the threads."""
    in_environment = sys.prefix != sys.base_prefix
    section.facts.update(
        minimtl=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        environment=sys.prefix if in_environment else "none, the system's Python",
        platform=platform.platform(),
        **_processor(),
        cores_usable=available_cores(),
        cores=os.cpu_count(),
        memory_bytes=_memory(),
        threads=_threads(),
    )


def _processor() -> dict[str, str]:
    """The model of the processor, and its vector instructions where the system lists them."""
    name, instructions = processor()
    if not instructions:
        return {"processor": name}
    vectors = " ".join(flag for flag in VECTOR_FLAGS if flag in instructions)
    return {"processor": name, "vectors": vectors or "unknown"}


def _memory() -> int | None:
    """Bytes of memory that processes may use: the machine's, or a container's share of it."""
    try:
        sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (AttributeError, ValueError, OSError):  # this platform does not tell
        return None
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            sizes.append(int(Path(limit).read_text()))
        except (OSError, ValueError):  # absent, or "max"
            continue
    return min(sizes)


def _threads() -> str:
    set_to = {os.environ.get(variable, "unset") for variable in THREAD_VARIABLES}
    if set_to == {"1"}:
        return "1 per process, for BLAS and Numba"
    return ", ".join(f"{name}={os.environ.get(name, 'unset')}" for name in THREAD_VARIABLES)
