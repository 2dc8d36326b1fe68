"""An analysis as lines for a terminal, as JSON, and as meta.csv, meta.md and meta.html."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from minimtl._version import __version__
from minimtl.gains.pairanalysis import DESIGN_WORDS, NAME_WORDS, PairAnalysis
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
    counted,
    signed,
    text,
    write_document,
    write_tables,
)
from minimtl.report import to_text as blocks_text
from minimtl.stats import MeanEstimate

_SCORES = ("accuracy", "f1", "auc", "brier", "log_loss", "rank_correlation")
_MOST_FEATURES = 50  # that the page lists
_DESIGN_HEAD = (
    *("unseen in training", "pairs", "all features", "95 % interval", "p", "p (Holm)"),
    *("majority", "main's name", "auxiliary's name", "both names"),
)
_UNSEEN = {
    "seen": "nothing: random folds",
    "main_unseen": "the main task",
    "aux_unseen": "the auxiliary task",
    "both_unseen": "both tasks",
    "groups_unseen": "the groups of both tasks",
}
_DESIGNS_NOTE = (
    "Shares of labels told right. On random folds a model may know a pair by the names of its "
    "tasks: compare the features with those. An unseen task is in neither role in training. p is "
    "the share of labels drawn from a crossed model, in which tasks have a say and features have "
    "none, that the features tell as well; Holm's procedure allows for all designs. "
    "The interval is of tasks drawn anew. A majority learned from other pairs may be wrong about "
    "those left out: compare with 0.5 as well."
)
_SCORES_NOTE = (
    "AUC and the rank correlation with the size of the gain are among pairs that the same fit is "
    "tested on: probabilities of different fits are not compared."
)
_FEATURES_NOTE = (
    "Each feature by itself: the share of labels told right, and p (Holm) among the features of "
    "the column. All scores are in meta.csv."
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


def to_text(analyses: Analyses) -> str:
    """For a terminal: the finding first."""
    blocks: list[Block] = []
    for answer, analysis in zip(_answers(analyses), analyses.values(), strict=True):
        blocks += [Paragraph(answer), Paragraph(_title(analysis))]
        if analysis.predictions:
            blocks.append(Grid(_DESIGN_HEAD, tuple(_design_lines(analysis))))
        said = (*_gain_sentences(analysis), analysis.reliability, *_notes(analysis))
        blocks += map(Paragraph, said)
    return blocks_text(blocks)


def to_json(analyses: Analyses) -> str:
    """Every number, unrounded; null where there is none."""
    content = {
        "minimtl": __version__,
        "tables": {name: _values(analysis) for name, analysis in analyses.items()},
    }
    return json.dumps(_without_nan(content), indent=2, allow_nan=False)


def write_forms(analyses: Analyses, title: str, out: Path) -> None:
    """Write ``meta.csv``, ``meta.md``, ``meta.html`` and their pictures."""
    write_tables([Table("meta", csv_rows(analyses))], out)
    document = Document(title, (), _answers(analyses), tuple(_blocks(analyses)))
    write_document(document, "meta", out)


def _answers(analyses: Analyses) -> tuple[str, ...]:
    """The finding of each table; of a study behind the name of the problem."""
    return tuple(
        (f"{name.upper()}: " if name else "") + analysis.finding.sentence
        for name, analysis in analyses.items()
    )


def csv_rows(analyses: Analyses) -> list[Row]:
    """The rows of meta.csv; those of a study have the column ``problem`` as well."""
    rows: list[Row] = []
    for name, analysis in analyses.items():
        problem: Row = {"problem": name} if name else {}
        rows += [problem | _row(analysis, prediction) for prediction in analysis.predictions]
    return rows


def _row(analysis: PairAnalysis, prediction: Prediction) -> Row:
    beside = {name: analysis.of(prediction.design, name) for name in BASELINES}
    accuracies = {
        f"{name}_accuracy": row.scores.accuracy for name, row in beside.items() if row is not None
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
    return {
        "source": table.source,
        "verdict": analysis.finding.verdict,
        "finding": analysis.finding.sentence,
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
        "scores": csv_rows({"": analysis}),
    }


def _estimate(estimate: MeanEstimate | None) -> dict[str, float] | None:
    return None if estimate is None else vars(estimate)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _title(analysis: PairAnalysis) -> str:
    table = analysis.table
    return (
        f"{table.source}: {counted(table.n_pairs, 'pair')} of {_n_tasks(table.main):,} main and "
        f"{counted(_n_tasks(table.aux), 'auxiliary task')}, "
        f"{counted(table.gains.shape[1], 'run')}, "
        f"{counted(len(table.features), 'feature')}; {table.labels.mean():.0%} gain."
    )


def _n_tasks(tasks: Any) -> int:
    return len(set(tasks.tolist()))


def _notes(analysis: PairAnalysis) -> list[str]:
    table, predicted = analysis.table, analysis.predicted
    notes = list(table.notes)
    if predicted is not None and predicted.n_pairs < table.n_pairs:
        notes.append(
            f"Predictions are of {counted(predicted.n_pairs, 'pair')}, those among tasks drawn at "
            f"random; the mean gain and the reliability are of all {table.n_pairs:,}."
        )
    return notes


def _gain_sentences(analysis: PairAnalysis) -> list[str]:
    these, new = analysis.gain.these_tasks, analysis.gain.new_tasks
    if new is None:
        return ["The mean gain has no interval: it needs two main and two auxiliary tasks."]
    said = f"Mean gain {signed(new.mean, 4)}; for new tasks {_between(new)}"
    if these is not None:
        said += f", for these tasks {_between(these)}"
    return [f"{said} (95 % intervals)."]


def _between(estimate: MeanEstimate) -> str:
    return f"{signed(estimate.low, 4)} to {signed(estimate.high, 4)}"


def _design_lines(analysis: PairAnalysis) -> list[tuple[str, ...]]:
    lines = []
    for design in analysis.designs:
        every = [analysis.of(design, name) for name in BASELINES]
        names = [text(row.scores.accuracy) for row in every if row is not None]
        row = analysis.of(design, "all")
        n_pairs = next(r.n_pairs for r in analysis.predictions if r.design == design)
        cells = ("–",) * 4
        if row is not None:
            interval = "–" if math.isnan(row.low) else f"{text(row.low, 2)} to {text(row.high, 2)}"
            cells = (text(row.scores.accuracy), interval, text(row.p), text(row.p_holm))
        lines.append((_UNSEEN[design], f"{n_pairs:,}", *cells, *names))
    return lines


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


def _blocks(analyses: Analyses) -> list[Block]:
    blocks: list[Block] = []
    for name, analysis in analyses.items():
        blocks += [Heading(2, analysis.table.source), Paragraph(_title(analysis))]
        if analysis.predictions:
            picture = Drawing(_picture(analysis), _CAPTION, f"meta_{name}" if name else "meta")
            blocks += [picture, *_tables(analysis)]
        blocks += [
            Heading(3, "The mean gain, and how much of a label is chance"),
            Items((*_gain_sentences(analysis), analysis.reliability)),
        ]
        if notes := _notes(analysis):
            blocks += [Heading(3, "How the table was read"), Items(tuple(notes))]
    return blocks


def _tables(analysis: PairAnalysis) -> list[Block]:
    blocks: list[Block] = [
        Heading(3, "Features against names"),
        Grid(_DESIGN_HEAD, tuple(_design_lines(analysis))),
        Paragraph(_DESIGNS_NOTE),
        Heading(3, "Every score"),
        Grid(
            (
                *("unseen in training", "predictor", "accuracy", "F1", "AUC", "Brier", "log loss"),
                *("rank correlation", "p", "p (Holm)"),
            ),
            tuple(
                (
                    _UNSEEN[row.design],
                    NAME_WORDS.get(row.features, row.features),
                    *(text(getattr(row.scores, name)) for name in _SCORES),
                    text(row.p),
                    text(row.p_holm),
                )
                for row in analysis.predictions
                if row.kind != "feature"
            ),
            n_labels=2,
        ),
        Paragraph(_SCORES_NOTE),
    ]
    if not analysis.table.features:
        return blocks
    return [
        *blocks,
        Heading(3, "Each feature by itself"),
        Grid(
            ("feature", *(DESIGN_WORDS[design] for design in analysis.designs)),
            tuple(_feature_lines(analysis)),
        ),
        Paragraph(_FEATURES_NOTE),
    ]


def _feature_lines(analysis: PairAnalysis) -> Sequence[tuple[str, ...]]:
    """The features by their smallest p in any design, at most `_MOST_FEATURES`."""
    rows: dict[str, list[Prediction]] = {}
    for row in analysis.predictions:
        if row.kind == "feature":
            rows.setdefault(row.features, []).append(row)
    ordered = sorted(rows.items(), key=lambda item: min(row.p for row in item[1]))
    return [
        (name, *(f"{text(row.scores.accuracy)} ({text(row.p_holm, 2)})" for row in each))
        for name, each in ordered[:_MOST_FEATURES]
    ]
