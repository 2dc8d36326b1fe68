"""Pseudo-values: what each unit contributes to a statistic that is no mean.

Notation
--------
x       data, shape (n, …): a row of anything for each unit (a pair, a run)
T       a statistic of such data; T_(i) of all rows but the i-th

    p_i = T + (n − 1)(m − T_(i)),   m = n⁻¹ Σ T_(i).

Their mean is T. If T is a mean they are the values themselves, and if it is a smooth function of
means they are, but for terms of order 1/n, values of which it is the mean: what holds for the mean
of dependent values (`minimtl.stats.clustered`) then holds for T.

Derived in docs/mathematics.md, §18.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from minimtl.stats.arrays import FloatArray


def pseudo_values(statistic: Callable[[FloatArray], float], data: ArrayLike) -> FloatArray:
    """The jackknife's pseudo-values of each row of `data`, shape (n,), their mean the statistic.

    Parameters
    ----------
    statistic : callable
        Of data with any number of rows.
    data : array-like, shape (n, …)
        Of two rows or more.

    Raises
    ------
    ValueError
        For fewer than two rows.

    References
    ----------
    J. W. Tukey (1958), Bias and confidence in not quite large samples, Annals of Mathematical
    Statistics 29(2).
    """
    x = _checked(data)
    without = np.array([statistic(np.delete(x, i, axis=0)) for i in range(len(x))])
    return statistic(x) + (len(x) - 1) * (without.mean() - without)


def pseudo_values_of_means(
    function: Callable[[FloatArray], FloatArray], data: ArrayLike
) -> FloatArray:
    """`pseudo_values` of a function of the columns' means; its time grows with n, not its square.

    Parameters
    ----------
    function : callable
        Of means, float64 (n_columns, m): its m values, float64 (m,).
    data : array-like, shape (n, n_columns)
        Of two rows or more.
    """
    x = _checked(data)
    n, total = len(x), x.sum(axis=0)
    without = function(((total - x) / (n - 1)).T)
    return function(total[:, np.newaxis] / n) + (n - 1) * (without.mean() - without)


def _checked(data: ArrayLike) -> FloatArray:
    x = np.asarray(data, np.float64)
    if len(x) < 2:
        raise ValueError("The jackknife needs two rows at least.")
    return x
