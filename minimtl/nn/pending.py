"""Tables for deferred moves: what they need by step and gap, and where their rule is good enough.

Notation as in `kernels.adam` and docs/deferred-adam.md: a row whose last gradient came at step s
moves at steps s + k, k = 0, 1, … by w_k·m/(r·u_k + ε), with z_k = 1/u_k and y_k = z_k/z_0 − 1.
"""

from functools import lru_cache

import numpy as np

from minimtl.nn.adam import Adam
from minimtl.nn.arrays import FloatArray
from minimtl.nn.kernels.adam import Pending

# Terms are dropped once they are this small beside the first.
NEGLIGIBLE = 1e-12
# The most by which the two-point rule may be wrong, relative to the move.
RULE_ERROR = 2e-6
# Beyond this many steps 1 − β^s is 1 or nearly so, and the rule no longer gets better.
LONG = 10**6


def count_terms(adam: Adam) -> int:
    """How many terms of a pending move count."""
    return 1 + int(np.ceil(np.log(NEGLIGIBLE) / np.log(adam.beta1)))


def terms(adam: Adam, s: int, n: int) -> tuple[FloatArray, FloatArray]:
    """The weights w_k and the z_k of the steps s + k, k = 0 … n − 1, each (n,)."""
    k = np.arange(n)
    w = adam.learning_rate * adam.beta1**k / -np.expm1((s + k) * np.log(adam.beta1))
    z = adam.beta2 ** (-0.5 * k) * np.sqrt(-np.expm1((s + k) * np.log(adam.beta2)))
    return w, z


def rule_error(adam: Adam, s: int) -> float:
    """Bound of the two-point rule's relative error for any r: 27/256 of the mean of π_2(y)²."""
    w, z = terms(adam, s, count_terms(adam))
    w /= w.sum()
    y = z / z[0] - 1.0
    x = y - w @ y
    q = w @ x**2
    if q == 0.0:
        return 0.0
    pi = x**2 - (w @ x**3 / q) * x - q
    return float(27.0 / 256.0 * (w @ pi**2))


@lru_cache
def first_step_of_rule(adam: Adam) -> int:
    """The first step s from which on the rule is good enough, or `LONG` if it never is.

    Its error falls with s, as √(1 − β2^s) comes to grow more slowly.
    """
    if rule_error(adam, LONG) > RULE_ERROR:
        return LONG
    low, high = 0, LONG
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if rule_error(adam, middle) <= RULE_ERROR else (middle, high)
    return high


def make_pending(adam: Adam, last_step: int, begun: int, before: Pending | None = None) -> Pending:
    """Tables for the steps up to `last_step`, keeping what `before` has gathered.

    `begun` is the last step of the training that this one continues, 0 if there was none.
    """
    t, k = np.arange(1.0, last_step + 1), np.arange(last_step + 1.0)
    with np.errstate(under="ignore"):
        decay_m, decay_r = adam.beta1**k, adam.beta2 ** (0.5 * k)
    # A moment this small moves nothing, and would be a slow denormal number in float32.
    decay_m[decay_m < 1e-30] = 0.0
    pending = Pending(
        np.zeros((last_step + 1, 4)),
        np.zeros((last_step + 1, 4), np.float32),
        np.append(0.0, adam.learning_rate / -np.expm1(t * np.log(adam.beta1))),
        np.append(0.0, 1.0 / np.sqrt(-np.expm1(t * np.log(adam.beta2)))),
        decay_m,
        decay_r,
        first_step_of_rule(adam),
        count_terms(adam),
        begun,
        *(np.float32(value) for value in (1.0 - adam.beta1, 1.0 - adam.beta2, adam.eps)),
    )
    # Rows of step `begun` have no term before the next step: they move by 0/(r + 1).
    pending.nodes[:, 2:] = 1.0
    if before is not None:
        pending.sums[: len(before.sums)] = before.sums
        pending.nodes[: len(before.nodes)] = before.nodes
    return pending
