"""A tiny training by each backend, in a process of its own, and whether the backends agree.

It has its own process because machine code that does not suit the processor ends the process
without a message, and because only a new process shows what the start of a command costs.
"""

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from minimtl.cli.diagnosis.section import Section
from minimtl.system import cache_dir

SECONDS_ALLOWED = 300.0
# After 30 steps the float32 kernels' losses, near 0.7, differ from the float64 twin's by about
# 1e-7; another order of a sum moves the last digits, a wrong kernel far more than this.
LOSSES_AGREE = 1e-5
COMMAND = "from minimtl.cli.diagnosis.training import print_facts; print_facts()"


def fill_training(section: Section) -> None:
    """Run `print_facts` in a new process and add what it prints to the section."""
    home = Path(__file__).parents[3]
    environment = dict(os.environ)
    if "MINIMTL_CACHE" in environment:  # which may be relative to the working folder
        environment["MINIMTL_CACHE"] = str(cache_dir())
    try:
        # From the folder that minimtl is in: "-c" finds the modules of the working folder first.
        result = subprocess.run(
            [sys.executable, "-c", COMMAND], cwd=home, env=environment, capture_output=True,
            timeout=SECONDS_ALLOWED, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        section.broken.append(f"A tiny training took more than {SECONDS_ALLOWED:.0f} s.")
        return
    if result.returncode:
        section.broken.append(f"A tiny training failed: {_reason(result)}.")
        return
    facts = json.loads(result.stdout)
    section.notes += facts.pop("notes")
    section.facts.update(facts)
    if facts.get("largest_difference", 0.0) > LOSSES_AGREE:
        section.broken.append(
            f"The compiled kernels differ from NumPy by {facts['largest_difference']:.1e} in a "
            "loss; use --backend numpy, and please report this with the output of "
            "'minimtl doctor --json'."
        )


def _reason(result: "subprocess.CompletedProcess[bytes]") -> str:
    """Why the process failed: its signal, or the last line of its standard error."""
    if result.returncode < 0:
        number = -result.returncode
        known = number in set(signal.Signals)
        return f"the process was ended by {signal.Signals(number).name if known else number}"
    lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit code {result.returncode} without a message"


def print_facts() -> None:
    """Train by each backend and print the facts as JSON."""
    from minimtl.nn import why_no_kernels

    reason = why_no_kernels()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        facts = _plain(reason) if reason else _compare()
    messages = [str(warning.message) for warning in caught]
    notes = [message for message in messages if "kernels" in message]
    print(json.dumps({**facts, "notes": notes}))


def _plain(reason: str) -> dict[str, Any]:
    _, seconds = _train("numpy")
    return {"kernels": f"none: {reason}", "numpy_ms": round(1e3 * seconds, 2)}


def _compare() -> dict[str, Any]:
    start = time.perf_counter()
    losses, _ = _train("numba")
    first = time.perf_counter() - start
    from minimtl.nn.kernels import FOLDER, train_epoch

    _, again = _train("numba")
    exact, plain = _train("numpy")
    return {
        "kernels": "loaded" if train_epoch.n_loaded else "compiled",
        "kept_in": None if FOLDER is None else str(FOLDER),
        "first_training_seconds": round(first, 2),
        "numba_ms": round(1e3 * again, 2),
        "numpy_ms": round(1e3 * plain, 2),
        "largest_difference": float(abs(losses - exact).max()),
    }


def _train(backend: str) -> tuple[Any, float]:
    """Losses (2, 3) of two joint tasks over three epochs, and the seconds that it took."""
    import numpy as np
    from scipy import sparse

    from minimtl.nn import Schedule, Shape, TaskData, initialize, train

    rng = np.random.default_rng(0)
    dense = rng.random((100, 300)) * (rng.random((100, 300)) < 0.1)
    X = sparse.csr_matrix(dense.astype(np.float32))
    tasks = [TaskData(X, rng.integers(2, size=100), X[:10]) for _ in range(2)]
    network = initialize(Shape(300, (16, 16), (2, 2)), rng)
    start = time.perf_counter()
    history = train(network, tasks, Schedule(n_epochs=3, batch_size=10), rng, backend)
    return history.losses, time.perf_counter() - start
