"""A loss curve in few numbers: a fitted logarithm, and slopes at some epochs.

Notation
--------
y       losses of epochs i = 0, 1, …, n - 1, shape (n,), float64
a, b    slope and loss at i = 0 of the fitted curve  a·ln(c·i + 1) + b
c       how early the curve bends, c > 0; θ = ln c is what is searched, by values of c
g       ln(c·i + 1) less its mean over i; y' is y less its mean

    a = g·y' / g·g,   r = y' - a·g,   RSS(θ) = r·r,   dRSS/dθ = -2 a Σ r_i · c·i / (c·i + 1)

All minima between `C_MIN` and `C_MAX` are bracketed by the sign of this slope on a grid of θ, the
lowest is taken, and bisected to float64 precision. Below C_MIN the curve of 150 epochs is a
straight line to within one part in a hundred, which determines a·c only; above C_MAX it is a·ln i
from the second epoch on, and c affects only the first loss.

Derived in docs/mathematics.md, §6.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from minimtl.elementary import log, log1p
from minimtl.stats.arrays import BoolArray, FloatArray, IntArray, as_numbers

C_MIN = 1e-4
C_MAX = 1e4
# Steps of 0.2 in ln c. All is computed so that it has the same bits on every processor.
_GRID = np.array([math.exp(theta) for theta in np.linspace(math.log(C_MIN), math.log(C_MAX), 93)])
_LARGEST = 1e150  # loss whose square is still float64
_BISECTIONS = 50  # 0.2 · 2^-50 is below the spacing of float64 at ln c


@dataclass(frozen=True)
class LogCurve:
    """The curve ``a·ln(c·i + 1) + b`` with the least sum of squared residuals, `rss`.

    `at_bound` is true where no minimum lies inside ``C_MIN < c < C_MAX``, or where a bound fits
    better than every one that does: a straight, a constant, or an abruptly falling curve. Then
    `c` is the bound, and `a` the best for it.
    """

    a: float
    b: float
    c: float
    rss: float
    at_bound: bool

    def __call__(self, i: ArrayLike) -> FloatArray:
        """The fitted loss at epochs `i`, counted from 0."""
        values: FloatArray = self.a * log(self.c * np.asarray(i, np.float64) + 1) + self.b
        return values


def fit_log_curve(losses: ArrayLike) -> LogCurve:
    """Least-squares fit of ``a·ln(c·i + 1) + b`` to the losses of epochs i = 0, 1, …

    Parameters
    ----------
    losses : array-like, shape (n_epochs,)
        At least three values, of at most 1e150 in size.

    Raises
    ------
    ValueError
        For fewer than three losses, a loss that is not finite or too large, or another shape.

    References
    ----------
    G. H. Golub and V. Pereyra (1973), The differentiation of pseudo-inverses and nonlinear
    least squares problems whose variables separate, SIAM Journal on Numerical Analysis 10(2).
    """
    losses = as_numbers(losses, "losses")
    if losses.ndim != 1:
        raise ValueError(f"losses must be one-dimensional, got shape {losses.shape}.")
    return fit_log_curves(losses[np.newaxis])[0]


def fit_log_curves(losses: ArrayLike) -> list[LogCurve]:
    """`fit_log_curve` of each row of `losses`, shape (n_curves, n_epochs), all at once."""
    with np.errstate(over="ignore"):  # of a long double, which is refused below
        losses = as_numbers(losses, "losses").astype(np.float64)
    if losses.ndim != 2 or losses.shape[1] < 3:
        raise ValueError(
            "losses must have shape (n_curves, n_epochs) with at least 3 epochs, "
            f"got {losses.shape}."
        )
    if not (np.abs(losses) <= _LARGEST).all():
        raise ValueError(f"losses contains NaN or infinity, or a value beyond {_LARGEST:.0e}.")
    # From the first loss on, so that a constant curve is exactly zero.
    drop = losses - losses[:, :1]
    c, at_bound = _minimise(drop)
    fit = _project(drop, c)
    columns = zip(fit.a, losses[:, 0] + fit.b, c, fit.rss, at_bound, strict=True)
    return [LogCurve(float(a), float(b), float(c), float(s), bool(e)) for a, b, c, s, e in columns]


def central_difference(curve: ArrayLike, index: int | IntArray) -> FloatArray:
    """Slopes of `curve` per epoch: ``(curve[index + 1] - curve[index - 1]) / 2``.

    Parameters
    ----------
    curve : array-like, shape (..., n_epochs)
    index : int, or int64 of any shape
        Zero-based epochs.

    Returns
    -------
    float64, the leading shape of `curve` and then the shape of `index`

    Raises
    ------
    ValueError
        Where `curve` has no epoch on both sides of an `index`.
    """
    curve, index = np.asarray(curve, np.float64), np.asarray(index)
    n_epochs = curve.shape[-1] if curve.ndim else 0
    if not ((index >= 1) & (index < n_epochs - 1)).all():
        raise ValueError(f"A curve of shape {curve.shape} has no central difference at {index}.")
    # Halved before, as the difference of the largest numbers is none.
    slopes: FloatArray = curve[..., index + 1] / 2 - curve[..., index - 1] / 2
    return slopes


class _Projection(NamedTuple):
    """Best a and b for given c, one entry per curve, and what they leave."""

    a: FloatArray
    b: FloatArray
    rss: FloatArray
    slope: FloatArray  # dRSS/dθ


def _project(losses: FloatArray, c: FloatArray) -> _Projection:
    """The linear regression of each row of `losses` on ln(c·i + 1)."""
    ci = c[:, np.newaxis] * np.arange(losses.shape[1])
    logarithms = log1p(ci)
    mean_log, mean_loss = logarithms.mean(axis=1), losses.mean(axis=1)
    g = logarithms - mean_log[:, np.newaxis]
    centred = losses - mean_loss[:, np.newaxis]
    a = np.einsum("ij,ij->i", g, centred) / np.einsum("ij,ij->i", g, g)
    r = centred - a[:, np.newaxis] * g
    slope = -2 * a * np.einsum("ij,ij->i", r, ci / (1 + ci))
    return _Projection(a, mean_loss - a * mean_log, np.einsum("ij,ij->i", r, r), slope)


def _minimise(losses: FloatArray) -> tuple[FloatArray, BoolArray]:
    """c of the least RSS within the bounds for each row, and whether it is a bound."""
    grid = [_project(losses, np.full(len(losses), c)) for c in _GRID]
    rss, slope = np.array([p.rss for p in grid]), np.array([p.slope for p in grid])
    encloses_minimum = (slope[:-1] < 0) & (slope[1:] >= 0)
    bracket_rss = np.where(encloses_minimum, np.minimum(rss[:-1], rss[1:]), np.inf)
    bracket = bracket_rss.argmin(axis=0)
    # A constant curve has no slope in θ anywhere and no bracket: at_bound, with a = 0.
    at_bound = np.minimum(rss[0], rss[-1]) < bracket_rss.min(axis=0)
    low, high = _GRID[bracket], _GRID[bracket + 1]
    for _ in range(_BISECTIONS):
        middle = np.sqrt(low * high)
        rising = _project(losses, middle).slope >= 0
        low, high = np.where(rising, low, middle), np.where(rising, middle, high)
    nearest_bound = np.where(rss[0] <= rss[-1], _GRID[0], _GRID[-1])
    return np.where(at_bound, nearest_bound, np.sqrt(low * high)), at_bound
