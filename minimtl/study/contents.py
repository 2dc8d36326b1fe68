"""The report: answer, Table 1, gains, curves, what decides, prediction, claims; then an appendix.

What it says of the study is made from the records that the tables are written from.
"""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from minimtl.gains.claims import FAILS, HOLDS, MeasuredClaim
from minimtl.gains.metamodel import Prediction
from minimtl.report.blocks import (
    Beside,
    Block,
    Code,
    Document,
    Figure,
    Folded,
    Grid,
    Heading,
    Inline,
    Items,
    Link,
    Marked,
    Paragraph,
    Terms,
)
from minimtl.report.figurefile import FIGURES_NOTE
from minimtl.report.wording import SCORE_NAMES, text
from minimtl.study.answer import (
    NEW_PROBLEM,
    SCORE_MARGIN,
    SHARE_MARGIN,
    answer,
    gains_table,
    predicts,
    table1,
)
from minimtl.study.figures import CAPTIONS, FIGURE4, gains_picture
from minimtl.study.problemresult import ProblemResult, warnings_of
from minimtl.tasks.printedtables import ERRATA

_OPEN = "Claims that stay open"
_TITLES = ("Hold", "Do not hold", "Hold in part", _OPEN)
FOLDS = "in_fold"
FEWEST = 10  # pairs
TITLE = "When does multi-task learning help?"
PAPER_TITLE = (
    "Emma Kerinec, Chloé Braud and Anders Søgaard: “When does deep multi-task learning work for "
    "loosely related document classification tasks?”, BlackboxNLP workshop at EMNLP 2018, "
)
ANTHOLOGY = Link("ACL Anthology W18-5401", "https://aclanthology.org/W18-5401/")
# Measured by `minimtl multiverse`, five runs, seed 0, and published in docs/multiverse.md.
DOCUMENTS_EFFECT = "+0.0081 (95 % interval for new tasks +0.0004 to +0.0159)"
_TERMS = (
    ("task", "Telling the posts of two topics apart, for example hockey from motorcycles."),
    ("pair", "A main task, whose score counts, and an auxiliary task that is trained with it."),
    ("gain", "The main task's score when trained jointly, less its score when trained alone."),
    ("RELATED", "Pairs whose four topics belong to one top-level class, such as rec."),
    (
        "UNRELATED",
        "Pairs in which the two topics of a task may be of different top-level classes; the "
        "RELATED ones are among them.",
    ),
    ("these tasks", "The same tasks trained again, on other draws of documents and weights."),
    ("new tasks", "Other main and auxiliary tasks, of other topics."),
    ("95 % interval", "If it contains 0, the sign of the gain is not decided."),
)
_FILES = (
    ("table1.csv", "scores and gains with both intervals"),
    ("table2.csv", "predictions of which pairs gain, by set of features and design"),
    ("table3a.csv, table3b.csv", "the weight of each feature"),
    ("claims.csv", "each claim with its statistic, intervals and verdicts"),
    ("blocks.csv, pairs.csv", "gains of groups of pairs and of each pair"),
    ("scores.csv, features.csv", "every pair in every run"),
    ("labels.csv, calibration.csv, sizes.csv, single_features.csv", "more on the predictions"),
)


def claims(results: Sequence[ProblemResult]) -> list[Block]:
    """Each sentence of the paper once; nothing where no problem can tell."""
    judged = [result for result in results if result.scope.judges]
    if not judged:
        return []

    groups: dict[str, list[Inline]] = {title: [] for title in _TITLES}
    sentences = dict.fromkeys(one.claim.sentence for result in judged for one in result.claims)
    for sentence in sentences:
        verdicts = {
            f"{result.name} {result.protocol.meaning}": verdict
            for result in judged
            if (verdict := _verdict(sentence, result.claims))
        }
        if not verdicts:
            continue
        held = [place for place, verdict in verdicts.items() if verdict == HOLDS]
        failed = [place for place, verdict in verdicts.items() if verdict == FAILS]
        title = _TITLES[2 if held and failed else 0 if held else 1 if failed else 3]
        groups[title].append(_line(sentence, held, failed))

    blocks: list[Block] = [Heading(2, "What the paper claims")]
    for title, lines in groups.items():
        if title == _OPEN and lines:
            blocks.append(Folded(title, (Items(tuple(lines)),)))
        elif lines:
            blocks += [Heading(3, title), Items(tuple(lines))]
    note = (
        "Each claim is measured for these tasks. It holds if it is true of every value in its 95 % "
        "interval. Statistics, intervals and verdicts on new tasks are in claims.csv."
    )
    return [*blocks, Paragraph(note, "note")]


def _verdict(sentence: str, measured: Sequence[MeasuredClaim]) -> str:
    """A claim's verdict for these tasks: one measure that fails outweighs those that hold."""
    verdicts = [
        one.claim.verdict(one.estimate.these_tasks)
        for one in measured
        if one.claim.sentence == sentence
    ]
    found = list(filter(None, verdicts))  # a measure that only informs has none
    if FAILS in found:
        return FAILS
    return HOLDS if found and set(found) == {HOLDS} else next(iter(found), "")


def _line(sentence: str, held: Sequence[str], failed: Sequence[str]) -> Inline:
    pieces: list[str | Marked] = [f"“{sentence}”"]
    for sign, places in (
        (Marked("holds on", "good"), held),
        (Marked("does not hold on", "bad"), failed),
    ):
        if places:
            pieces += [": " if len(pieces) == 1 else "; ", sign, f" {', '.join(places)}"]
    return tuple(pieces)


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


