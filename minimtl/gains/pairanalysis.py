"""The analysis of a table of pairs, and its forms: text, JSON, CSV, Markdown, HTML."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from minimtl._version import __version__
from minimtl.gains.metamodel import BASELINES, Prediction
from minimtl.gains.pairlabels import LabelNoise
from minimtl.gains.pairtable import PairTable
from minimtl.report.blocks import Block, Document, Drawing, Grid, Heading, Items, Paragraph
from minimtl.report.chart import Axis, Chart, Colour, Dot, Dots, Shape
from minimtl.report.csvfile import Row, Table, write_tables
from minimtl.report.htmlpage import write_document
from minimtl.report.textforms import to_text as blocks_text
from minimtl.report.wording import counted, signed, text
from minimtl.stats.crossed import Estimate
from minimtl.stats.intervals import MeanEstimate

Verdict = Literal["new tasks", "same tasks", "names", "nothing", "no features", "no prediction"]
FEWEST = 10  # pairs of which anything is said
ALPHA = 0.05
_NAME_WORDS = {
    "majority": "the majority",
    "main_name": "the main task's name",
    "aux_name": "the auxiliary task's name",
    "both_names": "both tasks' names",
}
# What a design is called, and what it holds out.
_DESIGN_WORDS = {
    "seen": ("random folds", "nothing: random folds"),
    "main_unseen": ("unseen main tasks", "the main task"),
    "aux_unseen": ("unseen auxiliary tasks", "the auxiliary task"),
    "both_unseen": ("pairs of unseen tasks", "both tasks"),
    "groups_unseen": ("pairs of unseen groups", "the groups of both tasks"),
}
_DESIGN_HEAD = (
    *("unseen in training", "pairs", "all features", "95 % interval", "p", "p (Holm)"),
    *("majority", "main's name", "auxiliary's name", "both names"),
)
_VERDICTS: dict[Verdict, str] = {
    "new tasks": "The features predict the gains of tasks that were not in training.",
    "same tasks": (
        "For tasks that were in training, the features predict gains better than the tasks' names "
        "do; for new tasks their prediction may be chance."
    ),
    "names": "The tasks' names predict gains; what the features add may be chance.",
    "nothing": "Nothing predicts these gains clearly better than chance.",
}
_OF_NAMES = {
    True: "any feature that only identifies tasks would do as well",
    False: "names do not predict clearly better than chance",
}
_MOST_FEATURES = 50  # that the page lists
_DESIGNS_NOTE = (
    "Shares of pairs predicted correctly. On random folds a model may recognise a pair by the "
    "names of its tasks: compare the features with those. An unseen task is in neither role in "
    "training. "
    "For p, labels are simulated from the tasks alone, without the features: p is the share of "
    "simulations that the features predict as well. Holm's procedure allows for all designs. "
    "The interval is for new tasks. A majority learned from other pairs may be wrong about "
    "those left out: compare with 0.5 as well. All scores are in meta.csv."
)
_FEATURES_NOTE = (
    "Each feature alone: the share of pairs predicted correctly, and p (Holm) among the features "
    "of the column."
)
_CAPTION = (
    "Accuracy by design: all features with their 95 % interval, beside the names of the tasks and "
    "the majority."
)
_COLUMN = 152  # width of a design in the picture
_FEWEST_COLUMNS = 5  # the legend is as wide
# How far each mark stands from the middle of its column.
_MARKS: dict[str, tuple[int, Shape, Colour]] = {
    "all": (-30, "circle", "blue"),
    "majority": (0, "bar", "ink"),
    "main_name": (-4, "square", "orange"),
    "aux_name": (16, "triangle", "orange"),
    "both_names": (36, "diamond", "orange"),
}


class PairFinding(NamedTuple):
    """The verdict, and the sentences that say it with its numbers."""

    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class PairAnalysis:
    """A table of pairs, analysed.

    Attributes
    ----------
    table : the pairs, and what was guessed in reading them.
    predicted : the pairs whose gains were predicted, all or a sample; None where none were, and
        `why` says why.
    gain : the mean gain with its intervals.
    noise : the reliability of the labels.
    predictions : by design, baselines first; none of a design that has no fit.
    name_p_values : of each baseline of names on random folds, were the labels exchangeable.
    """

    table: PairTable
    predicted: PairTable | None
    why: str
    gain: Estimate
    noise: LabelNoise
    predictions: tuple[Prediction, ...] = ()
    name_p_values: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """As ``minimtl meta`` prints it."""
        return to_text({"": self})

    def of(self, design: str, features: str) -> Prediction | None:
        """One row, None if there is none; of a feature and a set of one name, the set."""
        found = (p for p in self.predictions if (p.design, p.features) == (design, features))
        return next(found, None)

    @property
    def designs(self) -> tuple[str, ...]:
        """The names of the designs that have a fit."""
        return tuple(dict.fromkeys(prediction.design for prediction in self.predictions))

    def baselines(self, design: str) -> dict[str, Prediction]:
        """Those of a design that has a fit."""
        rows = self.predictions
        return {p.features: p for p in rows if (p.design, p.kind) == (design, "baseline")}

    @property
    def finding(self) -> PairFinding:
        """The verdict and the sentences that say it.

        ``new tasks``: the features predict gains of tasks not learned from, by p (Holm) of at most
        0.05 in a design that holds out tasks. ``same tasks``: on random folds alone, beyond what
        tasks explain. ``names``: neither, but names do on random folds. ``nothing``: none of it.
        """
        if self.predicted is None:
            return PairFinding("no prediction", f"No gain was predicted: {self.why}.")

        majority, *names = self.baselines("seen").values()
        best = max(names, key=lambda row: row.scores.accuracy)
        names_tell = min(self.name_p_values.values()) <= ALPHA
        by_name = f"{_NAME_WORDS[best.features]} alone"
        rows = [row for row in self.predictions if row.kind == "all"]
        if not rows:
            return PairFinding(
                "no features",
                f"The table has no features. On random folds {by_name} predicts {best.share} of "
                f"the pairs correctly, and the majority {majority.share}: {_OF_NAMES[names_tell]}.",
            )

        seen, *unseen = rows
        predicted = [row for row in unseen if row.p_holm <= ALPHA]
        verdict: Verdict = "names" if names_tell else "nothing"
        if predicted:
            verdict = "new tasks"
        elif seen.p_holm <= ALPHA:
            verdict = "same tasks"

        on_new = "".join(
            f"; on {_DESIGN_WORDS[row.design][0]} the features predict {row.share}, and the "
            f"majority {self.baselines(row.design)['majority'].share}"
            for row in predicted[-1:] or unseen[:1]
        )
        return PairFinding(
            verdict,
            f"{_VERDICTS[verdict]} On random folds the features predict {seen.share} of the "
            f"pairs correctly, and {by_name} {best.share}{on_new}.",
        )

    @property
    def title(self) -> str:
        """The table's size, in a line."""
        table = self.table
        n_main, n_aux = (len(np.unique(tasks)) for tasks in (table.main, table.aux))
        return (
            f"{table.source}: {counted(table.n_pairs, 'pair')} of {n_main:,} main and "
            f"{counted(n_aux, 'auxiliary task')}, {counted(table.gains.shape[1], 'run')}, "
            f"{counted(len(table.features), 'feature')}; {table.labels.mean():.0%} gain."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """The guesses and omissions, in sentences."""
        table, predicted = self.table, self.predicted
        if predicted is None or predicted.n_pairs == table.n_pairs:
            return table.notes
        return (
            *table.notes,
            f"Predictions use {counted(predicted.n_pairs, 'pair')}, those among tasks drawn at "
            f"random; the mean gain and the reliability use all {table.n_pairs:,}.",
        )

    @property
    def background(self) -> tuple[str, ...]:
        """The mean gain, and how much of a label is chance, in sentences; none of few pairs."""
        if self.table.n_pairs < FEWEST:
            return ()
        return _mean_gain(self), _reliability(self)


Analyses = Mapping[str, PairAnalysis]


def _mean_gain(analysis: PairAnalysis) -> str:
    """The mean gain with its intervals; of labels it is a share."""
    these, new = analysis.gain.these_tasks, analysis.gain.new_tasks
    if new is None:
        return "The mean gain has no interval: it needs two main and two auxiliary tasks."
    if analysis.table.has_labels:
        low, high = max(0.0, new.low), min(1.0, new.high)
        return f"With new tasks {low:.0%} to {high:.0%} of the pairs would gain (95 % interval)."

    said = f"Mean gain {signed(new.mean, 4)}; for new tasks {_between(new)}"
    if these is not None:
        said += f", for these tasks {_between(these)}"
    return f"{said} (95 % intervals)."


def _between(estimate: MeanEstimate) -> str:
    return f"{signed(estimate.low, 4)} to {signed(estimate.high, 4)}"


def _reliability(analysis: PairAnalysis) -> str:
    """The share of chance in the labels, and what that caps."""
    noise, n_runs = analysis.noise, analysis.table.gains.shape[1]
    if n_runs < 2:
        return "One run cannot tell how much of a gain is chance; two runs can."
    if math.isnan(noise.label_reliability):
        return "Too few pairs have every run to tell how much of a gain is chance."

    said = (
        f"The gains of two runs correlate at {noise.run_correlation:.2f} over "
        f"{counted(len(analysis.table.complete), 'pair')}; the reliability of a label, of "
        f"{counted(n_runs, 'run')}, is {noise.label_reliability:.2f}"
    )
    if not math.isnan(noise.ceiling_accuracy):
        said += (
            f", so a predictor that has not seen these runs is right about at most "
            f"{noise.ceiling_accuracy:.0%} of the pairs on average"
        )
    return f"{said}."


def _answers(analyses: Analyses) -> tuple[str, ...]:
    """The finding of each table; of a study behind the name of the problem."""
    return tuple(
        (f"{name.upper()}: " if name else "") + analysis.finding.sentence
        for name, analysis in analyses.items()
    )


def to_text(analyses: Analyses) -> str:
    """For a terminal: the finding first."""
    blocks: list[Block] = []
    for answer, analysis in zip(_answers(analyses), analyses.values(), strict=True):
        blocks += [Paragraph(answer), Paragraph(analysis.title)]
        if analysis.predictions:
            blocks.append(_design_grid(analysis))
        blocks += map(Paragraph, (*analysis.background, *analysis.notes))
    return blocks_text(blocks)


def _design_grid(analysis: PairAnalysis) -> Grid:
    """Accuracy under each design, of all features beside the baselines."""
    lines = []
    for design in analysis.designs:
        row = analysis.of(design, "all")
        cells = ("–",) * 4
        if row is not None:
            interval = "–" if math.isnan(row.low) else f"{text(row.low, 2)} to {text(row.high, 2)}"
            cells = (text(row.scores.accuracy), interval, text(row.p), text(row.p_holm))

        baselines = list(analysis.baselines(design).values())
        names = [text(baseline.scores.accuracy) for baseline in baselines]
        lines.append((_DESIGN_WORDS[design][1], f"{baselines[0].n_pairs:,}", *cells, *names))
    return Grid(_DESIGN_HEAD, tuple(lines))


def to_json(analyses: Analyses) -> str:
    """Every number, unrounded; null where there is none."""
    content = {
        "minimtl": __version__,
        "tables": {name: _values(analysis) for name, analysis in analyses.items()},
    }
    return json.dumps(_without_nan(content), indent=2, allow_nan=False)


def _values(analysis: PairAnalysis) -> dict[str, Any]:
    table, gain = analysis.table, analysis.gain
    verdict, sentence = analysis.finding
    return {
        "source": table.source,
        "verdict": verdict,
        "finding": sentence,
        "n_pairs": table.n_pairs,
        "n_predicted": 0 if analysis.predicted is None else analysis.predicted.n_pairs,
        "n_runs": table.gains.shape[1],
        "threshold": table.threshold,
        "gained": float(table.labels.mean()),
        "features": list(table.features),
        "notes": list(table.notes),
        "mean_gain": {
            "these_tasks": gain.these_tasks and vars(gain.these_tasks),
            "new_tasks": gain.new_tasks and vars(gain.new_tasks),
        },
        "reliability": vars(analysis.noise),
        "name_p_values": dict(analysis.name_p_values),
        "scores": _rows({"": analysis}),
    }


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _rows(analyses: Analyses) -> list[Row]:
    """The rows of meta.csv; those of a study have the column ``problem`` as well."""
    rows: list[Row] = []
    for name, analysis in analyses.items():
        problem: Row = {"problem": name} if name else {}
        rows += [problem | _row(analysis, prediction) for prediction in analysis.predictions]
    return rows


def _row(analysis: PairAnalysis, prediction: Prediction) -> Row:
    baselines = analysis.baselines(prediction.design)
    accuracies = {f"{name}_accuracy": baselines[name].scores.accuracy for name in BASELINES}
    both_names = accuracies.pop("both_names_accuracy")
    return {
        "design": prediction.design,
        "features": prediction.features,
        "n_pairs": prediction.n_pairs,
        **prediction.scores._asdict(),
        **accuracies,
        "low": prediction.low,
        "high": prediction.high,
        "p": prediction.p,
        "p_holm": prediction.p_holm,
        "both_names_accuracy": both_names,
        "kind": prediction.kind,
    }


def write_forms(analyses: Analyses, title: str, out: Path) -> list[Path]:
    """Write ``meta.csv``, ``meta.md``, ``meta.html`` and their pictures; returns the last ones."""
    write_tables([Table("meta", _rows(analyses))], out)
    blocks = [block for name, analysis in analyses.items() for block in _on_page(name, analysis)]
    return write_document(Document(title, (), _answers(analyses), tuple(blocks)), "meta", out)


def _on_page(name: str, analysis: PairAnalysis) -> list[Block]:
    blocks: list[Block] = [Heading(2, analysis.table.source), Paragraph(analysis.title)]
    if analysis.predictions:
        blocks += [
            Drawing(_picture(analysis), _CAPTION, f"meta_{name}" if name else "meta"),
            Heading(3, "Features against names"),
            _design_grid(analysis),
            Paragraph(_DESIGNS_NOTE),
        ]
    if analysis.predictions and analysis.table.features:
        blocks += [
            Heading(3, "Each feature by itself"),
            _feature_grid(analysis),
            Paragraph(_FEATURES_NOTE),
        ]
    if analysis.background:
        blocks += [
            Heading(3, "The mean gain, and how much of a label is chance"),
            Items(analysis.background),
        ]
    if analysis.notes:
        blocks += [Heading(3, "How the table was read"), Items(analysis.notes)]
    return blocks


def _picture(analysis: PairAnalysis) -> Chart:
    """Accuracy under each design, of features against names."""
    designs = analysis.designs
    series: list[Dots] = []
    for name, (place, shape, colour) in _MARKS.items():
        words = _NAME_WORDS.get(name, "all features")
        rows = [(column, analysis.of(design, name)) for column, design in enumerate(designs)]
        dots = tuple(
            Dot(
                x=_COLUMN * (column + 0.5) + place,
                y=row.scores.accuracy,
                low=row.low if row.kind == "all" else math.nan,
                high=row.high if row.kind == "all" else math.nan,
                words=f"{words}: {row.scores.accuracy:.3f}",
                is_hollow=colour == "orange",
            )
            for column, row in rows
            if row is not None
        )
        if dots:
            series.append(Dots(name=words, dots=dots, shape=shape, colour=colour))

    middles = tuple(
        (_COLUMN * (column + 0.5), _DESIGN_WORDS[design][0])
        for column, design in enumerate(designs)
    )
    width = _COLUMN * max(_FEWEST_COLUMNS, len(designs))
    shares = tuple((fifth / 5, f"{fifth / 5:.1f}") for fifth in range(6))
    return Chart(
        title=_CAPTION,
        series=tuple(series),
        x=Axis(low=0, high=width, ticks=middles),
        y=Axis(low=0, high=1, ticks=shares, is_grid=True),
        width=width,
        height=240,
        has_legend=True,
    )


def _feature_grid(analysis: PairAnalysis) -> Grid:
    """The features by their smallest p in any design, at most `_MOST_FEATURES`."""
    rows: dict[str, list[Prediction]] = {}
    for row in analysis.predictions:
        if row.kind == "feature":
            rows.setdefault(row.features, []).append(row)

    ordered = sorted(rows.items(), key=lambda item: min(row.p for row in item[1]))
    lines = [
        (name, *(f"{text(row.scores.accuracy)} ({text(row.p_holm, 2)})" for row in each))
        for name, each in ordered[:_MOST_FEATURES]
    ]
    head = ("feature", *(_DESIGN_WORDS[design][0] for design in analysis.designs))
    return Grid(head, tuple(lines))
