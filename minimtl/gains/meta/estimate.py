"""A statistic of a study with an interval for each question: these tasks, and new tasks.

Notation
--------
values      of each pair in each run, shape (n_pairs, n_runs); their mean is the statistic
by_pair     data of each pair, shape (n_pairs, …); by_run of each run, shape (n_runs, …)

Of a mean of values the intervals are those of the mean gain. Any other statistic is given by the
pseudo-values of the jackknife, of which it is the mean: those of the runs for these tasks, those of
the pairs for new ones.

Derived in docs/mathematics.md, §18.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from minimtl.gains.meta.dependence import are_crossed, effects_of
from minimtl.stats import (
    FloatArray,
    MeanEstimate,
    crossed_mean,
    mean_of_runs,
    pseudo_values,
)
from minimtl.tasks import Pair

Statistic = Callable[[FloatArray], float]


class Estimate(NamedTuple):
    """A statistic and its intervals, None where there are too few runs or tasks for one."""

    value: float
    these_tasks: MeanEstimate | None
    new_tasks: MeanEstimate | None


NO_ESTIMATE = Estimate(float("nan"), None, None)


def estimate_mean(values: FloatArray, pairs: Sequence[Pair]) -> Estimate:
    """The mean of values of each pair in each run; `NO_ESTIMATE` where one is not defined."""
    if not np.isfinite(values).all():
        return NO_ESTIMATE
    these = mean_of_runs(values) if values.shape[1] > 1 else None
    return Estimate(float(values.mean()), these, _new_tasks(values, pairs))


def estimate(
    statistic: Statistic,
    by_pair: FloatArray,
    by_run: FloatArray,
    pairs: Sequence[Pair],
    *,
    are_all: bool = True,
) -> Estimate:
    """A statistic that takes the data of pairs as it takes those of runs.

    Where these pairs are some of those that the runs' data are of, its value is that of the latter.
    """
    return estimate_from(
        statistic(by_pair if are_all else by_run),
        pseudo_values(statistic, by_run) if len(by_run) > 1 else None,
        pseudo_values(statistic, by_pair) if len(by_pair) > 1 else None,
        pairs,
    )


def estimate_from(
    value: float, of_runs: FloatArray | None, of_pairs: FloatArray | None, pairs: Sequence[Pair]
) -> Estimate:
    """A statistic from the pseudo-values of runs and of pairs, each moved to have it for a mean.

    `NO_ESTIMATE` where a value is not finite.
    """
    known = [values for values in (of_runs, of_pairs) if values is not None]
    if not all(np.isfinite(values).all() for values in (np.array([value]), *known)):
        return NO_ESTIMATE
    these = None if of_runs is None else mean_of_runs(_moved(of_runs, value)[np.newaxis])
    new = None if of_pairs is None else _new_tasks(_moved(of_pairs, value)[:, np.newaxis], pairs)
    return Estimate(value, these, new)


def _moved(values: FloatArray, mean: float) -> FloatArray:
    return values + (mean - values.mean())


def _new_tasks(values: FloatArray, pairs: Sequence[Pair]) -> MeanEstimate | None:
    """The crossed interval; None of fewer than two main or two auxiliary tasks."""
    effects = effects_of(pairs)
    return crossed_mean(values, effects) if are_crossed(effects) else None
