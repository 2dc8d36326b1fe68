"""Durable results by key, in one SQLite file that one process holds. Knows no study.

May import: system.
"""

from minimtl.store.store import Store, open_existing_store, open_store

__all__ = [
    "Store",
    "open_existing_store",
    "open_store",
]
