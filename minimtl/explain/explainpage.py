"""explain.html and explain.ipynb: the same stations on a page and in a notebook.

The page needs no network, and no script to be read. The notebook computes all values anew when it
is run, with NumPy alone, on a smaller study; nbformat writes it, an extra.
"""

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import minimtl
from minimtl.errors import MinimtlError
from minimtl.explain import networkstations, pairstations
from minimtl.explain.lesson import (
    Lesson,
    Station,
    Visit,
    chapters,
    find_pair,
    paragraphs,
    stations,
)
from minimtl.report.blocks import (
    Beside,
    Block,
    Code,
    Document,
    Embedded,
    Folded,
    Heading,
    Link,
    Paragraph,
    Sections,
)
from minimtl.report.htmlpage import to_html
from minimtl.report.markup import Markup, element
from minimtl.tasks.plan import make_problems
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS

_SCRIPTS = re.compile(r"([_^])(?:\{(.+?)\}|([A-Za-z0-9]+))")

_FUNCTIONS: tuple[Callable[[Visit, Lesson], None], ...] = (
    *(networkstations.text, networkstations.tokens, networkstations.counts),
    *(networkstations.tfidf, networkstations.first_layer, networkstations.dropout),
    *(networkstations.loss, networkstations.gradients, networkstations.adam),
    *(networkstations.deferred, pairstations.curve, pairstations.features),
    *(pairstations.divergence, pairstations.newton, pairstations.folds, pairstations.table2),
)
_FILL = {function.__name__.replace("_", "-"): function for function in _FUNCTIONS}


def visit(key: str, lesson: Lesson) -> Visit:
    """The station of this key; AssertionError if two values disagree, so that a notebook stops."""
    station = next(station for station in stations() if station.key == key)
    visited = _visit(station, lesson)
    for compared in visited.comparisons:
        assert compared.agrees, f"{compared.name} differs by {compared.difference:.1e}"
    return visited


def visit_all(lesson: Lesson, announce: Callable[[str], None]) -> list[Visit]:
    """Every station with its values; one line before each."""
    visits = []
    for place, station in enumerate(stations(), start=1):
        announce(f"{place} of {len(stations())}: {station.title}")
        visits.append(_visit(station, lesson))
    return visits


def _visit(station: Station, lesson: Lesson) -> Visit:
    here = Visit(station)
    _FILL[station.key](here, lesson)
    return here


def disagreements(visits: Iterable[Visit]) -> list[str]:
    """The names of what was computed twice and differs."""
    comparisons = (c for one in visits for c in one.comparisons)
    return [c.name for c in comparisons if not c.agrees]


def source_uri(path: str) -> str:
    """The file of this installation at `path` within the package."""
    return (Path(minimtl.__file__).parent / path).as_uri()


def explain_page(
    lesson: Lesson,
    visits: Sequence[Visit],
    link: Callable[[str], str] = source_uri,
) -> str:
    """The whole page; `link` makes an address of a file's path within the package."""
    start, problem = chapters()[0], lesson.problem
    comparisons = [c for one in visits for c in one.comparisons]
    apart = disagreements(visits)
    agreement = f"All {len(comparisons)} comparisons agree within what the arithmetic allows."
    if apart:
        agreement = f"{len(apart)} of {len(comparisons)} comparisons disagree: {'; '.join(apart)}."
    roles = ("main_positive", "main_negative", "aux_positive", "aux_negative")
    topics = (topic for task in lesson.pair for topic in task)
    numbers: dict[str, str | float] = {
        **dict(zip(roles, topics, strict=True)),
        **dict(zip(("ours", "twin"), lesson.steps.by, strict=True)),
        "agreement": agreement,
        "pairs": len(problem.pairs),
        "runs": f"{problem.n_runs} run{'s' if problem.n_runs > 1 else ''}",
        "version": minimtl.__version__,
        "protocol": lesson.protocol.name,
        "seed": lesson.study.seed,
    }
    lead, *about = paragraphs("\n\n".join(start.body), numbers)
    blocks: list[Block] = [*map(Paragraph, about), Sections()]
    for place, one in enumerate(visits, start=1):
        blocks += _on_page(place, one, link)
    document = Document(
        start.title,
        warnings=(agreement,) if apart else (),
        answer=(lead,),
        blocks=tuple(blocks),
        footer=paragraphs(start.parts["Footer"], numbers)[0],
        script=_own("walk.js"),
        style=_own("walk.css"),
    )
    return to_html(document)


def _own(name: str) -> str:
    return (files("minimtl.explain") / name).read_text(encoding="utf-8")


