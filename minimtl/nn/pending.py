"""Tables for deferred moves: what they need by step and gap, and where their rule is good enough.

Notation as in `kernels.adamrows` and docs/deferred-adam.md: a row whose last gradient came at step
s moves at steps s + k, k = 0, 1, … by w_k·m/(r·u_k + ε), with z_k = 1/u_k and y_k = z_k/z_0 − 1.
"""

from functools import lru_cache

import numpy as np

from minimtl.elementary import expm1, log, powers
from minimtl.nn.adam import Adam
from minimtl.nn.kernels.adamrows import Pending
from minimtl.nn.network import FloatArray

# The most that the dropped terms of a pending move may be of it.
NEGLIGIBLE = 3.1e-11
# The most by which the two-point rule may be wrong, relative to the move.
RULE_ERROR = 2e-6
# Beyond this many steps 1 − β^s is 1 or nearly so, and the rule no longer gets better.
LONG = 10**6
# The rule multiplies two numbers of ε·z_0 or more in float32, where this one's square is normal.
SMALLEST_NODE = 1e-16


def count_terms(adam: Adam) -> int:
    """How many terms of a pending move count: the others are `NEGLIGIBLE`, for any s, r and gap."""
    return int(np.ceil(np.log(NEGLIGIBLE * np.sqrt(1.0 - adam.beta2)) / np.log(adam.decay)))


def terms(adam: Adam, s: int, n: int) -> tuple[FloatArray, FloatArray]:
    """The weights w_k and the z_k of the steps s + k, k = 0 … n − 1, each (n,)."""
    k = np.arange(n)
    w = adam.learning_rate * powers(adam.beta1, k) / -expm1((s + k) * log(adam.beta1))
    z = np.sqrt(-expm1((s + k) * log(adam.beta2))) / powers(adam.beta2, 0.5 * k)
    return w, z


def rule_error(adam: Adam, s: int) -> float:
    """Bound of the two-point rule's relative error, for any r and any gap.

    It is 27/256 of the mean of π_2(y)² over the terms of the gap, the largest over all gaps. With
    central moments μ_j of y that mean is μ_4 − μ_3²/μ_2 − μ_2².
    """
    w, z = terms(adam, s, count_terms(adam))
    y = z / z[0] - 1.0
    total = np.cumsum(w)
    # Of each gap of two terms or more. One or two terms are their own rule.
    c, y2, y3, y4 = (np.cumsum(w * y**j)[2:] / total[2:] for j in (1, 2, 3, 4))
    mu2 = y2 - c**2
    mu3 = y3 - 3.0 * c * y2 + 2.0 * c**3
    mu4 = y4 - 4.0 * c * y3 + 6.0 * c**2 * y2 - 3.0 * c**4
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = mu4 - mu3**2 / mu2 - mu2**2
    # Where y is so nearly constant that nothing is left of its variance, the rule is exact.
    return float(27.0 / 256.0 * np.max(mean, where=mu2 > 0.0, initial=0.0))


@lru_cache
def first_step_of_rule(adam: Adam) -> int:
    """The first step s from which on the rule is good enough, or `LONG` if it never is.

    Its error falls with s, as √(1 − β2^s) comes to grow more slowly.
    """

    def good(s: int) -> bool:
        z_0 = np.sqrt(-expm1(s * log(adam.beta2)))
        return bool(adam.eps * z_0 >= SMALLEST_NODE and rule_error(adam, s) <= RULE_ERROR)

    # With β1 ≥ β2² the moments of y grow with every term.
    if adam.beta1 >= adam.beta2**2 or count_terms(adam) > LONG or not good(LONG):
        return LONG
    low, high = 0, LONG
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def make_pending(adam: Adam, last_step: int, begun: int, before: Pending | None = None) -> Pending:
    """Tables for the steps up to `last_step`, keeping what `before` has gathered.

    `begun` is the last step of the training that this one continues, 0 if there was none.
    """
    t, k = np.arange(1.0, last_step + 1), np.arange(last_step + 1.0)
    decay_m, decay_r = powers(adam.beta1, k), powers(adam.beta2, 0.5 * k)
    # A moment this small moves nothing, and would be a slow denormal number in float32.
    decay_m[decay_m < 1e-30] = 0.0
    pending = Pending(
        np.zeros((last_step + 1, 4)),
        np.zeros((last_step + 1, 4), np.float32),
        np.append(0.0, adam.learning_rate / -expm1(t * log(adam.beta1))),
        np.append(0.0, 1.0 / np.sqrt(-expm1(t * log(adam.beta2)))),
        decay_m,
        decay_r,
        first_step_of_rule(adam),
        count_terms(adam),
        begun,
        np.float32(1.0 - adam.beta1),
        np.float32(1.0 - adam.beta2),
        np.float32(adam.eps),
    )
    # Rows of step `begun` have no term before the next step: they move by 0/(r + 1).
    pending.nodes[:, 2:] = 1.0
    if before is not None:
        pending.sums[: len(before.sums)] = before.sums
        pending.nodes[: len(before.nodes)] = before.nodes
    return pending
