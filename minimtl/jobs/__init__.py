"""Keyed jobs on any executor (local processes, Dask, MPI), and the store of their results.

One process holds the store, an SQLite file. Knows no study.

May import: system.
"""

from minimtl.jobs.executors import (
    EXECUTOR_FORMS,
    Workers,
    check_executor,
    is_local,
    make_workers,
)
from minimtl.jobs.identity import differences, rng_for, stable_hash
from minimtl.jobs.runner import duration, run_shown
from minimtl.jobs.store import Store, copy_results, open_existing_store, open_store

__all__ = [
    "EXECUTOR_FORMS",
    "Store",
    "Workers",
    "check_executor",
    "copy_results",
    "differences",
    "duration",
    "is_local",
    "make_workers",
    "open_existing_store",
    "open_store",
    "rng_for",
    "run_shown",
    "stable_hash",
]
