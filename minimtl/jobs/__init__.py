"""Keyed jobs on any executor (local processes, Dask, MPI), and the store of their results.

One process holds the store, an SQLite file. Knows no study.

May import: system.
"""
