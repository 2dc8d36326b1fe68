"""Cold and warm starts: compiling all kernels, the command's help, imports, a first training."""

import os
import tempfile
from collections.abc import Mapping, Sequence

import numpy as np

from bench.processes import run_python
from bench.rows import Row, missing_row
from bench.settings import Settings

SECTION = "Starts (wall time of a process)"
COLD, WARM = "first training, kernels compiled from nothing", "first training, kernels cached"
HELP, LIGHT = "minimtl --help", "Numba and SciPy, how many of them --help loads"

# Touches every kernel: a joint training with dropout, followed after each epoch.
FIRST_TRAINING = """
import numpy as np
from scipy import sparse
from minimtl.nn.network import Shape, initialize
from minimtl.nn.adam import Schedule
from minimtl.nn.training import Learner, TaskData
rng = np.random.default_rng(0)
X = sparse.random(40, 50, 0.2, "csr", dtype=np.float32, random_state=0)
task = TaskData(X, np.arange(40) % 2, X)
learner = Learner(initialize(Shape(50, (8, 8), (2, 2)), rng))
learner.run([task, task], Schedule(2), rng, "numba")
"""
WHAT_HELP_LOADS = """
import sys
from minimtl.cli.main import build_parser
build_parser("").format_help()
sys.exit(len({"numba", "scipy"} & set(sys.modules)))
"""
STARTS = {
    "python, nothing else": ("-c", ""),
    "import minimtl": ("-c", "import minimtl"),
    HELP: ("-m", "minimtl", "--help"),
    WARM: ("-c", FIRST_TRAINING),
}


def measure(settings: Settings) -> list[Row]:
    """Wall seconds of whole processes, the kernels' cache being a folder of this run's own."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {"MINIMTL_CACHE": cache, "PYTHONPATH": os.getcwd()}
        rows = [start(COLD, STARTS[WARM], environment, 1)]
        n = settings.choose(15, 3)
        rows += [start(what, command, environment, n) for what, command in STARTS.items()]
        n_heavy = run_python(("-c", WHAT_HELP_LOADS), environment).exit_code
    return [*rows, Row(SECTION, LIGHT, "minimtl", "packages", float(n_heavy))]


def start(what: str, command: Sequence[str], environment: Mapping[str, str], n: int) -> Row:
    """The row of one start, tried `n` times."""
    ended = [run_python(command, environment) for _ in range(n)]
    failed = next((each.error for each in ended if each.error), "")
    if failed:
        return missing_row(SECTION, what, "minimtl", f"it failed: {failed}")
    low, median, high = np.percentile([each.wall for each in ended], [25, 50, 75])
    note = f"{np.median([each.cpu for each in ended]):.2f} s of CPU"
    return Row(SECTION, what, "minimtl", "s", float(median), float(low), float(high), n, note=note)
