"""A small chart of the speed beside the peers, for the README."""

from pathlib import Path

from bench.rows import OURS, Row, find
from bench.steps import SECTION, SKLEARN, WHATS
from bench.targets import best_torch
from minimtl.report.figurefile import FIGURE_STYLE, save_figure

NAME = "speed"
_COLOURS = {OURS: "#0b5394", "PyTorch, best setting": "#b35c00", "scikit-learn": "#7f7f7f"}


def draw(rows: list[Row], folder: Path) -> bool:
    """Write ``speed.png`` and ``speed.svg``: milliseconds a step, by contestant.

    False, and nothing written, where the steps were not measured.
    """
    bars = [(what, who, row.median) for what, who, row in _steps(rows) if row is not None]
    if not bars:
        return False
    from matplotlib import style
    from matplotlib.figure import Figure

    with style.context(["default", FIGURE_STYLE]):
        figure = Figure(figsize=(6.4, 0.3 * len(bars) + 0.9), layout="constrained")
        axes = figure.add_subplot()
        places = range(len(bars))
        axes.barh(places, [ms for *_, ms in bars], color=[_COLOURS[who] for _, who, _ in bars])
        axes.set_yticks(places, [f"{what}: {who}" for what, who, _ in bars])
        axes.bar_label(axes.containers[0], [f" {ms:.3g} ms" for *_, ms in bars], fontsize=8)
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.set_xlabel("CPU time of a training step, one thread (shorter is faster)")
        save_figure(figure, folder, NAME)
    return True


def _steps(rows: list[Row]) -> list[tuple[str, str, Row | None]]:
    return [
        (what, who, row)
        for what in WHATS.values()
        for who, row in (
            (OURS, find(rows, SECTION, what, OURS)),
            ("PyTorch, best setting", best_torch(rows, what)),
            ("scikit-learn", find(rows, SECTION, what, SKLEARN)),
        )
    ]
