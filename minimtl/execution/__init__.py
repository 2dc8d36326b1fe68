"""Keyed jobs on any executor: local processes, Dask, MPI. Knows no study.

May import: system, store.
"""

from minimtl.execution.executors import check_executor, make_executor
from minimtl.execution.progress import make_progress
from minimtl.execution.runner import RunSummary, run_jobs
from minimtl.execution.seeds import rng_for, stable_hash

__all__ = [
    "RunSummary",
    "check_executor",
    "make_executor",
    "make_progress",
    "rng_for",
    "run_jobs",
    "stable_hash",
]
