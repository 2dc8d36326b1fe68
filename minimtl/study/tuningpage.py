"""``tune.csv``, ``tune.md`` and the figure: each setting's scores, and how the paper's compares."""

from itertools import groupby
from pathlib import Path

import numpy as np

from minimtl.report import (
    FIGURES_NOTE,
    Axis,
    Chart,
    Colour,
    Document,
    Dot,
    Dots,
    Figure,
    Grid,
    Inline,
    Line,
    Marked,
    Paragraph,
    Row,
    Rule,
    Shape,
    Table,
    draw_charts,
    signed,
)
from minimtl.stats import MeanEstimate
from minimtl.study.tuning import HELD_OUT, LAYERS, N_FOLDS, PAPERS, PER_CLASS, Tuning

_LOOKS: tuple[tuple[Colour, Shape], ...] = (
    ("blue", "circle"),
    ("orange", "square"),
    ("green", "triangle"),
)
_SHIFT = 0.12  # of a layer count beside its neighbour, in steps between sizes


def _method(n_settings: int) -> Paragraph:
    return Paragraph(
        (
            "One network for each domain and fold tells positive from negative reviews: "
            f"{PER_CLASS} training reviews of each class, TF-IDF of the 10,000 most frequent "
            "unigrams, everything else as in the study's ",
            Marked("paper", "code"),
            " protocol, scores read after 100 epochs. A sixth of each domain is held out, the rest "
            f"is divided into {N_FOLDS} folds, the same for all settings. The setting with the "
            "highest mean F1 over domains and folds is chosen. Differences are paired by domain "
            "and fold; their 95 % intervals and p-values are corrected for the folds' common "
            f"training reviews (Nadeau & Bengio 2003). The chosen setting is the best of "
            f'{n_settings}, and so a little flattered in them; "held out" is what all settings '
            "score on reviews that had no part in the choice.",
        )
    )


def tuning_table(tuning: Tuning) -> Table:
    """One row a setting, in the order of the grid."""
    return Table("tune", [_row(tuning, number) for number in range(len(tuning.settings))])


def _row(tuning: Tuning, number: int) -> Row:
    difference = tuning.difference(number)
    of_domain = tuning.f1[number, :, :HELD_OUT].mean(axis=1)
    return {
        **tuning.settings[number]._asdict(),
        "f1": float(tuning.cv_f1[number]),
        "accuracy": float(tuning.accuracy[number, :, :HELD_OUT].mean()),
        "difference": difference.mean,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "p_value": difference.p_value,
        "chosen": int(number == tuning.chosen),
        "held_out_f1": float(tuning.f1[number, :, HELD_OUT].mean()),
        "held_out_accuracy": float(tuning.accuracy[number, :, HELD_OUT].mean()),
        **{f"f1_{d}": float(f) for d, f in zip(tuning.domains, of_domain, strict=True)},
        "seconds": float(tuning.seconds[number]),
    }


def tuning_finding(tuning: Tuning) -> Paragraph:
    """What was chosen, and how the paper's setting compares, in one or two sentences."""
    n_others = len(tuning.settings) - 1
    n_equal = len(tuning.equals()) - 1
    if n_equal == n_others:
        others = f"none of the other {n_others} is significantly worse"
    else:
        verb = "is" if n_equal == 1 else "are"
        others = f"{n_equal} of the other {n_others} {verb} not significantly worse"
    return Paragraph(
        (
            f"Chosen of {len(tuning.settings)} settings: ",
            Marked(str(tuning.settings[tuning.chosen]), "strong"),
            f" (mean F1 {tuning.cv_f1[tuning.chosen]:.3f}); {others}.{_papers_place(tuning)}",
        )
    )


def _papers_place(tuning: Tuning) -> str:
    """How the paper's setting compares, in a sentence; nothing where it was not tried."""
    if PAPERS not in tuning.settings:
        return ""
    if tuning.papers == tuning.chosen:
        return " It is what the paper settled on."
    difference = tuning.difference(tuning.papers)
    verdict = "significantly worse" if difference.high < 0 else "not significantly worse"
    return (
        f" The paper's 2 × 100 has {tuning.cv_f1[tuning.papers]:.3f}, "
        f"{_with_interval(difference)}, which is {verdict}."
    )


def _with_interval(difference: MeanEstimate) -> str:
    return f"{signed(difference.mean)} [{signed(difference.low)}, {signed(difference.high)}]"


def tuning_document(tuning: Tuning, source: str, is_drawn: bool) -> Document:
    """``tune.md``; `is_drawn` says whether there is a figure."""
    order = np.argsort(-tuning.cv_f1, kind="stable").tolist()
    scores = ("F1", *tuning.domains)
    header = ("layers × size", *scores, "from the chosen", "p", "held out F1", "s a fit")
    domains = f"{len(tuning.domains)} domains: {', '.join(tuning.domains)}"
    return Document(
        "Hidden layers and their size, tuned on Amazon reviews",
        (),
        (),
        (
            tuning_finding(tuning),
            Grid(header, tuple(_cells(tuning, number) for number in order)),
            Figure("tune", "F1 of each setting") if is_drawn else Paragraph(FIGURES_NOTE),
            _method(len(tuning.settings)),
            Paragraph(f"Reviews: {source}, {domains}."),
        ),
    )


def _cells(tuning: Tuning, number: int) -> tuple[Inline, ...]:
    """A line of the table."""
    row = _row(tuning, number)
    name: Inline = str(tuning.settings[number])
    compared = [_with_interval(tuning.difference(number)), f"{row['p_value']:.2g}"]
    if number == tuning.chosen:
        name = Marked(str(tuning.settings[number]), "strong")
        compared = ["–", "–"]
    scores = [f"{row[column]:.3f}" for column in ("f1", *(f"f1_{d}" for d in tuning.domains))]
    return (name, *scores, *compared, f"{row['held_out_f1']:.3f}", f"{row['seconds']:.1f}")


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
