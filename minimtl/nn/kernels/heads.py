"""The heads: softmax, loss, and the gradient they send down."""

import numpy as np

from minimtl.nn.arraytypes import FloatArray, IntArray
from minimtl.nn.kernels.elementwise import exp32
from minimtl.nn.kernels.jit import compiled, spliced
from minimtl.nn.kernels.layers import Buffers, Flat, Layout, Plan
from minimtl.nn.kernels.vectors import dot

f32 = np.float32


@compiled
def head_softmax(
    p: FloatArray, d: FloatArray, t: int, y: int, flat: FloatArray, layout: Layout
) -> float:
    """Class probabilities p of task t from d = D_L; returns the loss −ln p[y]."""
    width, n_classes = layout.widths[-1], layout.n_classes[t]
    U = flat[layout.heads[t] :]
    top = f32(-np.inf)
    for c in range(n_classes):
        p[c] = U[n_classes * width + c] + dot(U[c * width :], d, width)
        top = max(top, p[c])
    total, o_y = f32(0.0), p[y]
    for c in range(n_classes):
        p[c] = exp32(p[c] - top)
        total += p[c]
    for c in range(n_classes):
        p[c] /= total
    return np.log(total) - (o_y - top)


@spliced
def heads(
    batch_rows: IntArray,
    labels: IntArray,
    size: int,
    plan: Plan,
    flat: Flat,
    buffers: Buffers,
    losses: FloatArray,
) -> None:
    """Loss and gradient of the heads; the gradient by D_L goes to the last layer of G."""
    layout, p = plan.layout, buffers.p
    width = layout.widths[-1]
    top = len(layout.widths) - 1
    for task in range(len(layout.n_classes)):
        n_classes, begin = layout.n_classes[task], layout.heads[task]
        for i in range(task * size, (task + 1) * size):
            d, delta = buffers.D[top, i], buffers.G[top, i]
            y = labels[batch_rows[i]]
            omega = plan.class_weights[task, y]
            scale = f32(omega * plan.task_weights[task] / size)
            losses[task] += omega * head_softmax(p, d, task, y, flat.w, layout)
            p[y] -= f32(1.0)
            delta[:] = f32(0.0)
            for c in range(n_classes):
                g = p[c] * scale
                u = flat.w[begin + c * width :]
                g_u = flat.g[begin + c * width :]
                for h in range(width):
                    delta[h] += g * u[h]
                    g_u[h] += g * d[h]
                flat.g[begin + n_classes * width + c] += g
