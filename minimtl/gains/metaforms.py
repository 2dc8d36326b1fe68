"""What ``minimtl meta`` writes: JSON, and meta.csv, meta.md and meta.html."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minimtl._version import __version__
from minimtl.gains.pairanalysis import (
    DESIGN_WORDS,
    NAME_WORDS,
    PairAnalysis,
    answers,
    design_grid,
)
from minimtl.gains.scoring import BASELINES, Prediction
from minimtl.report import (
    Axis,
    Block,
    Chart,
    Colour,
    Document,
    Dot,
    Dots,
    Drawing,
    Grid,
    Heading,
    Items,
    Paragraph,
    Row,
    Shape,
    Table,
    text,
    write_document,
    write_tables,
)
from minimtl.stats import MeanEstimate

_SCORES = ("accuracy", "f1", "auc", "brier", "log_loss", "rank_correlation")
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
_WORDS = {"all": "all features", **NAME_WORDS}
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

Analyses = Mapping[str, PairAnalysis]


def to_json(analyses: Analyses) -> str:
    """Every number, unrounded; null where there is none."""
    content = {
        "minimtl": __version__,
        "tables": {name: _values(analysis) for name, analysis in analyses.items()},
    }
    return json.dumps(_without_nan(content), indent=2, allow_nan=False)


def write_forms(analyses: Analyses, title: str, out: Path) -> None:
    """Write ``meta.csv``, ``meta.md``, ``meta.html`` and their pictures."""
    write_tables([Table("meta", _rows(analyses))], out)
    document = Document(title, (), answers(analyses), tuple(_blocks(analyses)))
    write_document(document, "meta", out)


def _rows(analyses: Analyses) -> list[Row]:
    """The rows of meta.csv; those of a study have the column ``problem`` as well."""
    rows: list[Row] = []
    for name, analysis in analyses.items():
        problem: Row = {"problem": name} if name else {}
        rows += [problem | _row(analysis, prediction) for prediction in analysis.predictions]
    return rows


def _row(analysis: PairAnalysis, prediction: Prediction) -> Row:
    baselines = {name: analysis.of(prediction.design, name) for name in BASELINES}
    accuracies = {
        f"{name}_accuracy": row.scores.accuracy
        for name, row in baselines.items()
        if row is not None
    }
    both = accuracies.pop("both_names_accuracy")
    return {
        "design": prediction.design,
        "features": prediction.features,
        "n_pairs": prediction.n_pairs,
        **{name: getattr(prediction.scores, name) for name in _SCORES},
        **accuracies,
        "low": prediction.low,
        "high": prediction.high,
        "p": prediction.p,
        "p_holm": prediction.p_holm,
        "both_names_accuracy": both,
        "kind": prediction.kind,
    }


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
            "these_tasks": _estimate(gain.these_tasks),
            "new_tasks": _estimate(gain.new_tasks),
        },
        "reliability": vars(analysis.noise),
        "name_p_values": dict(analysis.name_p_values),
        "scores": _rows({"": analysis}),
    }


def _estimate(estimate: MeanEstimate | None) -> dict[str, float] | None:
    return None if estimate is None else vars(estimate)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _blocks(analyses: Analyses) -> list[Block]:
    blocks: list[Block] = []
    for name, analysis in analyses.items():
        blocks += [Heading(2, analysis.table.source), Paragraph(analysis.title)]
        if analysis.predictions:
            blocks += [
                Drawing(_picture(analysis), _CAPTION, f"meta_{name}" if name else "meta"),
                Heading(3, "Features against names"),
                design_grid(analysis),
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
        rows = [(column, analysis.of(design, name)) for column, design in enumerate(designs)]
        dots = tuple(
            Dot(
                x=_COLUMN * (column + 0.5) + place,
                y=row.scores.accuracy,
                low=row.low if row.kind == "all" else math.nan,
                high=row.high if row.kind == "all" else math.nan,
                words=f"{_WORDS[name]}: {row.scores.accuracy:.3f}",
                is_hollow=colour == "orange",
            )
            for column, row in rows
            if row is not None
        )
        if dots:
            series.append(Dots(name=_WORDS[name], dots=dots, shape=shape, colour=colour))

    middles = tuple(
        (_COLUMN * (column + 0.5), DESIGN_WORDS[design]) for column, design in enumerate(designs)
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
    head = ("feature", *(DESIGN_WORDS[design] for design in analysis.designs))
    return Grid(head, tuple(lines))
