"""The report, in order: finding, numbers, what reproduces, details, every pair, how to repeat it.

What it says of the study is made from the records that the tables are written from.
"""

import math
from collections.abc import Sequence

from minimtl.report import (
    FIGURES_NOTE,
    Block,
    Code,
    Document,
    Errata,
    Figure,
    Grid,
    Heading,
    Items,
    Marked,
    OnPage,
    Paragraph,
    Sections,
    compared,
)
from minimtl.study.report.background import About, glossary, what_it_is
from minimtl.study.report.claims import claims, claims_in_detail
from minimtl.study.report.coefficients import coefficients
from minimtl.study.report.figures import CAPTIONS
from minimtl.study.report.meangain import mean_gains
from minimtl.study.report.pages import gains_picture, linked, pair_list
from minimtl.study.report.pairs import PairView
from minimtl.study.report.predictability import predictability
from minimtl.study.report.problemresult import ProblemResult
from minimtl.study.report.scope import filled, warnings_of
from minimtl.study.report.studyfinding import evidence, finding
from minimtl.tasks import ERRATA, MEAN_GAIN_PRINTED, Protocol

TITLE = "When does multi-task learning help?"
# How near a number must come to the published one to count as reproduced.
SCORE_MARGIN = 0.015
SHARE_MARGIN = 0.1


def report_document(
    results: Sequence[ProblemResult],
    pairs: Sequence[PairView],
    protocol: Protocol,
    about: About,
    figures: Sequence[str],
) -> Document:
    """The report; ``figures`` are the names of those that were drawn, without suffix."""
    answer = finding(results).removeprefix(f"{TITLE} ")
    pictures: list[Block] = [Figure(name, CAPTIONS[name]) for name in sorted(figures)]
    return Document(
        TITLE,
        warnings_of([result.scope for result in results], about.edition),
        (linked(answer),),
        (
            OnPage(tuple(gains_picture(pairs, protocol))),
            Items(tuple(evidence(results))),
            Sections(),
            Heading(2, "What this study is"),
            what_it_is(about, protocol, {result.name: result.scope for result in results}),
            *_table1(results),
            *claims(results),
            *claims_in_detail(results),
            *mean_gains(results),
            *predictability(results),
            *(part for result in results for part in coefficients(result)),
            Heading(2, "Figures"),
            *(pictures or [Paragraph(FIGURES_NOTE)]),
            OnPage(tuple(pair_list(pairs, protocol))),
            Heading(2, "Glossary"),
            glossary(),
            *_provenance(about, protocol),
        ),
    )


def _table1(results: Sequence[ProblemResult]) -> list[Block]:
    lines = []
    for result in results:
        scores, published = result.scores, result.scores.published
        printed = MEAN_GAIN_PRINTED.get(result.problem, math.nan)
        for name, ours, theirs, margin in (
            ("single-task", scores.single, published.single, SCORE_MARGIN),
            ("multi-task", scores.multi, published.multi, SCORE_MARGIN),
            ("share of pairs improved", scores.improved, published.improved, SHARE_MARGIN),
            ("mean relative gain", scores.relative_gain, printed, SCORE_MARGIN),
        ):
            cells = compared(ours, theirs, margin, judged=result.scope.judges)
            lines.append((result.name, name, *cells))
    header = ("problem", "", "here", "published", "difference", "reproduces")
    scopes = [result.scope for result in results]
    grid = filled(Grid(header, tuple(lines), n_labels=2), scopes)
    title = Heading(2, "Table 1: single-task and multi-task")
    if not any(scope.compares for scope in scopes):
        return [title, grid]
    if not any(scope.judges for scope in scopes):
        return [title, grid, Errata(ERRATA["table1"])]
    margins = (
        f"A score or the mean relative gain reproduces if it is within {SCORE_MARGIN} of the "
        f"published one, a share if it is within {SHARE_MARGIN}."
    )
    return [
        Heading(2, "What reproduces"),
        Heading(3, title.text),
        grid,
        Paragraph(margins),
        Errata(ERRATA["table1"]),
    ]


def _provenance(about: About, protocol: Protocol) -> list[Block]:
    """What the data was and how to make the numbers again."""
    data = (
        f"{about.corpus}: {about.n_train:,} training and {about.n_test:,} test posts, from "
        f"{about.source} (SHA-256 ",
        Marked(about.sha256, "code"),
        "). Scores of different corpora and editions do not compare.",
    )
    made = (
        f"minimtl {about.version}, protocol ",
        Marked(protocol.name, "code"),
        f", seed {about.seed}:",
    )
    return [
        Heading(2, "What the data was"),
        Paragraph(data),
        Heading(2, "How to run it again"),
        Paragraph(made),
        Code(about.command),
        *_mixture(about.trained_by),
    ]


def _mixture(trained_by: Sequence[str]) -> list[Block]:
    """A warning where models come from several kinds of processors."""
    if len(trained_by) < 2:
        return []
    return [
        Paragraph(
            f"The models were trained on {len(trained_by)} kinds of processors "
            f"({'; '.join(trained_by)}), which round differently: the last digits of some numbers "
            "may differ from those of a study that one kind trained."
        )
    ]
