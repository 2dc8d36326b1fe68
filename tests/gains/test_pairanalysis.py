"""The verdict of an analysis is the right one; what it cannot say it leaves out."""

import json
from collections import Counter

import numpy as np
import pytest

from minimtl import meta_analysis
from minimtl.cli import main
from minimtl.gains.metamodel import BASELINES
from tests.gains.tables import made_up, write


@pytest.fixture(scope="module")
def analysis():
    table = made_up("feature", 0, n_tasks=8, n_runs=2, n_features=2)
    groups = {f"task {i}": f"group {i // 2}" for i in range(8)}
    table |= {f"{role}_group": [groups[task] for task in table[role]] for role in ("main", "aux")}
    return meta_analysis(table)


@pytest.mark.parametrize(
    ("design", "name"),
    [
        ("main_unseen", "main_name"),
        ("aux_unseen", "aux_name"),
        ("both_unseen", "both_names"),
        ("groups_unseen", "both_names"),
    ],
)
def test_names_of_unseen_tasks_are_the_majority(analysis, design, name):
    of_names, of_majority = (analysis.of(design, n).scores for n in (name, "majority"))
    assert of_names.accuracy == of_majority.accuracy
    assert of_names.brier == pytest.approx(of_majority.brier)


def test_a_table_without_features_has_gain_reliability_and_names():
    analysis = meta_analysis(made_up("name", 0, n_runs=3), features=[])
    assert analysis.finding.verdict == "no features"
    assert "any feature that only identifies tasks would do as well" in analysis.finding.sentence
    assert "a predictor that has not seen these runs" in analysis.background[1]
    assert analysis.gain.these_tasks is not None
    assert {row.kind for row in analysis.predictions} == {"baseline"}


@pytest.mark.parametrize("n_tasks", [2, 3])
def test_few_pairs_are_not_predicted_and_why_is_said(n_tasks):
    analysis = meta_analysis(made_up("noise", 0, n_tasks=n_tasks))
    assert analysis.finding.verdict == "no prediction"
    said = str(analysis)
    assert said.startswith("No gain was predicted: the table has ")
    assert "interval" not in said


def test_one_main_task_leaves_designs_out():
    gain = np.random.default_rng(0).normal(size=12)
    analysis = meta_analysis({"main": [12] * 12, "aux": range(12), "gain": gain, "x": gain})
    assert analysis.gain.new_tasks is None
    assert analysis.designs == ("seen", "aux_unseen")


def test_a_large_table_is_predicted_by_some_of_its_tasks(monkeypatch):
    monkeypatch.setattr("minimtl.gains.engine.MOST", 100)
    analysis = meta_analysis(made_up("noise", 0, n_tasks=14, n_features=1))
    assert analysis.of("main_unseen", "all").n_pairs == analysis.predicted.n_pairs
    assert analysis.predicted.n_pairs == 90  # ten tasks, all of their pairs
    assert len(np.union1d(analysis.predicted.main, analysis.predicted.aux)) == 10
    assert "among tasks drawn at random" in str(analysis)
    assert analysis.gain.new_tasks.mean == pytest.approx(analysis.table.mean_gains.mean())


def test_the_command_sees_the_columns_it_is_given(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "pairs.csv", made_up("feature", 0, n_tasks=5))
    assert main(["meta", "pairs.csv", "--features", "x0,x1", "--set", "first=x0", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["tables"][""]["scores"]
    assert {row["features"] for row in rows} == {*BASELINES, "all", "first", "x0", "x1"}
    assert main(["meta", "pairs.csv", "--gain", "x9"]) == 1
    assert "has no column 'x9'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "verdict"), [("noise", "nothing"), ("name", "names"), ("feature", "new tasks")]
)
def test_one_table_of_each_kind(kind, verdict):
    assert meta_analysis(made_up(kind, 1)).finding.verdict == verdict


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "right", "least"),
    [
        # Three tests of 5 % (features by Holm, names by Holm): nine in ten, less the chance of a
        # count of 40 to fall two standard deviations below.
        ("noise", "nothing", 32),
        ("name", "names", 34),
        ("feature", "new tasks", 36),
    ],
)
def test_many_tables_of_each_kind(kind, right, least):
    verdicts = Counter(
        meta_analysis(made_up(kind, seed), seed=seed).finding.verdict for seed in range(40)
    )
    assert verdicts[right] >= least, verdicts
    if kind != "feature":  # at 5 %, two are false; seven or more happen once in 300 times
        assert verdicts["new tasks"] + verdicts["same tasks"] <= 6, verdicts


@pytest.mark.slow
def test_p_values_of_features_that_only_name_tasks_are_those_of_chance():
    """Most of them would be tiny, were labels exchanged without regard to tasks."""
    p_values = [
        meta_analysis(made_up("name", seed), features=["x0", "x1"], seed=seed).of("seen", "all").p
        for seed in range(40)
    ]
    assert np.mean(np.array(p_values) <= 0.1) <= 0.25
    assert np.mean(p_values) > 0.3
