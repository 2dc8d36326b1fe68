"""The tables, the sentences and the figures of a small multiverse."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest

from minimtl.gains import analyse, table_of
from minimtl.study.multiverse import write_multiverse
from minimtl.study.multiversepage import draw_universes, finding
from minimtl.study.problemresult import Scope
from minimtl.study.universeresults import PREDICTED, UniverseResult, comparisons, effect_of
from minimtl.study.universes import DIFFERENCES, make_universes, parse_choice
from minimtl.tasks.protocol import PAPER, RELEASED
from tests.test_docs_reference import columns_of


@pytest.fixture(scope="module")
def written(trained, tmp_path_factory):
    """The rows of each table, by its name."""
    folder = tmp_path_factory.mktemp("written")
    write_multiverse(*trained, "minimtl multiverse …", folder, pytest.fail)
    rows = {}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows[path.stem] = list(csv.DictReader(file))
    return rows


def test_universes_csv(written, trained):
    rows = written["universes"]
    assert len(rows) == len(trained[0].universes) == 12
    for row in rows:
        single, multi, gain = (float(row[name]) for name in ("single", "multi", "gain"))
        assert gain == pytest.approx(multi - single, abs=2e-6)
        assert (single < 0) == (row["score"] == "log_loss")
        assert float(row["low"]) <= gain <= float(row["high"])
        assert 0 <= float(row["improved"]) <= 1


def test_effects_csv_is_the_difference_of_universes(written):
    gains = {(r["about"], r["score"], r["dropout"]): float(r["gain"]) for r in written["universes"]}
    differences = [
        gains[about, "log_loss", dropout] - gains[about, "f1", dropout]
        for about, _, dropout in gains
    ]
    effects = {(e["field"], e["from"], e["to"], e["about"]): e for e in written["effects"]}
    found = effects["score", "f1", "log_loss", "all universes"]
    assert float(found["effect"]) == pytest.approx(np.mean(differences), abs=2e-6)
    assert found["n_comparisons"] == "4"


@pytest.mark.parametrize("name", ["universes", "effects"])
def test_the_columns_are_those_of_the_documentation(written, trained, name):
    columns = set(written[name][0]) - {choice.name for choice in trained[0].choices}
    assert columns_of(f"{name}.csv") == columns


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
    return {"RELATED": Scope("related", 52, 52, n_runs, 5, "bydate")}


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
