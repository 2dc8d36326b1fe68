"""The tables, the sentences, the figures and the page of a small multiverse."""

import csv
import re

import numpy as np
import pytest

from minimtl.gains import analyse, table_of
from minimtl.study.multiverse import write_multiverse
from minimtl.study.multiversepage import draw_universes, finding
from minimtl.study.problemresult import Scope
from minimtl.study.universeresults import (
    PREDICTED,
    UniverseResult,
    comparisons,
    effect_of,
)
from minimtl.study.universes import DIFFERENCES, make_universes, parse_choice
from minimtl.tasks.protocol import PAPER, RELEASED
from tests.test_docs_reference import columns_of

INTERVALS = ["low_tasks", "high_tasks", "low", "high"]


@pytest.fixture(scope="module")
def written(trained, tmp_path_factory):
    multiverse, store = trained
    folder = tmp_path_factory.mktemp("written")
    text = write_multiverse(multiverse, store, "minimtl multiverse …", folder, pytest.fail)
    return folder, text


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_universes_csv(written, trained):
    rows = read(written[0] / "universes.csv")
    assert list(rows[0])[:5] == ["universe", "about", "protocol", "score", "dropout"]
    assert {"problem", "single", "multi", "gain", *INTERVALS, "improved"} < set(rows[0])
    assert len(rows) == len(trained[0].universes) == 12
    for row in rows:
        single, multi, gain = (float(row[name]) for name in ("single", "multi", "gain"))
        assert gain == pytest.approx(multi - single, abs=2e-6)
        assert (single < 0) == (row["score"] == "log_loss")
        assert float(row["low"]) <= gain <= float(row["high"])
        assert 0 <= float(row["improved"]) <= 1


def test_effects_csv_is_the_difference_of_universes(written):
    rows, effects = (read(written[0] / f"{name}.csv") for name in ("universes", "effects"))
    assert {"field", "from", "to", "problem", "effect", *INTERVALS} < set(effects[0])
    gains = {(r["about"], r["score"], r["dropout"]): float(r["gain"]) for r in rows}
    (found,) = (
        e
        for e in effects
        if (e["field"], e["from"], e["to"]) == ("score", "f1", "log_loss")
        and e["about"] == "all universes"
    )
    expected = [
        gains[about, "log_loss", dropout] - gains[about, "f1", dropout]
        for about, _, dropout in gains
    ]
    assert float(found["effect"]) == pytest.approx(sum(expected) / len(expected), abs=2e-6)
    assert found["n_comparisons"] == "4"


@pytest.mark.parametrize("name", ["universes", "effects"])
def test_the_columns_are_those_of_the_documentation(written, trained, name):
    columns = set(read(written[0] / f"{name}.csv")[0]) - {c.name for c in trained[0].choices}
    assert columns_of(f"{name}.csv") == columns


def test_a_part_of_a_study_claims_nothing(written):
    folder, text = written
    assert text.startswith("RELATED: 16 of 52 pairs, 2 of 5 runs: a look, no finding.")
    assert "chance" not in text
    assert "do not contain 0" not in text
    page = (folder / "multiverse.md").read_text(encoding="utf-8")
    assert "> RELATED: 16 of 52 pairs" in page


def made_up(made_up_outcomes, choices, about, design, gain_of, n_runs=3):
    """Results and effects of made-up gains: ``gain_of(universe)`` beside noise."""
    from dataclasses import replace

    universes = make_universes(choices, design, about)
    plain = made_up_outcomes(n_pairs=20, n_runs=n_runs)
    results = []
    for universe in universes:
        outcomes = replace(plain, multi=plain.single + (plain.gains + gain_of(universe)) / 10)
        table = table_of(outcomes, PAPER)
        analysis = analyse(table, np.random.default_rng(0), PREDICTED, alone=(), tested=())
        results.append(UniverseResult(universe, outcomes, analysis))
    every = [result.outcomes for result in results]
    effects = [effect_of(c, every) for c in comparisons(universes, choices, design)]
    return results, effects


def scope(n_runs=3):
    return {"RELATED": Scope("related", 52, 52, n_runs, 5, "bydate")}


def test_the_sentence_names_the_choice_that_turns_one_gain_into_the_other(made_up_outcomes):
    rows, effects = made_up(
        made_up_outcomes, DIFFERENCES, (PAPER, RELEASED), "full",
        lambda u: 0.07 * (u.labels[0] == "200 in all"),
    )  # fmt: skip
    (paragraph,) = finding(rows, effects, scope())
    gains = {row.universe.own: row.gain.value for row in rows}
    assert gains["released"] - gains["paper"] == pytest.approx(0.007)
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
    rows, effects = made_up(
        made_up_outcomes, [parse_choice("dropout=0,0.5")], (PAPER,), "full", lambda u: 0.0
    )
    (paragraph,) = finding(rows, effects, scope())
    assert paragraph.startswith("On RELATED the largest change comes with dropout from 0 to 0.5")
    assert "which may be chance" in paragraph


def test_the_curve_of_documents_is_drawn_where_they_are_varied(made_up_outcomes, tmp_path):
    choices = [parse_choice("train_per_class=25,50,100"), parse_choice("equal=epochs,updates")]
    rows, _ = made_up(made_up_outcomes, choices, (PAPER,), "full", lambda u: 0.0)
    assert draw_universes(rows, choices, tmp_path) == ["figure_documents", "figure_specification"]
    assert (tmp_path / "figure_documents.png").stat().st_size > 5000
    svg = (tmp_path / "figure_documents.svg").read_text(encoding="utf-8")
    assert svg.count("<svg") == 1
    one = [parse_choice("train_per_class=25")]
    rows, _ = made_up(made_up_outcomes, one, (PAPER,), "full", lambda u: 0.0)
    assert draw_universes(rows, one, tmp_path) == ["figure_specification"]
