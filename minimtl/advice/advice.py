"""The answer of `minimtl.advise`: the table, the verdict, the matrix, the model; and their forms.

These are blocks for a terminal, for ``advise.md`` and ``advise.html``, and JSON values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from minimtl._version import __version__
from minimtl.advice.conduct import Row
from minimtl.advice.features import Features
from minimtl.advice.fits import train_on_all
from minimtl.advice.measured import (
    Measured,
    further,
    interval,
    label_scores,
    percent,
    printable,
    surest_mistakes,
)
from minimtl.advice.sets import Prepared
from minimtl.advice.verdicts import HELPS, HURTS, Comparison
from minimtl.errors import MinimtlError
from minimtl.models.textmodel import TextModel
from minimtl.report.blocks import (
    Block,
    Document,
    Drawing,
    Folded,
    Grid,
    Heading,
    Items,
    Marked,
    Paragraph,
)
from minimtl.report.chart import Axis, Cells, Chart, Colour, Dot, Dots, Rule
from minimtl.report.htmlpage import notebook_html
from minimtl.report.textforms import to_text
from minimtl.report.wording import signed

_HEAD = ("way", "score", "gain", "interval", "better", "proven", "would settle it")
_CAPTION = (
    "score: mean macro-F1 on the tested texts of the main set; gain: difference from the best way "
    "alone, with its interval; better: the probability that it is better than the ways alone."
)
_WHO_HELPS_WHOM = "Who helps whom"
_MATRIX_CAPTION = (
    "Each cell: how much the set of the row gains from joint training with the set of the column, "
    "in macro-F1 over the network alone; * if the interval does not contain 0."
)
_COLOURS: dict[str, Colour] = {HELPS: "orange", HURTS: "blue"}
_MOST_COLUMNS, _LONGEST_TEXT = 8, 100  # labels with a column each, characters of a text
_ROW, _CELL = 40, 84  # height of a way in the picture of gains, width of a cell of the matrix
_LEAST = 0.001  # gain that the picture shows at either side of 0


@dataclass(frozen=True, eq=False, repr=False)
class Advice(Measured):
    """All ways to train on a person's texts as measured, and what follows.

    The other attributes are those of `Measured`.

    Attributes
    ----------
    label_values : the labels as they were given, by the text that stands for them.
    features : of sets that hold no texts.
    """

    label_values: Mapping[str, Any]
    features: Features | None = None

    @cached_property
    def model(self) -> TextModel:
        """The model of the `best` way, as `model_of` gives it."""
        return self.model_of(self.best)

    def model_of(self, row: Row) -> TextModel:
        """The way of a row trained on all texts; `save_model` writes it to a file.

        Its ``predict(texts)`` gives the labels as they were given, ``predict_proba(texts)`` the
        probabilities.
        """
        sets = []
        for prepared in (self.sets[0], *(self.sets[number] for number in row.way.aux)):
            rows = (*prepared.train, *prepared.test)
            texts = [one.text for one in rows]
            inputs = texts if self.features is None else self.features.matrix(texts)
            sets.append((inputs, prepared.labels(rows)))
        labels = [self.label_values.get(label, label) for label in self.sets[0].classes]
        return train_on_all(row.way, sets, labels, self.settings, self._how(row))

    def predict(self, texts: Iterable[str]) -> np.ndarray:
        """The labels that `model` gives these texts."""
        return self.model.predict(texts)

    def score(self, texts: Iterable[str], labels: Iterable[Any]) -> float:
        """Macro-F1 of `model` on these texts, which it should not have seen."""
        return self.model.score(texts, labels)

    def _how(self, row: Row) -> dict[str, Any]:
        """The model's words about itself."""
        return {
            "way": self.name_of(row),
            "verdict": self.verdict,
            "macro_f1": row.score,
            "runs": row.n_runs,
            "texts": {prepared.name: len(prepared.train) for prepared in self.sets},
            "tokenizer": self.settings.tokenizer,
            "seed": self.settings.seed,
            "minimtl": __version__,
        }

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON values, unrounded; docs/outputs.md has the keys."""
        content: dict[str, Any] = {
            "minimtl": __version__,
            "verdict": self.verdict,
            "best": self.name_of(self.best),
            "sets": [_set(prepared) for prepared in self.sets],
            "score": "macro_f1",
            "settings": asdict(self.settings),
            "ways": [_way(self, row) for row in self.rows],
            "labels": [score._asdict() for score in label_scores(self)],
            "mistakes": [mistake._asdict() for mistake in surest_mistakes(self)],
            "notes": self.notes,
            "procedure": self.procedure,
        }
        if self.matrix is not None:
            content["matrix"] = [
                [comparison and asdict(comparison) for comparison in row] for row in self.matrix
            ]
        return content

    def to_frame(self) -> Any:
        """The table as a pandas data frame, a row a way; MinimtlError without pandas."""
        try:
            pandas = import_module("pandas")
        except ImportError:
            raise MinimtlError(
                "to_frame needs pandas: install it (python -m pip install pandas), or read "
                "to_dict()['ways'], which has the same."
            ) from None
        return pandas.DataFrame(self.to_dict()["ways"])

    def __repr__(self) -> str:
        return f"<Advice: {self.verdict}>"

    def __str__(self) -> str:
        return to_text(terminal_blocks(self))

    def _repr_html_(self) -> str:
        verdict = Paragraph(Marked(self.verdict, "strong"))
        return notebook_html([verdict, *page_blocks(self)])


def terminal_blocks(advice: Measured) -> list[Block]:
    """The advice for a terminal."""
    blocks: list[Block] = [Paragraph(advice.verdict), _table(advice)]
    if advice.matrix is not None:
        blocks.append(Paragraph(f"{_WHO_HELPS_WHOM}. {_MATRIX_CAPTION}"))
        blocks.append(_matrix_table(advice, advice.matrix))
    notes = tuple(f"Note: {line}" for line in advice.notes)
    return [*blocks, Items(notes), Items(tuple(advice.procedure))]


def page_blocks(advice: Measured) -> list[Block]:
    """The advice for a page and a notebook, below the verdict."""
    blocks: list[Block] = [
        _gains(advice),
        _table(advice),
        Paragraph(_CAPTION, "note"),
    ]
    if advice.matrix is not None:
        blocks.append(Heading(2, _WHO_HELPS_WHOM))
        blocks.append(_matrix_table(advice, advice.matrix))
        blocks.append(_matrix_picture(advice, advice.matrix))
    blocks += _label_by_label(advice)
    notes = advice.notes
    if notes:
        blocks.append(Folded("Before you believe it", (Items(tuple(notes)),)))
    return [*blocks, Folded("What was done", (Items(tuple(advice.procedure)),))]


def advice_document(advice: Measured) -> Document:
    """The page."""
    title = f"What to train on {printable(advice.names[0])}"
    answer = Marked(advice.verdict, "strong")
    return Document(title, (), (answer,), tuple(page_blocks(advice)))


def _label_by_label(advice: Measured) -> list[Block]:
    """F1 and confusion of each label, and the surest mistakes, of the way to take."""
    scores, mistakes = label_scores(advice), surest_mistakes(advice)
    labels = [printable(score.label) for score in scores]
    shown = labels if len(labels) <= _MOST_COLUMNS else []
    lines = [
        (label, f"{score.n:,}", f"{score.f1:.3f}", *map(percent, score.given[: len(shown)]))
        for label, score in zip(labels, scores, strict=True)
    ]
    head = ("label", "texts", "F1", *(f"taken for {label}" for label in shown))
    title = f"Label by label: {printable(advice.name_of(advice.best))}"
    blocks: list[Block] = [Heading(2, title), Grid(head, tuple(lines))]
    if mistakes:
        rows = tuple(
            (
                _short(printable(" ".join(one.text.split())), _LONGEST_TEXT),
                printable(one.label),
                printable(one.given),
                percent(one.probability),
            )
            for one in mistakes
        )
        blocks.append(
            Paragraph("The most confident mistakes: check whether the label is right.", "note")
        )
        blocks.append(Grid(("text", "label", "taken for", "probability"), rows))
    return blocks


def _table(advice: Measured) -> Grid:
    return Grid(_HEAD, tuple(_cells(advice, row) for row in advice.rows))


def _cells(advice: Measured, row: Row) -> tuple[str, ...]:
    name, score = printable(advice.name_of(row)), f"{row.score:.3f}"
    if row.comparison is None:
        return (name, score, "", "", "", row.verdict, "")
    gain, probability = signed(row.comparison.gain), percent(row.comparison.probability)
    return (
        name, score, gain, interval(row.comparison), probability, row.verdict,
        further(row),
    )  # fmt: skip


def _gains(advice: Measured) -> Drawing:
    """A line a way: its name and, below it, the gain with its interval; the margin is shaded."""
    margin = advice.settings.margin
    compared = [(advice.name_of(row), row.comparison) for row in advice.rows if row.comparison]
    least = min(-margin, -_LEAST, *(comparison.low for _, comparison in compared))
    most = max(margin, _LEAST, *(comparison.high for _, comparison in compared))
    marks = tuple(
        Dots(
            dots=(
                Dot(
                    x=comparison.gain,
                    y=-place,
                    low=comparison.low,
                    high=comparison.high,
                    heading=f"{printable(name)}: {comparison.verdict}",
                ),
            ),
            colour=_COLOURS.get(comparison.verdict, "ink"),
            is_across=True,
        )
        for place, (name, comparison) in enumerate(compared)
    )
    chart = Chart(
        title="Gain of each way with its interval",
        series=(Rule(axis="x", at=-margin, until=margin), Rule(axis="x", at=0.0), *marks),
        x=Axis(low=least, high=most, ticks=tuple((end, signed(end)) for end in (least, 0.0, most))),
        y=Axis(low=0.4 - len(compared), high=0.7, ticks=()),
        height=_ROW * len(compared),
    )
    caption = (
        "Gains over the best way alone, with their intervals; shaded: what does not matter, "
        f"±{margin:g}."
    )
    return Drawing(chart, caption)


def _matrix_table(advice: Measured, matrix: tuple[tuple[Comparison | None, ...], ...]) -> Grid:
    names = [printable(name) for name in advice.names]
    rows = (
        (name, *("—" if cell is None else _gain(cell, " *") for cell in row))
        for name, row in zip(names, matrix, strict=True)
    )
    return Grid(("", *names), tuple(rows))


def _matrix_picture(advice: Measured, matrix: tuple[tuple[Comparison | None, ...], ...]) -> Drawing:
    names = [printable(name) for name in advice.names]
    cells = Cells(
        values=[[None if cell is None else cell.gain for cell in row] for row in matrix],
        texts=[["" if cell is None else _gain(cell, "*") for cell in row] for row in matrix],
    )
    chart = Chart(
        title=_WHO_HELPS_WHOM,
        series=(cells,),
        x=Axis(ticks=tuple((at + 0.5, _short(name, 12)) for at, name in enumerate(names))),
        y=Axis(ticks=tuple((at + 0.5, _short(name, 20)) for at, name in enumerate(names))),
        width=_CELL * len(names),
        height=_CELL * len(names) // 2,
    )
    return Drawing(chart, _MATRIX_CAPTION, "matrix")


def _gain(comparison: Comparison, star: str) -> str:
    """A gain, with a star where its interval leaves out 0."""
    return signed(comparison.gain) + ("" if comparison.low <= 0 <= comparison.high else star)


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _set(prepared: Prepared) -> dict[str, Any]:
    return {
        "name": prepared.name,
        "labels": list(prepared.classes),
        "n_train": len(prepared.train),
        "n_test": len(prepared.test),
    }


def _way(advice: Measured, row: Row) -> dict[str, Any]:
    compared = asdict(row.comparison) if row.comparison else {}
    return {
        "way": advice.name_of(row),
        "use": row.way.use,
        "model": row.way.model,
        "aux": [advice.names[number] for number in row.way.aux],
        "score": row.score,
        "scores": row.scores.tolist(),
        "runs": row.n_runs,
        "gives_one_label": row.is_constant,
        **compared,
    }
