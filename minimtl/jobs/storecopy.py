"""Copying results from one store into another of the same study."""

from itertools import islice

from minimtl.jobs.store import Store

_BATCH = 1_000  # results in one transaction; some 5 kB each


def copy_results(source: Store, target: Store) -> int:
    """Copy what `source` holds and `target` lacks; returns the number of results copied.

    A killed copy has copied whole batches; a second one copies the rest.

    Raises
    ------
    MinimtlError
        As `Store.add`; or if a result of `source` is damaged.
    """
    n_copied = 0
    lacking = (key for key in source if key not in target)
    while keys := list(islice(lacking, _BATCH)):
        target.add((key, source[key]) for key in keys)
        n_copied += len(keys)
    return n_copied
