"""Pictures of advice as SVG: the gains with their intervals, and the matrix who helps whom.

They need no library, follow the colours of the page around them, and shrink to a phone's width.
"""

from collections.abc import Sequence
from html import escape

from minimtl.advice.verdicts import HELPS, HURTS, Comparison
from minimtl.report import signed

# Okabe and Ito's, told apart by the colour-blind; in the middle a grey for both themes.
_COLOURS = {HELPS: "#0072b2", HURTS: "#d55e00"}
_GREY = "#888"
_WIDTH, _SIDE, _STEP, _TOP = 420, 12, 40, 8
_MOST_ENLARGED = 1.4  # where the page is wider


def gains_picture(named: Sequence[tuple[str, Comparison]], margin: float) -> str:
    """A line a way: its name and, below it, the gain with its interval; the margin is shaded."""
    least = min(-margin, *(compared.low for _, compared in named), -0.001)
    most = max(margin, *(compared.high for _, compared in named), 0.001)
    scale = (_WIDTH - 2 * _SIDE) / (most - least)

    def x(gain: float) -> str:
        return f"{_SIDE + scale * (gain - least):.1f}"

    height = _TOP + _STEP * len(named) + 22
    bottom = height - 22
    parts = [
        f'<rect x="{x(-margin)}" y="0" width="{2 * margin * scale:.1f}" height="{bottom}" '
        f'fill="{_GREY}" fill-opacity=".15"/>',
        f'<path d="M{x(0)} 0V{bottom}" stroke="{_GREY}" stroke-dasharray="3 3"/>',
    ]
    for number, (name, compared) in enumerate(named):
        y = _TOP + _STEP * number
        colour = _COLOURS.get(compared.verdict, _GREY)
        parts += [
            f'<text x="{_SIDE}" y="{y + 11}">{escape(name)}: {escape(compared.verdict)}</text>',
            f'<path d="M{x(compared.low)} {y + 22}H{x(compared.high)}" stroke="{colour}" '
            'stroke-width="3" stroke-linecap="round"/>',
            f'<circle cx="{x(compared.gain)}" cy="{y + 22}" r="5" fill="{colour}"/>',
        ]
    ends = ((least, "start"), (0.0, "middle"), (most, "end"))
    parts += [
        f'<text x="{x(gain)}" y="{height - 6}" text-anchor="{anchor}">{signed(gain)}</text>'
        for gain, anchor in ends
    ]
    return _svg(_WIDTH, height, "Gain of each way with its interval", parts)


def matrix_picture(names: Sequence[str], matrix: Sequence[Sequence[Comparison | None]]) -> str:
    """A square a pair of sets: blue where the row's set gains, orange where it loses."""
    cell, left, top = 84, 150, 30
    gains = [abs(compared.gain) for row in matrix for compared in row if compared]
    strongest = max(gains, default=0.0) or 1.0
    parts = []
    for column, name in enumerate(names):
        parts.append(
            f'<text x="{left + cell * (column + 0.5):.0f}" y="{top - 10}" text-anchor="middle">'
            f"{escape(_short(name, 12))}</text>"
        )
    for i, (name, row) in enumerate(zip(names, matrix, strict=True)):
        y = top + cell * i // 2
        parts.append(f'<text x="0" y="{y + 26}">{escape(_short(name, 20))}</text>')
        for j, compared in enumerate(row):
            x = left + cell * j
            if compared is None:
                continue
            colour = _COLOURS[HELPS if compared.gain > 0 else HURTS]
            strength = 0.6 * abs(compared.gain) / strongest
            parts += [
                f'<rect x="{x}" y="{y}" width="{cell - 2}" height="{cell // 2 - 2}" '
                f'fill="{colour}" fill-opacity="{strength:.2f}"/>',
                f'<text x="{x + cell // 2}" y="{y + 26}" text-anchor="middle">'
                f"{signed(compared.gain)}{'*' if _is_clear(compared) else ''}</text>",
            ]
    size = top + cell * len(names) // 2
    return _svg(left + cell * len(names), size, "Who helps whom", parts)


def _is_clear(compared: Comparison) -> bool:
    return compared.low > 0 or compared.high < 0


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'style="max-width:{_MOST_ENLARGED * width:.0f}px;width:100%" role="img" '
        'font-family="system-ui, sans-serif" font-size="13" '
        f'fill="currentColor"><title>{title}</title>{"".join(parts)}</svg>'
    )
