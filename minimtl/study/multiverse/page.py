"""multiverse.md and multiverse.html: answer, picture, what each choice changes, all rows."""

from collections.abc import Sequence

from minimtl.report import (
    FIGURES_NOTE,
    NOTHING,
    Block,
    Code,
    Document,
    Figure,
    Grid,
    Heading,
    Paragraph,
    between,
    signed,
    text,
)
from minimtl.study.multiverse.choices import Choice
from minimtl.study.multiverse.effects import ALL, SHARE, Effect
from minimtl.study.multiverse.universefigures import CAPTIONS
from minimtl.study.multiverse.universeresults import (
    UniverseResult,
    new_tasks,
    these_tasks,
    universe_rows,
)

TITLE = "Which choices does the gain depend on?"
_ABOUT = (
    f"“{SHARE}”: the mean change that the choice makes, over all orders in which the choices "
    "between the two protocols can be made (Shapley's rule); the shares add up to the whole "
    f"difference. “{ALL}”: the mean over all universes that differ only in this choice. A "
    "protocol's name: only this choice is changed, everything else is as in that protocol."
)
_INTERVALS = (
    "Effects are differences of gains of the same pairs in the same runs. The interval for these "
    "tasks allows for other runs; the interval for new tasks allows for other runs, main tasks, "
    "auxiliary tasks and topics. p belongs to the second. Neither is adjusted for the number of "
    "effects."
)


def document(
    universes: Sequence[UniverseResult],
    effects: Sequence[Effect],
    choices: Sequence[Choice],
    answer: Sequence[str],
    warnings: Sequence[str],
    figures: Sequence[str],
    made: str,
    command: str,
) -> Document:
    """The page; `figures` are the names of those that were drawn, `command` makes it again."""
    names = [choice.name for choice in choices]
    pictures: list[Block] = [Figure(name, CAPTIONS[name]) for name in figures]
    return Document(
        TITLE,
        tuple(warnings),
        tuple(answer),
        (
            *(pictures or [Paragraph(FIGURES_NOTE)]),
            Heading(2, "What each choice changes"),
            _effects(effects),
            Paragraph(_ABOUT),
            Paragraph(_INTERVALS),
            Heading(2, "Every universe"),
            _universes(universes, names),
            Heading(2, "How to run it again"),
            Paragraph(made),
            Code(command),
        ),
    )


def _effects(effects: Sequence[Effect]) -> Grid:
    header = (
        "problem", "choice", "from", "to", "about", "effect", "these tasks", "new tasks", "p",
    )  # fmt: skip
    lines = tuple(
        (
            effect.problem.upper(),
            effect.comparison.field,
            effect.comparison.before,
            effect.comparison.after,
            effect.comparison.about,
            signed(effect.estimate.value, 4),
            between(*these_tasks(effect.estimate), 4),
            between(*new_tasks(effect.estimate), 4),
            text(effect.estimate.new_tasks.p_value) if effect.estimate.new_tasks else NOTHING,
        )
        for effect in effects
    )
    return Grid(header, lines, n_labels=5)


def _universes(universes: Sequence[UniverseResult], names: Sequence[str]) -> Grid:
    labels = ("problem", "universe", "protocol", "about", *names)
    header = (
        *labels, "single", "multi", "gain", "these tasks", "new tasks", "improved",
        "Brier, block out",
    )  # fmt: skip
    lines = tuple(
        (
            str(row["problem"]).upper(),
            str(row["universe"]),
            str(row["protocol"]),
            str(row["about"]),
            *universe.levels.values(),
            *(text(float(row[name])) for name in ("single", "multi")),
            signed(universe.gain.value, 4),
            between(*these_tasks(universe.gain), 4),
            between(*new_tasks(universe.gain), 4),
            text(float(row["improved"])),
            text(universe.brier("block_out")),
        )
        for universe, row in zip(universes, universe_rows(universes), strict=True)
    )
    return Grid(header, lines, n_labels=len(labels))
