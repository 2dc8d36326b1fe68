"""Permutations and bootstrap samples that keep the pairs of a main task together.

Pairs of one main task share its single-task score, so their labels depend on one another. A
permutation of single pairs would give a small p-value to any feature that identifies the main
task, and a bootstrap over pairs would give intervals that are too short.

Notation
--------
task    number of each pair's main task, shape (n_pairs,), int64
rows    row numbers that give each pair another pair's label, shape (n_permutations, n_pairs)

Derived in docs/mathematics.md, §11.
"""

from collections.abc import Callable

import numpy as np

from minimtl.stats import BoolArray, IntArray

ENOUGH = 20  # permutations as good as the truth: the standard error of p is a fifth of p
_BATCH = 100


def permuted_rows(task: IntArray, n_permutations: int, rng: np.random.Generator) -> IntArray:
    """Row numbers that give each pair another pair's label, shape (n_permutations, n_pairs).

    The labels of a main task move together to a main task with as many pairs, and are shuffled
    within it: if features say nothing of gains, all these orders are as likely as the observed
    one (Winkler et al. 2015, whole-block and within-block exchangeability).
    """
    blocks = [np.flatnonzero(task == number) for number in np.unique(task)]
    by_size: dict[int, list[IntArray]] = {}
    for block in blocks:
        by_size.setdefault(len(block), []).append(block)
    places = {size: np.array(same) for size, same in by_size.items()}
    rows = np.empty((n_permutations, len(task)), np.int64)
    for row in rows:
        for place in places.values():
            row[place] = rng.permuted(rng.permutation(place, axis=0), axis=1)
    return rows


def permutation_p_value(rows: IntArray, is_as_good: Callable[[IntArray], BoolArray]) -> float:
    """The share of labellings, the true one among them, that are predicted at least as well.

    It stops at the 20th that is: p is then 20 over the number of permutations tried. That is as
    valid, and a p-value that is not small needs few permutations.

    Parameters
    ----------
    is_as_good : takes some of the rows; whether each is predicted at least as well as the truth.

    References
    ----------
    J. Besag and P. Clifford (1991), Sequential Monte Carlo p-values, Biometrika 78(2).
    """
    n_as_good = 0
    for start in range(0, len(rows), _BATCH):
        as_good = np.flatnonzero(is_as_good(rows[start : start + _BATCH]))
        if n_as_good + len(as_good) >= ENOUGH:
            return float(ENOUGH / (start + 1 + as_good[ENOUGH - n_as_good - 1]))
        n_as_good += len(as_good)
    return (1 + n_as_good) / (1 + len(rows))


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
