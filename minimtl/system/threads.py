"""One thread per process for BLAS and Numba: the study's parallelism is its processes.

How many threads a library picks would change how its sums are rounded, and so the tables.
"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec

# Read by BLAS and Numba when they are loaded.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def pin_threads() -> None:
    """Hold this process to one thread, whatever its environment says.

    A BLAS that is loaded already (a worker of a cluster may have done so) no longer reads the
    variables; it is told through threadpoolctl where that is installed. Our Numba kernels
    have one thread as they are written.
    """
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    if "numpy" in sys.modules and find_spec("threadpoolctl"):
        import_module("threadpoolctl").threadpool_limits(limits=1)
