"""Whether gains can be predicted: a table of five rows."""

from collections.abc import Sequence

from minimtl.gains import Prediction
from minimtl.report import Block, Grid, Heading, Inline, Marked, Paragraph, text
from minimtl.study.report.answer import NEW_PROBLEM, predicts
from minimtl.study.report.problemresult import ProblemResult

FOLDS = "in_fold"
FEWEST = 10  # pairs


def predictability(results: Sequence[ProblemResult]) -> list[Block]:
    """Accuracies on the paper's folds and on a new problem, a column a problem and protocol.

    Nothing of fewer pairs than `minimtl meta` asks for.
    """
    results = [result for result in results if len(result.pairs) >= FEWEST]
    if not results:
        return []
    columns = [_accuracies(result) for result in results]
    protocols = [result.protocol.meaning.removeprefix("by the ") for result in results]
    header = ("", *(f"{r.name}, {name}" for r, name in zip(results, protocols, strict=True)))
    lines = tuple((name, *(column[name] for column in columns)) for name in columns[0])
    note = (
        "Share of pairs for which gain or no gain is predicted correctly. The paper's random folds "
        "have each main task in both training and test; for a new problem no topic's subclass was "
        "in training. A model that knows only the main task's name shows how much the random folds "
        "give away. All sets of features and designs, with intervals, F1, Brier scores and "
        "p-values, are in table2.csv; the features one by one are in table3a.csv, table3b.csv and "
        "single_features.csv."
    )
    return [
        Heading(2, "Can it be predicted?"),
        Grid(header, lines),
        Paragraph(note, "note"),
    ]


def _accuracies(result: ProblemResult) -> dict[str, Inline]:
    of_sets = result.predictions(NEW_PROBLEM).values()
    best = max(of_sets, key=lambda row: row.scores.accuracy, default=None)
    best_cell: Inline = text(float("nan"))
    if best is not None:
        shown = text(best.scores.accuracy)
        is_found = result.scope.concludes and predicts(best, result)
        best_cell = Marked(shown, "good") if is_found else shown
    return {
        "random folds: all 30 features": _accuracy(result.analysis.of(FOLDS, "all")),
        "random folds: the main task's name": _accuracy(result.analysis.of(FOLDS, "main_name")),
        "new problem: all 30 features": _accuracy(result.analysis.of(NEW_PROBLEM, "all")),
        "new problem: the best set of features": best_cell,
        "new problem: the commoner answer": _accuracy(result.analysis.of(NEW_PROBLEM, "majority")),
    }


def _accuracy(row: Prediction | None) -> str:
    return text(row.scores.accuracy if row else float("nan"))
