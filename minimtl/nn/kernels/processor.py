"""The processor that kernels are compiled for: this machine's, or the one that Numba is told."""

import platform
import subprocess
import sys

import numba
from llvmlite import binding

from minimtl.errors import MinimtlError

# Compiled like a kernel, and run where nothing is lost if the processor cannot.
_PROBE = """
import numba, numpy
@numba.njit(error_model="numpy", fastmath={"contract"})
def probe(x, y):
    for h in range(len(x)):
        x[h] += x[h] * y[h]
probe(numpy.ones(64, numpy.float32), numpy.ones(64, numpy.float32))
"""


def target() -> tuple[str, str]:
    """The processor that kernels are compiled for, and its features, as LLVM names them.

    Raises RuntimeError where LLVM does not know the features of this machine.
    """
    features = numba.config.CPU_FEATURES
    return (
        numba.config.CPU_NAME or binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten() if features is None else features,
    )


def fuses_products() -> bool:
    """Whether kernels add a product by one operation, which rounds once.

    All processors that do give the same bits; so do all that do not, but other ones.
    """
    if platform.machine().lower() in ("aarch64", "arm64"):
        return True
    try:
        return "+fma" in target()[1].split(",")
    except RuntimeError:
        return False


def check_target() -> None:
    """Raise MinimtlError if the processor that Numba is told is unknown, or cannot be had here."""
    named = {
        "NUMBA_CPU_NAME": numba.config.CPU_NAME,
        "NUMBA_CPU_FEATURES": numba.config.CPU_FEATURES,
    }
    settings = " ".join(f"{name}={value}" for name, value in named.items() if value)
    if not settings:
        return

    asked = {name for name in (numba.config.CPU_FEATURES or "").split(",") if name[:1] == "+"}
    available = binding.get_host_cpu_features()
    lacks = any(not available.get(name[1:], True) for name in asked)
    probe = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True)
    if "not a recognized" in probe.stderr:
        raise MinimtlError(f"The compiler does not know what {settings} names; unset it.")
    if probe.returncode < 0 or lacks:
        raise MinimtlError(f"This processor cannot run code compiled for {settings}; unset it.")
