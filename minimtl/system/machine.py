"""The machine and this process on it: cores, threads, memory, processor, versions of packages."""

import os
import platform
import re
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Read by BLAS and Numba when they are loaded.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)
_PACKAGES = ("numpy", "scipy", "numba", "matplotlib", "jinja2", "tqdm", "distributed", "mpi4py")


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
    """What measured times depend on: system, processor, cores, Python."""
    return {
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": available_cores(),
        "python": sys.version.split()[0],
    }


def installed_version(package: str) -> str | None:
    """The version of a package; None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def package_versions() -> dict[str, str | None]:
    """The version of each package that can matter; None where it is not installed."""
    return {package: installed_version(package) for package in _PACKAGES}
