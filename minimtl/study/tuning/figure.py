"""``tune.svg`` and ``tune.png``: how far each setting is from the chosen one."""

from itertools import groupby
from pathlib import Path
from typing import Any

from minimtl.report import FIGURE_STYLE, save_figure
from minimtl.study.tuning.choice import Tuning
from minimtl.study.tuning.grid import LAYERS

# Okabe and Ito's, told apart by the colour-blind, and by their markers in grey.
_STYLES = dict(zip(LAYERS, (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^")), strict=True))
_SHIFT = 0.12  # of a layer count beside its neighbour, in steps between sizes


def draw_tuning(tuning: Tuning, folder: Path) -> str:
    """Write both files; return the name of the .png. One panel a learning rate and dropout."""
    from matplotlib import style
    from matplotlib.figure import Figure

    panels = sorted({setting[2:] for setting in tuning.settings})
    with style.context(["default", FIGURE_STYLE]):
        figure = Figure(figsize=(4.6, 0.6 + 2.6 * len(panels)), layout="constrained")
        for place, (rate, dropout) in enumerate(panels, start=1):
            axes = figure.add_subplot(len(panels), 1, place)
            _panel(axes, tuning, (rate, dropout))
            axes.set_title(f"learning rate {rate:g}, dropout {dropout:g}")
        # The panels have the same layers; beside the whiskers there is no room for their names.
        names = figure.axes[0].get_legend_handles_labels()
        figure.legend(*names, loc="outside upper center", ncols=len(LAYERS), frameon=False)
        save_figure(figure, folder, "tune")
    return "tune.png"


def _panel(axes: Any, tuning: Tuning, panel: tuple[float, float]) -> None:
    """The settings of one learning rate and dropout."""
    sizes = sorted({setting.size for setting in tuning.settings})
    members = [n for n, setting in enumerate(tuning.settings) if setting[2:] == panel]
    by_layers = groupby(members, lambda n: tuning.settings[n].n_layers)
    for n_layers, numbers_ in by_layers:
        numbers = list(numbers_)
        colour, marker = _STYLES[n_layers]
        comparisons = [tuning.difference(number) for number in numbers]
        shift = (LAYERS.index(n_layers) - 1) * _SHIFT
        axes.errorbar(
            [sizes.index(tuning.settings[number].size) + shift for number in numbers],
            [c.mean for c in comparisons],
            yerr=[[c.mean - c.low for c in comparisons], [c.high - c.mean for c in comparisons]],
            color=colour,
            marker=marker,
            ms=4,
            lw=1,
            elinewidth=0.8,
            label=f"{n_layers} hidden layer{'s' if n_layers > 1 else ''}",
        )
    axes.axhline(0, color="0.3", lw=0.8, ls="--")
    axes.set_xticks(range(len(sizes)), [str(size) for size in sizes])
    axes.set(xlabel="units in each hidden layer", ylabel="F1 less the chosen setting's")
