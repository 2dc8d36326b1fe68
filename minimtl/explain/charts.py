"""Pictures of stations as SVG, drawn in the page's colours; they need no script."""

from html import escape

import numpy as np

from minimtl.explain.station import Array, Heat, Lines, number

WIDTH, HEIGHT = 460, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 10, 40
_LEVELS = 4
_CELL = 12  # height of a row of a heat map, in CSS pixels
_N_TICKS = 4


def draw_heat(heat: Heat) -> str:
    """The matrix as cells: the deeper, the larger; entries below zero have the other colour."""
    matrix = np.asarray(heat.matrix, float)
    n_rows, n_columns = matrix.shape
    largest = np.abs(matrix).max(initial=0.0) or 1.0
    level = np.ceil(np.abs(matrix) / largest * _LEVELS).astype(int)
    paths = []
    for sign, name in ((1, "up"), (-1, "down")):
        for deep in range(1, _LEVELS + 1):
            cells = np.argwhere((level == deep) & (np.sign(matrix) == sign))
            if len(cells):
                d = "".join(f"M{x} {y}h1v1h-1z" for y, x in cells)
                paths.append(f'<path class="{name} level{deep}" d="{d}"/>')
    label = (
        f"{heat.title}; {n_rows} {heat.rows} by {n_columns} {heat.columns}, from "
        f"{number(matrix.min(), 3)} to {number(matrix.max(), 3)}"
    )
    return (
        f'<figure class="heat"><svg viewBox="0 0 {n_columns} {n_rows}" preserveAspectRatio="none" '
        f'height="{max(n_rows, 2) * _CELL}" role="img" aria-label="{escape(label, quote=True)}">'
        f"{''.join(paths)}</svg><figcaption>{escape(label)}</figcaption></figure>"
    )


def draw_lines(lines: Lines) -> str:
    """The curves in one frame, told apart by colour and by dashes."""
    xs = [_scale(np.asarray(x, float), lines.log_x) for _, x, _ in lines.curves]
    ys = [np.asarray(y, float) for _, _, y in lines.curves]
    x_low, x_high = _span(xs)
    y_low, y_high = _span(ys)
    parts = []
    for tick in np.linspace(y_low, y_high, _N_TICKS):
        y = _place(tick, y_low, y_high, HEIGHT - _BOTTOM, _TOP)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>')
        parts.append(f'<text class="y" x="{_LEFT - 6}" y="{y + 4:.1f}">{number(tick, 2)}</text>')
    for tick in np.linspace(x_low, x_high, _N_TICKS):
        x = _place(tick, x_low, x_high, _LEFT, WIDTH - _RIGHT)
        value = 10**tick if lines.log_x else tick
        text = number(round(value) if x_high - x_low > _N_TICKS or lines.log_x else value, 2)
        parts.append(f'<text class="x" x="{x:.1f}" y="{HEIGHT - _BOTTOM + 18}">{text}</text>')
    for place, (x, y) in enumerate(zip(xs, ys, strict=True), start=1):
        at_x = _place(x, x_low, x_high, _LEFT, WIDTH - _RIGHT)
        at_y = _place(y, y_low, y_high, HEIGHT - _BOTTOM, _TOP)
        d = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(at_x, at_y, strict=True))
        parts.append(f'<path class="curve curve{place}" d="{d}"/>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(f'<text class="x" x="{middle}" y="{HEIGHT - 4}">{escape(lines.x_label)}</text>')
    legend = "".join(
        f'<li><svg class="key" viewBox="0 0 28 8" aria-hidden="true"><path class="curve '
        f'curve{place}" d="M0 4H28"/></svg> {escape(name)}</li>'
        for place, (name, _, _) in enumerate(lines.curves, start=1)
    )
    label = f"{lines.title}: {lines.y_label} against {lines.x_label}"
    return (
        f'<figure class="lines"><figcaption>{escape(label)}</figcaption><ul>{legend}</ul>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(label, quote=True)}">{"".join(parts)}</svg></figure>'
    )


def _scale(x: Array, log: bool) -> Array:
    scaled: Array = np.log10(x) if log else x
    return scaled


def _span(arrays: list[Array]) -> tuple[float, float]:
    low, high = min(a.min() for a in arrays), max(a.max() for a in arrays)
    return float(low), float(high if high > low else low + 1)


def _place(values: Array | float, low: float, high: float, a: float, b: float) -> Array:
    """Where values between `low` and `high` stand between `a` and `b`."""
    placed: Array = np.asarray(a + (values - low) / (high - low) * (b - a))
    return placed
