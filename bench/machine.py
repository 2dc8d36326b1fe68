"""The machine that the numbers were measured on, and its load."""

import os
import platform
from typing import Any

from minimtl.system import package_versions, processor

PACKAGES = ("numpy", "scipy", "numba", "torch", "scikit-learn")


def facts() -> dict[str, Any]:
    """Processor, cores, system, versions, and the load averages of 1, 5 and 15 minutes."""
    return {
        "processor": processor()[0],
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": package_versions(PACKAGES),
        "load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
    }
