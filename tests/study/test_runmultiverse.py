"""The sentences and the figures of a small multiverse; tests/frozen holds its numbers."""

import re
from dataclasses import replace

import numpy as np
import pytest

from minimtl.gains.engine import analyse
from minimtl.gains.pairtable import table_of
from minimtl.study.multiverse import write_multiverse
from minimtl.study.multiversepage import draw_universes, finding
from minimtl.study.problemresult import Scope
from minimtl.study.universeresults import PREDICTED, UniverseResult, comparisons, effect_of
from minimtl.study.universes import DIFFERENCES, make_universes, parse_choice
from minimtl.tasks.protocol import PAPER, RELEASED
from tests.test_docs_reference import columns_of


def test_the_columns_are_those_of_the_documentation(trained, tmp_path):
    write_multiverse(*trained, "minimtl multiverse …", tmp_path, pytest.fail)
    choices = {choice.name for choice in trained[0].choices}
    columns = {}
    for path in tmp_path.glob("*.csv"):
        header, *_ = path.read_text(encoding="utf-8").split("\n")
        columns[path.name] = set(header.split(",")) - choices
    assert columns == {name: columns_of(name) for name in ("universes.csv", "effects.csv")}


def made_up(made_up_outcomes, choices, about=(PAPER,), effect_of_documents=0.0):
    """Results and effects of made-up gains: `effect_of_documents` as released, beside noise."""
    universes = make_universes(choices, "full", about)
    plain = made_up_outcomes(n_pairs=20, n_runs=3)
    results = []
    for universe in universes:
        effect = effect_of_documents * (universe.labels[0] == "200 in all")
        outcomes = replace(plain, multi=plain.single + plain.gains / 10 + effect)
        table = table_of(outcomes, PAPER)
        analysis = analyse(table, np.random.default_rng(0), PREDICTED, alone=(), tested=())
        results.append(UniverseResult(universe, outcomes, analysis))
    every = [result.outcomes for result in results]
    effects = [effect_of(c, every) for c in comparisons(universes, choices, "full")]
    return results, effects


def scope(n_runs=3):
    return {"RELATED": Scope("related", 52, 52, n_runs, 5, "bydate", PAPER.meaning)}


def test_the_sentence_names_the_choice_that_turns_one_gain_into_the_other(made_up_outcomes):
    rows, effects = made_up(made_up_outcomes, DIFFERENCES, (PAPER, RELEASED), 0.007)
    (paragraph,) = finding(rows, effects, scope())
    assert re.match(
        r"On RELATED the mean gain is [+−]0\.0\d+ by the protocol paper and \+0\.0\d+ by the "
        r"protocol released, a difference of \+0\.0070 \(95 % interval \+0\.0070 to \+0\.0070 for "
        r"these tasks, \+0\.0070 to \+0\.0070 for new tasks\), which is not chance, for these "
        r"tasks or for new ones\. The largest share of it comes with documents from 200 a class to "
        r"200 in all: \+0\.0070 ",
        paragraph,
    )
    assert "score from f1 to accuracy" in paragraph
    (unsure,) = finding(rows, effects, scope(n_runs=2))
    assert "chance" not in unsure
    assert "do not contain 0" not in unsure


def test_what_may_be_chance_is_said_so(made_up_outcomes):
    rows, effects = made_up(made_up_outcomes, [parse_choice("dropout=0,0.5")])
    (paragraph,) = finding(rows, effects, scope())
    assert paragraph.startswith("On RELATED the largest change comes with dropout from 0 to 0.5")
    assert "which may be chance" in paragraph


@pytest.mark.parametrize(
    ("documents", "figures"),
    [
        ("25,50,100", ["figure_documents", "figure_specification"]),
        ("25", ["figure_specification"]),
    ],
)
def test_the_curve_of_documents_is_drawn_where_they_are_varied(
    made_up_outcomes, tmp_path, documents, figures
):
    choices = [parse_choice(f"train_per_class={documents}"), parse_choice("equal=epochs,updates")]
    rows, _ = made_up(made_up_outcomes, choices)
    assert draw_universes(rows, choices, tmp_path) == figures
    assert sorted(path.stem for path in tmp_path.glob("*.png")) == figures
    assert sorted(path.stem for path in tmp_path.glob("*.svg")) == figures
