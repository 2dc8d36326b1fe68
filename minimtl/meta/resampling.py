"""Bootstrap samples that keep the pairs of a main task together.

Pairs of one main task share its single-task score, so their labels depend on one another: a
bootstrap over pairs would give intervals that are too short.

Derived in docs/mathematics.md, §11.
"""

import numpy as np

from minimtl.stats import IntArray


def bootstrap_counts(task: IntArray, n_draws: int, rng: np.random.Generator) -> IntArray:
    """How often each pair is in a sample of main tasks drawn with replacement.

    Returns
    -------
    int64 array of shape (n_draws, n_pairs)
        Pairs of one main task have the same count.
    """
    n_tasks = int(task.max()) + 1
    counts = rng.multinomial(n_tasks, np.full(n_tasks, 1 / n_tasks), size=n_draws)
    return counts[:, task].astype(np.int64)
