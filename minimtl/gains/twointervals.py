"""A statistic of pairs with an interval for each question: these tasks, and new tasks.

Notation
--------
values      of each pair in each run, shape (n_pairs, n_runs); their mean is the statistic
by_pair     data of each pair, shape (n_pairs, …); by_run of each run, shape (n_runs, …)

Two questions differ: what these tasks would give, were they trained again, and what new tasks would
give. The first has the runs for a sample, the second the tasks.

Of a mean of values, as the mean gain is one, the intervals are `stats.mean_of_runs` and
`stats.crossed_mean`. Any other statistic is given by the pseudo-values of the jackknife, of which
it is the mean: those of the runs for these tasks, those of the pairs for new ones.

Derived in docs/mathematics.md, §16, and docs/mathematics.md, §18.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minimtl.stats import (
    Effects,
    FloatArray,
    MeanEstimate,
    crossed_mean,
    mean_of_runs,
    pseudo_values,
)

Statistic = Callable[[FloatArray], float]


class Estimate(NamedTuple):
    """A statistic and its intervals, None where there are too few runs or tasks for one."""

    value: float
    these_tasks: MeanEstimate | None
    new_tasks: MeanEstimate | None


NO_ESTIMATE = Estimate(float("nan"), None, None)


def estimate_mean(values: FloatArray, effects: Effects) -> Estimate:
    """The mean of values of each pair in each run; `NO_ESTIMATE` where one is not defined."""
    if not np.isfinite(values).all():
        return NO_ESTIMATE
    these = mean_of_runs(values) if values.shape[1] > 1 else None
    return Estimate(float(values.mean()), these, _new_tasks(values, effects))


def estimate(
    statistic: Statistic,
    by_pair: FloatArray,
    by_run: FloatArray,
    effects: Effects,
) -> Estimate:
    """A statistic that takes the data of pairs as it takes those of runs."""
    return estimate_from(
        statistic(by_pair),
        pseudo_values(statistic, by_run) if len(by_run) > 1 else None,
        pseudo_values(statistic, by_pair) if len(by_pair) > 1 else None,
        effects,
    )


def estimate_from(
    value: float, of_runs: FloatArray | None, of_pairs: FloatArray | None, effects: Effects
) -> Estimate:
    """A statistic from the pseudo-values of runs and of pairs, each moved to have it for a mean.

    `NO_ESTIMATE` where a value is not finite.
    """
    known = [values for values in (of_runs, of_pairs) if values is not None]
    if not all(np.isfinite(values).all() for values in (np.array([value]), *known)):
        return NO_ESTIMATE
    these = None if of_runs is None else mean_of_runs(_moved(of_runs, value)[np.newaxis])
    new = None if of_pairs is None else _new_tasks(_moved(of_pairs, value)[:, np.newaxis], effects)
    return Estimate(value, these, new)


def _moved(values: FloatArray, mean: float) -> FloatArray:
    return values + (mean - values.mean())


def _new_tasks(values: FloatArray, effects: Effects) -> MeanEstimate | None:
    """The crossed interval; None of fewer than two main or two auxiliary tasks."""
    n_levels = {name: Z.shape[1] for name, Z in zip(effects.names, effects.incidence, strict=True)}
    if min(n_levels["main"], n_levels["aux"]) < 2:
        return None
    return crossed_mean(values, effects)
