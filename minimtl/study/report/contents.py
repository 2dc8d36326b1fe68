"""The report, in order: finding, numbers, what reproduces, details, every pair, how to repeat it.

What it says of the study is made from the tables alone, so that it cannot say what they do not.
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
    Row,
    Sections,
    Table,
    compared,
    number,
    problem_of,
)
from minimtl.study.report.background import About, glossary, what_it_is
from minimtl.study.report.claims import claims, claims_in_detail
from minimtl.study.report.coefficients import coefficients
from minimtl.study.report.figures import CAPTIONS
from minimtl.study.report.finding import evidence, finding
from minimtl.study.report.meangain import mean_gains
from minimtl.study.report.pages import gains_picture, linked, pair_list
from minimtl.study.report.pairs import PairView
from minimtl.study.report.prediction import predictions
from minimtl.study.report.scope import Scope, filled, scopes_of, warnings_of
from minimtl.tasks import ERRATA, MEAN_GAIN_PRINTED, Protocol

TITLE = "When does multi-task learning help?"
# How near a number must come to the published one to count as reproduced.
SCORE_MARGIN = 0.015
SHARE_MARGIN = 0.1


def report_document(
    tables: Sequence[Table],
    pairs: Sequence[PairView],
    protocol: Protocol,
    about: About,
    figures: Sequence[str],
) -> Document:
    """The report; ``figures`` are the names of those that were drawn, without suffix."""
    rows = {table.name: table.rows for table in tables}
    table1, table2 = rows["table1"], rows["table2"]
    scopes = scopes_of(table1, protocol, about.edition, about.hierarchy)
    answer = finding(table1, table2, scopes, protocol).removeprefix(f"{TITLE} ")
    pictures: list[Block] = [Figure(name, CAPTIONS[name]) for name in sorted(figures)]
    return Document(
        TITLE,
        warnings_of(scopes, about.edition),
        (linked(answer),),
        (
            OnPage(tuple(gains_picture(pairs, protocol))),
            Items(tuple(evidence(table1, table2, scopes, protocol))),
            Sections(),
            Heading(2, "What this study is"),
            what_it_is(about, protocol, scopes),
            *_table1(table1, scopes),
            *claims(rows, scopes),
            *claims_in_detail(rows["claims"], scopes),
            *mean_gains(table1, rows["blocks"], rows["pairs"]),
            *predictions(
                table2, rows["calibration"], rows["single_features"], rows["sizes"], scopes
            ),
            *(
                part
                for name in rows
                if name.startswith("table3")
                for part in coefficients(name, rows, scopes)
            ),
            Heading(2, "Figures"),
            *(pictures or [Paragraph(FIGURES_NOTE)]),
            OnPage(tuple(pair_list(pairs, protocol))),
            Heading(2, "Glossary"),
            glossary(),
            *_provenance(about, protocol),
        ),
    )


def _table1(rows: Sequence[Row], scopes: dict[str, Scope]) -> list[Block]:
    lines = []
    for row in rows:
        printed = MEAN_GAIN_PRINTED.get(str(row["problem"]), math.nan)
        judged = scopes[problem_of(row)].judges
        for name, ours, theirs, margin in (
            ("single-task", number(row, "single"), number(row, "published_single"), SCORE_MARGIN),
            ("multi-task", number(row, "multi"), number(row, "published_multi"), SCORE_MARGIN),
            (
                "share of pairs improved",
                number(row, "improved"),
                number(row, "published_improved"),
                SHARE_MARGIN,
            ),
            ("mean relative gain", number(row, "relative_gain"), printed, SCORE_MARGIN),
        ):
            lines.append((problem_of(row), name, *compared(ours, theirs, margin, judged=judged)))
    header = ("problem", "", "here", "published", "difference", "reproduces")
    grid = filled(Grid(header, tuple(lines), n_labels=2), scopes.values())
    title = Heading(2, "Table 1: single-task and multi-task")
    if not any(scope.compares for scope in scopes.values()):
        return [title, grid]
    if not any(scope.judges for scope in scopes.values()):
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
