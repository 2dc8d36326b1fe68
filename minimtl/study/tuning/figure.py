"""``tune.svg`` and ``tune.png``: how far each setting is from the chosen one."""

from itertools import groupby
from pathlib import Path

from minimtl.report import Axis, Chart, Colour, Dot, Dots, Line, Rule, Shape, draw_charts
from minimtl.study.tuning.grid import LAYERS
from minimtl.study.tuning.tuning import Tuning

_LOOKS: tuple[tuple[Colour, Shape], ...] = (
    ("blue", "circle"),
    ("orange", "square"),
    ("green", "triangle"),
)
_SHIFT = 0.12  # of a layer count beside its neighbour, in steps between sizes


def draw_tuning(tuning: Tuning, folder: Path) -> None:
    """Write both files. One panel a learning rate and dropout."""
    panels = sorted({setting[2:] for setting in tuning.settings})
    charts = [[_panel(tuning, rate, dropout)] for rate, dropout in panels]
    # The panels have the same layers; beside the whiskers there is no room for their names.
    draw_charts(charts, folder, "tune", (4.6, 0.6 + 2.6 * len(panels)), legend_above=True)


def _panel(tuning: Tuning, rate: float, dropout: float) -> Chart:
    """The settings of one learning rate and dropout."""
    sizes = sorted({setting.size for setting in tuning.settings})
    members = [n for n, setting in enumerate(tuning.settings) if setting[2:] == (rate, dropout)]
    series: list[Line | Dots | Rule] = []
    for n_layers, numbers in groupby(members, lambda n: tuning.settings[n].n_layers):
        place = LAYERS.index(n_layers)
        colour, shape = _LOOKS[place]
        shift = (place - 1) * _SHIFT
        dots = []
        for number in numbers:
            found = tuning.difference(number)
            x = sizes.index(tuning.settings[number].size) + shift
            dots.append(Dot(x=x, y=found.mean, low=found.low, high=found.high))
        name = f"{n_layers} hidden layer{'s' if n_layers > 1 else ''}"
        line = Line(
            name=name,
            x=[dot.x for dot in dots],
            y=[dot.y for dot in dots],
            colour=colour,
            shape=shape,
        )
        series += [line, Dots(dots=tuple(dots), colour=colour, shape=shape)]
    return Chart(
        title=f"learning rate {rate:g}, dropout {dropout:g}",
        series=(*series, Rule(axis="y", at=0.0)),
        x=Axis(
            label="units in each hidden layer",
            ticks=tuple((place, str(size)) for place, size in enumerate(sizes)),
        ),
        y=Axis(label="F1 less the chosen setting's"),
    )
