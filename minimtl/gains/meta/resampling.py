"""Bootstrap samples that keep the pairs of a main task together.

Pairs of one main task share its single-task score, so their labels depend on one another: a
bootstrap over pairs would give intervals that are too short.

Derived in docs/mathematics.md, §11.
"""

from collections.abc import Iterator

import numpy as np

from minimtl.stats import IntArray

_CELLS = 1 << 22  # counts of tasks that are drawn at once


def bootstrap_counts(task: IntArray, n_draws: int, rng: np.random.Generator) -> IntArray:
    """How often each pair is in a sample of main tasks drawn with replacement.

    Returns
    -------
    int64 array of shape (n_draws, n_pairs)
        Pairs of one main task have the same count.
    """
    counts = np.concatenate(list(task_counts(int(task.max()) + 1, n_draws, rng)))
    return counts[:, task].astype(np.int64)


def task_counts(n_tasks: int, n_draws: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """How often each task is in such samples, some samples at a time.

    Returns
    -------
    iterator of int64 arrays of shape (n_some, n_tasks)
        With `n_draws` rows in all.
    """
    at_once = max(1, _CELLS // n_tasks)
    for start in range(0, n_draws, at_once):
        n_some = min(at_once, n_draws - start)
        yield rng.multinomial(n_tasks, np.full(n_tasks, 1 / n_tasks), size=n_some)