def report_document(
    results: Sequence[ProblemResult], manifest: Mapping[str, Any], figures: Sequence[str]
) -> Document:
    """The report of the study that `manifest` is of.

    ``figures`` are the names of those that were drawn, without suffix.
    """
    curves: list[Block] = [
        Figure(name, CAPTIONS[name]) for name in figures if name in FIGURE4.values()
    ]
    last = [tuple(part) for part in (predictability(results), claims(results)) if part]
    return Document(
        TITLE,
        warnings_of([result.scope for result in results]),
        answer(results),
        (
            Beside((_table1(results), _for_whom(results))),
            Heading(2, "The gain of each pair"),
            *gains_picture(results),
            Paragraph("Each pair's gain is in pairs.csv, with its interval over the runs.", "note"),
            Heading(2, "Figure 4, again"),
            *(curves or [Paragraph(FIGURES_NOTE)]),
            *([Beside(tuple(last))] if last else []),
            *_appendix(results, manifest, figures),
        ),
    )


def why_they_differ(results: Sequence[ProblemResult]) -> Paragraph | None:
    """Why two protocols give different gains, in two sentences; None of one protocol."""
    protocols = {result.protocol.name: result.protocol for result in results}
    if len(protocols) < 2:
        return None
    draws = ", ".join(
        f"{protocol.sampling.train_per_class} of each class {protocol.meaning}"
        if protocol.sampling.train_per_class
        else f"{protocol.sampling.train_per_task} in all {protocol.meaning}"
        for protocol in protocols.values()
    )
    sentence = f"The two differ above all in a task's training documents: {draws}."
    if not all(result.scope.compares for result in results):
        return Paragraph(sentence)
    return Paragraph(
        (
            f"{sentence} Fewer documents alone raise the gain on RELATED by {DOCUMENTS_EFFECT}, "
            "as ",
            Marked("minimtl multiverse", "code"),
            " measured (docs/multiverse.md).",
        )
    )


def _table1(results: Sequence[ProblemResult]) -> tuple[Block, ...]:
    readings = {
        f"{SCORE_NAMES[result.protocol.reading.score]} after epoch "
        f"{result.protocol.reading.read_at + 1} {result.protocol.meaning}": None
        for result in results
    }
    note = f"Scores are {', '.join(readings)}."
    if any(result.scope.compares and result.scope.is_whole for result in results):
        note += (
            f" A mark means that the published number comes out again: a score within "
            f"{SCORE_MARGIN}, a share within {SHARE_MARGIN}."
        )
    return Heading(2, "Table 1, again"), table1(results), Paragraph(note, "note")


def _for_whom(results: Sequence[ProblemResult]) -> tuple[Block, ...]:
    """The intervals of the mean gain, and why the protocols differ."""
    note = (
        "95 % intervals: for these tasks trained again on other draws, and for new tasks of other "
        "topics."
    )
    blocks: list[Block] = [
        Heading(2, "Does joint training help, and where?"),
        gains_table(results),
        Paragraph(note, "note"),
    ]
    if reason := why_they_differ(results):
        blocks += [Heading(2, "What decides"), reason]
    return tuple(blocks)


def _appendix(
    results: Sequence[ProblemResult], manifest: Mapping[str, Any], figures: Sequence[str]
) -> list[Block]:
    others = [Figure(name, CAPTIONS[name]) for name in figures if name not in FIGURE4.values()]
    errata = [sentence for sentences in ERRATA.values() for sentence in sentences]
    files = tuple((Marked(names, "code"), f": {words}") for names, words in _FILES)
    blocks: list[Block] = [
        Heading(2, "Appendix"),
        Folded("What the words mean", (Terms(_TERMS),)),
        Folded("The study, and how to run it again", _study(results, manifest)),
        Folded("All other numbers", (Items(files),)),
    ]
    if others:
        blocks.insert(2, Folded("Figure 5: relative gains of the RELATED pairs", tuple(others)))
    if any(result.scope.compares for result in results):
        blocks.append(
            Folded("What is known to be wrong in the published tables", (Items(tuple(errata)),))
        )
    return blocks


def _study(results: Sequence[ProblemResult], manifest: Mapping[str, Any]) -> tuple[Block, ...]:
    """Question, paper, data, method and command."""
    corpus, trained_by = manifest["corpus"], manifest.get("trained_by", ())
    name = "20 Newsgroups, " if results[0].scope.compares else ""
    command = shlex.join(["minimtl", *manifest["command"]])
    extents = tuple(
        f"{result.name} {result.protocol.meaning}: {result.scope.extent}." for result in results
    )
    lines: list[Block] = [
        Paragraph(
            "The question: does a neural network that learns a main task together with an "
            "auxiliary task do better than alone, and can that be predicted?"
        ),
        Paragraph(("The paper: ", PAPER_TITLE, ANTHOLOGY, ".")),
        Paragraph(
            (
                f"The data: {name}the {corpus['edition']} edition, {corpus['train']:,} training "
                f"and {corpus['test']:,} test posts, from {corpus['source']} (SHA-256 ",
                Marked(corpus["sha256"], "code"),
                ").",
            )
        ),
        Items(extents),
    ]
    if results[0].protocol.reading.features == "text":
        lines.append(
            Paragraph(
                "The features are those that the paper's text describes; the published Tables 2 "
                "and 3 use those of the authors' code."
            )
        )
    seed = manifest["identity"]["seed"]
    lines += [Paragraph(f"minimtl {manifest['minimtl']}, seed {seed}:"), Code(command)]
    if len(trained_by) > 1:
        lines.append(
            Paragraph(
                f"The models were trained on {len(trained_by)} kinds of processors "
                f"({'; '.join(trained_by)}), which round differently: the last digits of "
                "some numbers may differ from those of a study that one kind trained."
            )
        )
    return tuple(lines)