def _on_page(place: int, one: Visit, link: Callable[[str], str]) -> list[Block]:
    station = one.station
    formulas = [Embedded(_formula(text), text) for text in station.formulas]
    where = Paragraph(f"docs/mathematics.md, section {station.section}", "note")
    code = [block for name in station.code for block in _quoted(name, link)]
    if station.further:
        names = ", ".join(name.partition("::")[2] for name in station.further)
        further = tuple(block for name in station.further for block in _quoted(name, link))
        code.append(Folded(f"Further lines: {names}", further))
    question, answer = one.question
    return [
        Heading(2, f"{place}. {station.title}"),
        *map(Paragraph, station.prose),
        Beside(((Heading(3, "Formula"), *formulas, where), (Heading(3, "Code"), *code))),
        Heading(3, "Values of this run"),
        one.compared,
        *one.pictures,
        Folded(question, (Paragraph(answer),)),
    ]


class Excerpt(NamedTuple):
    """A definition without its docstring: where it stands in the package, and its lines."""

    path: str
    line: int
    text: str


@cache
def _module(path: str) -> tuple[list[str], ast.Module]:
    text = files("minimtl").joinpath(path).read_text(encoding="utf-8")
    return text.splitlines(), ast.parse(text)


def excerpt(place: str) -> Excerpt:
    """The definition at `place`, such as ``nn/adam.py::Adam.update``, from the file as it is now.

    The file is read, not imported, so that kernels can be shown where Numba is missing. LookupError
    is raised if it has no such definition.
    """
    path, _, name = place.partition("::")
    lines, tree = _module(path)
    node: Any = tree
    for part in name.split("."):
        node = next((child for child in node.body if getattr(child, "name", "") == part), None)
        if node is None:
            raise LookupError(f"minimtl/{place} is not there; `minimtl explain` shows it")

    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    shown = lines[first - 1 : node.end_lineno]
    if ast.get_docstring(node) is not None:
        docstring = node.body[0]
        del shown[docstring.lineno - first : docstring.end_lineno - first + 1]
    indent = len(shown[0]) - len(shown[0].lstrip())
    return Excerpt(path, first, "\n".join(line[indent:] for line in shown))


def _quoted(place: str, link: Callable[[str], str]) -> tuple[Block, Block]:
    found = excerpt(place)
    name = f"minimtl/{found.path}:{found.line}"
    return Paragraph(Link(name, f"{link(found.path)}#L-{found.line}"), "note"), Code(found.text)


def _formula(text: str) -> Markup:
    """A formula of the page of mathematics, its scripts set below and above the line."""
    parts, end = [], 0
    for match in _SCRIPTS.finditer(text):
        tag = "sub" if match[1] == "_" else "sup"
        parts += [text[end : match.start()], element(tag, match[2] or match[3])]
        end = match.end()
    return element("p", *parts, text[end:], class_="formula")


def explain_notebook(topics: Sequence[str] | None) -> str:
    """The notebook as JSON, without outputs; `topics` are the pair's four, None for the default.

    UsageError is raised if they are no pair of the study, MinimtlError where nbformat is missing.
    """
    find_pair(topics, make_problems("related", PAPER, NEWSGROUPS)[0])
    try:
        import nbformat
        from nbformat import v4
    except ImportError:
        note = "explain.ipynb needs nbformat: pip install 'minimtl[notebook]'"
        raise MinimtlError(note) from None

    start = chapters()[0]
    about = f"# {start.title}\n\n{start.parts['In a notebook']}"
    setup = _code_of(start.parts["To run"]).format(pair=topics)
    cells = [v4.new_markdown_cell(about), v4.new_code_cell(setup)]
    for place, station in enumerate(stations(), start=1):
        cells += [
            v4.new_markdown_cell(_as_markdown(place, station)),
            v4.new_code_cell(f'here = visit("{station.key}", lesson)\nhere'),
        ]
        if to_run := station.parts.get("To run"):
            cells.append(v4.new_code_cell(_code_of(to_run)))
        hidden = {"jupyter": {"source_hidden": True, "outputs_hidden": True}, "tags": ["answer"]}
        cells += [
            v4.new_markdown_cell(f"**Question.** {list(station.parts)[-1]}"),
            v4.new_code_cell("print(here.question[1])", metadata=hidden),
        ]

    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # else they are random, and no two notebooks the same
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    text: str = nbformat.writes(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}))
    return text + "\n"


def _as_markdown(place: int, station: Station) -> str:
    formulas, prose = "\n".join(station.formulas), "\n\n".join(station.prose)
    code = "\n\n".join(
        f"`minimtl/{found.path}:{found.line}`\n\n```python\n{found.text}\n```"
        for found in map(excerpt, station.code)
    )
    return (
        f"## {place}. {station.title}\n\n{prose}\n\n```text\n{formulas}\n```\n\n"
        f"These are formulas of docs/mathematics.md, section {station.section}. The lines that "
        f"compute them:\n\n{code}"
    )


def _code_of(text: str) -> str:
    return text.removeprefix("```python\n").removesuffix("\n```")
