"""The study's own documents: report.md and report.html, from its tables, pairs and figures."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from minimtl.report import (
    SCORE_NAMES,
    TALL,
    WIDE,
    Block,
    Document,
    Heading,
    block_environment,
    data_uri,
    document_markdown,
    sha256_of,
    template_file,
    term_anchor,
)
from minimtl.study.report.background import MEANINGS as TERMS
from minimtl.study.report.background import About
from minimtl.study.report.contents import TITLE, contents
from minimtl.study.report.pairs import PairView, draw_gains, meanings
from minimtl.study.report.problemresult import ProblemResult
from minimtl.study.report.scope import MIN_RUNS
from minimtl.tasks import DEFINITIONS, Protocol

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

PAIRS, SOME_PAIRS = Heading(2, "Every pair"), Heading(2, "Some of the pairs")


def render_markdown(
    results: Sequence[ProblemResult], protocol: Protocol, about: About, figures: Sequence[str]
) -> str:
    """The whole file; ``figures`` are the names of those that were drawn, without suffix."""
    content = contents(results, protocol, about, figures)
    blocks = [content.numbers, *content.results, *content.details, *content.ending]
    return document_markdown(Document(TITLE, content.warnings, (content.answer,), blocks))


def render_page(
    results: Sequence[ProblemResult],
    pairs: Sequence[PairView],
    protocol: Protocol,
    about: About,
    figures: Mapping[str, bytes],
) -> str:
    """The whole page; ``figures`` are the .svg files of those that were drawn, by name."""
    content = contents(results, protocol, about, sorted(figures))
    frame, panels = draw_gains(pairs)
    definitions = DEFINITIONS[protocol.reading.features]
    partial = [panel for panel in panels if panel.n_pairs > len(panel.marks)]
    pairs_heading = SOME_PAIRS if partial else PAIRS
    blocks: list[Block] = [*content.results, *content.details, pairs_heading, *content.ending]
    style, script = template_file("page.css"), template_file("page.js")
    page: str = (
        _environment()
        .get_template("page.html")
        .render(
            title=TITLE,
            content=content,
            sections=[b for b in blocks if isinstance(b, Heading) and b.level == 2],
            pairs_heading=pairs_heading,
            partial=partial,
            pairs=pairs,
            frame=frame,
            panels=panels,
            tall=TALL,
            wide=WIDE,
            several_runs=any(len(pair.runs) > 1 for pair in pairs),
            enough_runs=any(len(pair.runs) >= MIN_RUNS for pair in pairs),
            min_runs=MIN_RUNS,
            problems=[panel.problem for panel in panels],
            score=SCORE_NAMES[protocol.reading.score],
            read_at=protocol.reading.read_at + 1,
            pictures={name: data_uri(svg) for name, svg in figures.items()},
            meanings=meanings(definitions),
            terms=TERMS,
            roles=definitions.roles,
            about=about,
            style=style,
            style_hash=sha256_of(style),
            script=script,
            script_hash=sha256_of(script),
        )
    )
    return page


def _environment() -> "Environment":
    environment = block_environment()
    environment.filters |= {"short": short, "linked": linked}
    return environment


def linked(sentence: str) -> "Markup":
    """A sentence in which the first mention of each problem leads to what it means."""
    from markupsafe import Markup, escape

    seen: set[str] = set()

    def link(mention: re.Match[str]) -> str:
        name = mention[0]
        if name in seen:
            return name
        seen.add(name)
        return (
            f'<a class="term" href="#{term_anchor(name)}" title="{escape(TERMS[name])}">{name}</a>'
        )

    return Markup(re.sub(r"\b(UN)?RELATED\b", link, str(escape(sentence))))


def short(value: float) -> str:
    """A number of any size with four significant digits, or all before the point."""
    digits = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return digits.replace("-", "−")
