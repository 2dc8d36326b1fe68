"""Everything that a finished multiverse shows: two tables, figures, pages, lines for a terminal."""

from collections.abc import Callable
from pathlib import Path

from minimtl._version import __version__
from minimtl.jobs import Store
from minimtl.report import Table, figures_available, write_document, write_tables
from minimtl.study.multiverse.conduct import Multiverse
from minimtl.study.multiverse.effects import Effect, comparisons, effect_of
from minimtl.study.multiverse.figures import NO_FIGURES, draw_figures
from minimtl.study.multiverse.finding import finding
from minimtl.study.multiverse.page import Provenance, document
from minimtl.study.multiverse.results import collect_universes
from minimtl.study.multiverse.tables import UniverseSummary, effect_rows, summarise, universe_rows
from minimtl.study.report.scope import scope_of, warnings_of
from minimtl.tasks import PAPER, Hierarchy


def write_multiverse(
    multiverse: Multiverse, store: Store, command: str, out: Path, announce: Callable[[str], None]
) -> str:
    """Write all that the multiverse shows into `out`; returns what a terminal shows at the end.

    All models are in the store. `announce` is told which extra would add what is not drawn.
    """
    corpus = multiverse.corpora["stripped"]
    planned = comparisons(multiverse.universes, multiverse.choices, multiverse.design)
    universes: list[UniverseSummary] = []
    effects: list[Effect] = []
    for results in collect_universes(multiverse, store):
        universes += [summarise(result, multiverse.choices) for result in results]
        outcomes = [result.outcomes for result in results]
        effects += [effect_of(comparison, outcomes) for comparison in planned]
    tables = [Table("universes", universe_rows(universes)), Table("effects", effect_rows(effects))]
    write_tables(tables, out)
    hierarchy = Hierarchy.from_tree(corpus.tree)
    sizes = {one.problem: (one.n_pairs, one.n_runs) for one in reversed(universes)}
    scopes = {
        problem.name.upper(): scope_of(
            problem.name, *sizes[problem.name], PAPER, corpus.edition, hierarchy
        )
        for problem in multiverse.problems
    }
    warnings = warnings_of(list(scopes.values()), corpus.edition)
    answer = finding(universes, effects, scopes)
    drawn: list[str] = []
    if figures_available():
        drawn = draw_figures(universes, multiverse.choices, out)
    else:
        announce(NO_FIGURES)
    made = Provenance(
        __version__,
        command,
        f"the {corpus.edition} edition of the corpus",
        multiverse.seed,
        len(multiverse.keyed_jobs),
    )
    page = document(universes, effects, multiverse.choices, answer, warnings, drawn, made)
    write_document(page, "multiverse", out)
    return "\n\n".join([*warnings, *answer])
