"""Adam on vectors, and its deferred moves on the rows of the first layer.

Notation beyond `minimtl.nn.adam`: ``rows[j]`` (3·S,) holds, side by side, word j's row of W_1, of
the first moment m and of r = √v, each in S ≥ H_1 places, the last of them zero and staying so. s
is the step of the row's last gradient: m and r are those after step s, and the moves of step s and
of the steps since are *pending* until the row is next read. `docs/deferred-adam.md` derives this.

What is called once a row takes the matrix and j, since a view of a row is counted as an object.
So each loop chooses between `move_by_rule` and `move_by_terms` by itself: a function that chose
would take `pending`, and its six arrays would be counted for every row.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minimtl.elementary import expm1, log, powers
from minimtl.nn.adam import Adam
from minimtl.nn.kernels.jit import EntryKernel, inlined, spliced
from minimtl.nn.kernels.vectors import ask_for
from minimtl.nn.network import FloatArray, IntArray

f32 = np.float32

# How many rows before its turn a row is asked for: it takes as long to come as one or two others
# to be worked on.
ROWS_AHEAD = 2
# The most that the dropped terms of a pending move may be of it.
NEGLIGIBLE = 3.1e-11
# The most by which the two-point rule may be wrong, relative to the move.
RULE_ERROR = 2e-6
# Beyond this many steps 1 − β^s is 1 or nearly so, and the rule no longer gets better.
LONG = 10**6
# The rule multiplies two numbers of ε·z_0 or more in float32, where this one's square is normal.
SMALLEST_NODE = 1e-16


class Pending(NamedTuple):
    """The values that Adam's steps and pending moves need, by the step s of a row's last gradient.

    `sums` (n, 4): Σ_k w_k·y_k^j, j = 0..3, with y_k = z_k/z_0 − 1; `nodes` (n, 4): the two-point
    rule made of them, as (a_1, a_2, e_1, e_2) of `move_by_rule`. By step t or gap k: lr/(1−β1^t),
    1/√(1−β2^t), β1^k, β2^(k/2). Rows with s < `n_exact` move term by term, `n_terms` at most. Rows
    with s = `begun` have made the move of step s: it was an earlier training's. `new1`, `new2`:
    1−β1 and 1−β2, rounded to float32 once; taken in float32, 1−β2 and so every v would be off by
    1e-5 of itself. `make_pending` makes all this.
    """

    sums: FloatArray
    nodes: FloatArray
    step_size: FloatArray
    correction: FloatArray
    decay_m: FloatArray
    decay_r: FloatArray
    n_exact: int
    n_terms: int
    begun: int
    new1: f32
    new2: f32
    eps: f32


def count_terms(adam: Adam) -> int:
    """The terms of a pending move that count; others are `NEGLIGIBLE`, for any s, r and gap."""
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


@inlined
def move_by_rule(
    W: FloatArray, i: int, rows: FloatArray, j: int, S: int, nodes: FloatArray, s: int
) -> None:
    """Make on W[i] all pending moves of row j at once, by the rule for its s."""
    a1, a2, e1, e2 = nodes[s, 0], nodes[s, 1], nodes[s, 2], nodes[s, 3]
    for h in range(S):
        d1 = rows[j, 2 * S + h] + e1
        d2 = rows[j, 2 * S + h] + e2
        W[i, h] -= rows[j, S + h] * (a1 * d2 + a2 * d1) / (d1 * d2)


@inlined
def move_by_terms(
    W: FloatArray, i: int, rows: FloatArray, j: int, S: int, s: int, t: int, pending: Pending
) -> None:
    """Make on W[i] the pending moves of row j, those of steps s … t, one by one."""
    eps = pending.eps
    for k in range(1 if s == pending.begun else 0, min(t - s + 1, pending.n_terms)):
        size = f32(pending.step_size[s + k] * pending.decay_m[k])
        shrink = f32(pending.decay_r[k] * pending.correction[s + k])
        for h in range(S):
            W[i, h] -= size * rows[j, S + h] / (rows[j, 2 * S + h] * shrink + eps)


@spliced
def advance_moments(
    rows: FloatArray,
    j: int,
    S: int,
    g: FloatArray,
    decay_m: f32,
    decay_v: f32,
    new1: f32,
    new2: f32,
) -> None:
    """m and r of row j after steps of which only the last had a gradient, g (S,)."""
    for h in range(S):
        r = rows[j, 2 * S + h]
        rows[j, S + h] = decay_m * rows[j, S + h] + new1 * g[h]
        rows[j, 2 * S + h] = np.sqrt(decay_v * (r * r) + new2 * (g[h] * g[h]))


@spliced
def extend_pending(pending: Pending, t: int) -> None:
    """Add step t's term to the sums of every s ≤ t in reach, and renew their rules.

    The two-point Gauss rule of a discrete measure with moments S_0..S_3: its nodes are the roots
    of the orthogonal polynomial of degree two, here about the mean c: x² − g·x − q = 0 with q the
    variance and g the third central moment over q (Golub & Welsch 1969 for n points).
    """
    sums, nodes, eps = pending.sums, pending.nodes, pending.eps
    step_size, z_now = pending.step_size[t], 1.0 / pending.correction[t]
    for s in range(max(pending.n_exact, pending.begun, t - pending.n_terms + 1), t + 1):
        k = t - s
        weight = step_size * pending.decay_m[k]
        z_0 = 1.0 / pending.correction[s]
        y = z_now / (pending.decay_r[k] * z_0) - 1.0
        sums[s, 0] += weight
        sums[s, 1] += weight * y
        sums[s, 2] += weight * y * y
        sums[s, 3] += weight * y * y * y
        total = sums[s, 0]
        c = sums[s, 1] / total
        second = sums[s, 2] / total
        q = second - c * c
        # One term alone has no spread; both nodes are then that term.
        if q > 1e-14:
            g = (sums[s, 3] / total - 3.0 * c * second + 2.0 * c * c * c) / q
        else:
            q, g = 1e-14, 0.0
        root = np.sqrt(0.25 * g * g + q)
        x1, x2 = 0.5 * g - root, 0.5 * g + root
        omega_1 = total * x2 / (x2 - x1)
        z1, z2 = (1.0 + c + x1) * z_0, (1.0 + c + x2) * z_0
        nodes[s, 0] = omega_1 * z1
        nodes[s, 1] = (total - omega_1) * z2
        nodes[s, 2] = eps * z1
        nodes[s, 3] = eps * z2


@spliced
def catch_up(
    words: IntArray, n: int, rows: FloatArray, last: IntArray, t: int, pending: Pending
) -> None:
    """Make the moves that are pending after step t in rows ``words[:n]``."""
    nodes, n_exact, S = pending.nodes, pending.n_exact, rows.shape[1] // 3
    for q in range(n):
        j = np.int64(words[q])
        ask_for(rows, words[min(q + ROWS_AHEAD, n - 1)], 0, 3 * S)
        s = last[j]
        if s >= n_exact:
            move_by_rule(rows, j, rows, j, S, nodes, s)
        elif s > 0:
            move_by_terms(rows, j, rows, j, S, s, t, pending)


@EntryKernel
def read_rows(W: FloatArray, rows: FloatArray, last: IntArray, t: int, pending: Pending) -> None:
    """W (n, S): all rows' weights after step t; their pending moves stay pending."""
    for j in range(len(rows)):
        read_row(W, j, rows, j, last[j], t, pending)


