"""Keyed jobs on any executor: local processes, Dask, MPI. Knows no study.

May import: system, store.
"""

from minimtl.execution.executors import EXECUTOR_FORMS, check_executor, is_local, make_workers
from minimtl.execution.pool import ProcessPool
from minimtl.execution.progress import duration, make_progress
from minimtl.execution.runner import RunSummary, run_jobs
from minimtl.execution.seeds import rng_for, stable_hash
from minimtl.execution.worker import Workers

__all__ = [
    "EXECUTOR_FORMS",
    "ProcessPool",
    "RunSummary",
    "Workers",
    "check_executor",
    "duration",
    "is_local",
    "make_progress",
    "make_workers",
    "rng_for",
    "run_jobs",
    "stable_hash",
]
