"""Durable results by key, in one SQLite file that one process holds. Knows no study.

May import: system.
"""

from minimtl.store.copy import copy_results
from minimtl.store.identity import differences
from minimtl.store.store import Store, open_existing_store, open_store

__all__ = [
    "Store",
    "copy_results",
    "differences",
    "open_existing_store",
    "open_store",
]