@inlined
def read_row(
    W: FloatArray, i: int, rows: FloatArray, j: int, s: int, t: int, pending: Pending
) -> None:
    """W[i]: the weights of row j after step t; its pending moves stay pending."""
    S = rows.shape[1] // 3
    for h in range(S):
        W[i, h] = rows[j, h]
    if s >= pending.n_exact:
        move_by_rule(W, i, rows, j, S, pending.nodes, s)
    elif s > 0:
        move_by_terms(W, i, rows, j, S, s, t, pending)


@spliced
def adam_update(
    w: FloatArray, m: FloatArray, r: FloatArray, g: FloatArray, t: int, pending: Pending
) -> None:
    """Adam's step t on a vector; the twin of `adam.Adam.update`, with r = √v."""
    decay_m, decay_v = f32(pending.decay_m[1]), f32(pending.decay_r[1] ** 2)
    size, correction = f32(pending.step_size[t]), f32(pending.correction[t])
    for h in range(len(w)):
        m_h = decay_m * m[h] + pending.new1 * g[h]
        r_h = np.sqrt(decay_v * (r[h] * r[h]) + pending.new2 * (g[h] * g[h]))
        m[h] = m_h
        r[h] = r_h
        w[h] -= size * m_h / (r_h * correction + pending.eps)
