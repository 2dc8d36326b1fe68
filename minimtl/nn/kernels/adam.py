"""Adam on vectors, and its deferred moves on the rows of the first layer.

Notation beyond `minimtl.nn.adam`: `row` (3·S,) holds, side by side, one word's row of W_1, of the
first moment m and of r = √v, each in S ≥ H_1 places, the last of them zero and staying so; s is
the step of the row's last update, k = 1 … K the steps since, none of which had a gradient.
`docs/deferred-adam.md` derives all of this.
"""

from typing import Any, NamedTuple

import numpy as np

from minimtl.nn.kernels.jit import compiled, compiled_strictly

f32 = np.float32

# Rows last updated before this step make their idle moves term by term, later ones by the
# two-point rule, whose relative error is below 1e-6 from here on.
EXACT_STEPS = 100
# Idle moves shrink as β1^k: by β1 = 0.9 the terms beyond the 256th are below 1e-11 of the first.
WINDOW = 256


class Idle(NamedTuple):
    """What the deferred moves need, by the step s of a row's last update.

    `sums` (n, 4): Σ_k w_k·y_k^j, j = 0..3, with y_k = z_k/z_0 − 1; `nodes` (n, 4): the two-point
    rule made of them, as (a_1, a_2, e_1, e_2) of `idle_move`. The rest is by step t or gap k:
    lr/(1−β1^t), 1/√(1−β2^t), β1^k, β2^(k/2).
    """

    sums: np.ndarray
    nodes: np.ndarray
    step_size: np.ndarray
    correction: np.ndarray
    decay_m: np.ndarray
    decay_r: np.ndarray


class Constants(NamedTuple):
    """Adam's β1, β2, 1−β1, 1−β2 and ε, each rounded to float32 once.

    1 − β2 taken in float32 would be off by 1e-5 of itself, and every v with it.
    """

    beta1: np.float32
    beta2: np.float32
    new1: np.float32
    new2: np.float32
    eps: np.float32


@compiled
def idle_move(row: Any, s: int, t: int, idle: Any, constants: Any) -> None:
    """Make the moves of steps s+1 … t, none of which had a gradient, on one row at once."""
    S = len(row) // 3
    eps = constants.eps
    gap = t - s
    if s < EXACT_STEPS:
        for k in range(1, min(gap, WINDOW) + 1):
            size = f32(idle.step_size[s + k] * idle.decay_m[k])
            shrink = f32(idle.decay_r[k] * idle.correction[s + k])
            for h in range(S):
                row[h] -= size * row[S + h] / (row[2 * S + h] * shrink + eps)
    else:
        a1, a2 = idle.nodes[s, 0], idle.nodes[s, 1]
        e1, e2 = idle.nodes[s, 2], idle.nodes[s, 3]
        for h in range(S):
            d1 = row[2 * S + h] + e1
            d2 = row[2 * S + h] + e2
            row[h] -= row[S + h] * (a1 * d2 + a2 * d1) / (d1 * d2)
    decay_m, decay_r = f32(idle.decay_m[gap]), f32(idle.decay_r[gap])
    for h in range(S):
        row[S + h] *= decay_m
        row[2 * S + h] *= decay_r


@compiled_strictly
def extend_idle(idle: Any, t: int, eps: float) -> None:
    """Add step t's term to the sums of every s < t in the window, and renew their rules.

    The two-point Gauss rule of a discrete measure with moments S_0..S_3: its nodes are the roots
    of the orthogonal polynomial of degree two, here about the mean c: x² − g·x − q = 0 with q the
    variance and g the third central moment over q (Golub & Welsch 1969 for n points).
    """
    step_size, z_now = idle.step_size[t], 1.0 / idle.correction[t]
    for s in range(max(EXACT_STEPS, t - WINDOW), t):
        k = t - s
        weight = step_size * idle.decay_m[k]
        z_0 = 1.0 / idle.correction[s]
        y = z_now / (idle.decay_r[k] * z_0) - 1.0
        idle.sums[s, 0] += weight
        idle.sums[s, 1] += weight * y
        idle.sums[s, 2] += weight * y * y
        idle.sums[s, 3] += weight * y * y * y
        total = idle.sums[s, 0]
        c = idle.sums[s, 1] / total
        second = idle.sums[s, 2] / total
        q = second - c * c
        # One term alone has no spread; both nodes are then that term.
        if q > 1e-14:
            g = (idle.sums[s, 3] / total - 3.0 * c * second + 2.0 * c * c * c) / q
        else:
            q, g = 1e-14, 0.0
        root = np.sqrt(0.25 * g * g + q)
        x1, x2 = 0.5 * g - root, 0.5 * g + root
        omega_1 = total * x2 / (x2 - x1)
        z1, z2 = (1.0 + c + x1) * z_0, (1.0 + c + x2) * z_0
        idle.nodes[s, 0] = omega_1 * z1
        idle.nodes[s, 1] = (total - omega_1) * z2
        idle.nodes[s, 2] = eps * z1
        idle.nodes[s, 3] = eps * z2


@compiled
def settle(rows: Any, last: Any, t: int, idle: Any, constants: Any) -> None:
    """Make all outstanding idle moves, so that every row stands at step t."""
    for j in range(len(rows)):
        if 0 < last[j] < t:
            idle_move(rows[j], last[j], t, idle, constants)
            last[j] = t


@compiled
def adam_row(row: Any, g: Any, t: int, idle: Any, constants: Any) -> None:
    """Adam's step t on one row with gradient g (S,): `adam_update`, on one array for its speed."""
    S = len(row) // 3
    beta1, beta2, new1, new2, eps = constants
    size, correction = f32(idle.step_size[t]), f32(idle.correction[t])
    for h in range(S):
        m = beta1 * row[S + h] + new1 * g[h]
        r = np.sqrt(beta2 * (row[2 * S + h] * row[2 * S + h]) + new2 * (g[h] * g[h]))
        row[S + h] = m
        row[2 * S + h] = r
        row[h] -= size * m / (r * correction + eps)


@compiled
def adam_update(w: Any, m: Any, r: Any, g: Any, t: int, idle: Any, constants: Any) -> None:
    """Adam's step t on a vector; the twin of `adam.Adam.update`, with r = √v."""
    beta1, beta2, new1, new2, eps = constants
    size, correction = f32(idle.step_size[t]), f32(idle.correction[t])
    for h in range(len(w)):
        m_h = beta1 * m[h] + new1 * g[h]
        r_h = np.sqrt(beta2 * (r[h] * r[h]) + new2 * (g[h] * g[h]))
        m[h] = m_h
        r[h] = r_h
        w[h] -= size * m_h / (r_h * correction + eps)
