"""Tables of pairs from files and from Python: what is read, guessed, and refused; docs/pairs.md."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from minimtl import meta_analysis
from minimtl.errors import MinimtlError
from minimtl.gains.readtable import Roles, read_table
from tests.gains.tables import made_up, write

COLUMNS = {
    "main": ["a", "a", "b", "b", "c"],
    "aux": ["b", "c", "a", "c", "a"],
    "gain": [0.1, -0.2, 0.3, 0.0, 0.5],
    "size": [1.0, 2.0, 3.0, 4.0, 5.0],
}


def same(table, other):
    assert table.tasks == other.tasks
    for name in ("main", "aux", "gains"):
        np.testing.assert_array_equal(getattr(table, name), getattr(other, name))
    np.testing.assert_array_equal(table.data_sets[0].X, other.data_sets[0].X)
    assert table.features == other.features


def test_every_form_of_a_table_is_the_same_table(tmp_path):
    table = read_table(COLUMNS, Roles())
    assert table.tasks == ("a", "b", "c")
    np.testing.assert_array_equal(table.main, [0, 0, 1, 1, 2])
    np.testing.assert_array_equal(table.gains[:, 0], COLUMNS["gain"])
    np.testing.assert_array_equal(table.labels, [1, 0, 1, 0, 1])
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]
    lines = tmp_path / "pairs.jsonl"
    lines.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    csv, tsv = tmp_path / "pairs.csv", tmp_path / "pairs.tsv"
    for form in (write(csv, COLUMNS), write(tsv, COLUMNS, "\t"), lines, rows):
        same(read_table(form, Roles()), table)


def test_a_data_frame_is_columns():
    pandas = pytest.importorskip("pandas")
    same(read_table(pandas.DataFrame(COLUMNS), Roles()), read_table(COLUMNS, Roles()))


def test_a_matrix_is_rows_of_main_tasks(tmp_path):
    path = tmp_path / "gains.csv"
    path.write_text(",a,b,c\na,9,0.1,-0.2\nb,0.3,,0\nc,0.5,,\n", encoding="utf-8")
    expected = read_table({name: COLUMNS[name] for name in ("main", "aux", "gain")}, Roles())
    same(read_table(path, Roles(), matrix=True), expected)


def test_runs_are_columns_of_the_gains_and_features_their_means():
    columns = {"main": list("aabb"), "aux": list("bbaa")}
    columns |= {"gain": [0.1, 0.3, -0.1, -0.5], "size": [1.0, 2.0, 3.0, 5.0]}
    table = read_table({"run": list("xyxy"), **columns}, Roles())
    np.testing.assert_allclose(table.gains, [[0.1, 0.3], [-0.1, -0.5]])
    np.testing.assert_allclose(table.data_sets[0].X, [[1.5], [4.0]])
    unnamed = read_table(columns, Roles())
    same(unnamed, table)
    assert any("no column of runs" in note for note in unnamed.notes)


def test_a_pair_that_lacks_a_run_keeps_its_label():
    columns = {"main": list("aaabb"), "aux": list("bbcaa"), "run": [0, 1, 0, 0, 1]}
    table = read_table({**columns, "gain": [1.0, 2.0, -1.0, 3.0, 4.0]}, Roles())
    np.testing.assert_array_equal(table.labels, [1, 0, 1])
    assert len(table.complete) == 2
    assert any("lack a run" in note for note in table.notes)


def test_labels_are_taken_for_labels():
    table = read_table({**COLUMNS, "gain": [True, False, True, False, True]}, Roles())
    assert table.threshold == 0.5
    np.testing.assert_array_equal(table.labels, [1, 0, 1, 0, 1])
    assert read_table(COLUMNS, Roles(), threshold=0.2).labels.tolist() == [0, 0, 1, 0, 1]


def test_a_second_gain_is_no_feature_unless_it_is_asked_for():
    columns = COLUMNS | {"improved": [1, 0, 1, 0, 1], "Label": [1, 0, 1, 0, 1]}
    table = read_table(columns, Roles())
    assert table.features == ("size",)
    assert any("no features: improved, Label; name them with --features" in n for n in table.notes)
    assert read_table(columns, Roles(features=("improved",))).features == ("improved",)
    kept = read_table(columns, Roles(sets={"labels": ("Label",)})).features
    assert kept == ("size", "Label")


def test_columns_are_guessed_from_their_names_and_that_is_said():
    columns = dict(zip(("Target", "source", "delta", "size"), COLUMNS.values(), strict=True))
    table = read_table({**columns, "remark": ["x"] * 5}, Roles())
    same(table, read_table(COLUMNS, Roles()))
    assert "main: Target, aux: source, gain: delta" in table.notes[0]
    assert any("remark" in note for note in table.notes)


def test_groups_are_those_of_both_tasks():
    groups = {"main_group": list("ppqqp"), "aux_group": list("qpppp")}
    table = read_table({**COLUMNS, **groups}, Roles())
    np.testing.assert_array_equal(table.groups, [[0, 1], [0, 0], [1, 0], [1, 0], [0, 0]])
    assert set(table.levels) == {"main", "aux", "main_group", "aux_group"}


def test_sets_are_columns_of_the_features():
    roles = Roles(features=["x2", "x0", "x1"], sets={"two": ["x1", "x2"]})
    table = read_table(made_up("noise", 0), roles)
    assert table.features == ("x2", "x0", "x1")
    assert table.sets == {"two": (2, 0)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gain": [0.1, "x", 0.3, 0.0, 0.5]}, "row 3, has 'x' for the gain"),
        ({"gain": [0.1, '"0,2"', 0.3, 0.0, 0.5]}, "no number; write decimals with a point"),
        ({"gain": [0.1, "inf", 0.3, 0.0, 0.5]}, "row 3, has 'inf'"),
        ({"gain": [0.1, "", 0.3, 0.0, 0.5]}, "row 3, has nothing for the gain"),
        ({"main": ["a", "a", "b", "", "c"]}, "row 5, has no main; fill it in"),
        (
            {"main": list("aaaaa"), "aux": list("bbbbb"), "run": [0, 1, 2, 1, 3]},
            "row 5, repeats the pair and run of row 3",
        ),
        ({"aux": COLUMNS["main"]}, "has no pair of two tasks"),
        ({"main_group": list("pqrrs")}, "row 3, has another main_group"),
    ],
)
def test_an_absurd_row_is_named(tmp_path, change, message):
    with pytest.raises(MinimtlError, match=message) as error:
        read_table(write(tmp_path / "pairs.csv", {**COLUMNS, **change}), Roles())
    assert "pairs.csv" in str(error.value)
    assert str(error.value).count(".") <= 3


def test_a_column_that_is_no_feature_is_noted_with_its_row():
    table = {"main": ["a", "b"], "aux": ["b", "a"], "gain": [1.0, 2.0], "size": [3.0, math.nan]}
    note = "Columns that are not all numbers, so no features: size (row 2 has 'nan')."
    assert note in read_table(table, Roles()).notes


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing", None, "does not exist"),
        ("pairs.xlsx", b"", "no known kind"),
        ("pairs.csv", b"main,aux,gain\n\x81,b,1\n", "not UTF-8 in line 2"),
        ("pairs.csv", b"main,aux,gain\n", "has no pair"),
        ("pairs.csv", b"main,main,gain\n", "two columns 'main'"),
        ("pairs.csv", b"one,two\na,b\n", "known to hold the main task; name it with --main"),
        ("pairs.csv", b"main_positive,aux_positive,gain\n", "give the study's folder"),
        ("pairs.csv", b"target;source;delta\na;b;0,5\n", "row 2, has '0,5' for the gain"),
        ("pairs.csv", b",a,b\na,,1\nb,2,\n", "or give --matrix"),
        ("pairs.jsonl", b'{"main": "a", "aux": "b", "gain": 1}\n{"main": "a"}\n', "2, has no aux"),
        ("pairs.jsonl", b"[1]\n", "row 1, is no JSON object"),
        ("matrix.jsonl", b"[1]\n", "give a .csv or .tsv matrix"),
        ("matrix.csv", b",a,b\na,,x\nb,2,\n", "row 2, column 'b', has 'x' for the gain"),
        ("matrix.csv", b"a\n1\n", "must name the auxiliary tasks"),
    ],
)
def test_files_that_are_none(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(MinimtlError, match=message):
        read_table(tmp_path / name, Roles(), matrix="matrix" in name)


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (np.zeros((3, 3)), {"matrix": True}, "A matrix of gains is a .csv or .tsv file"),
        ([{"main": 1}, {"aux": 2}], {}, "Row 2 of the table has other columns"),
        (7, {}, "needs named columns"),
        (COLUMNS, {"main": "nobody"}, "no column 'nobody'"),
        (COLUMNS, {"main": "aux", "aux": "aux"}, "two roles"),
        (COLUMNS, {"gain": "gain", "features": ["size", "gain"]}, "as well"),
        (COLUMNS, {"features": ["size"], "sets": {"s": ["x"]}}, "no column 'x'"),
    ],
)
def test_tables_in_python_and_roles_that_cannot_be(table, options, message):
    with pytest.raises(MinimtlError, match=message):
        meta_analysis(table, **options)


PAGE = Path(__file__).parents[2] / "docs" / "pairs.md"


def test_the_recipe_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scores = ",a,b,c\na,0.5,0.6,0.4\nb,0.9,0.8,\nc,0.3,0.2,0.1\n"
    (tmp_path / "scores.csv").write_text(scores, encoding="utf-8")
    (tmp_path / "tasks.csv").write_text("task,size\na,1\nb,2\nc,3\n", encoding="utf-8")
    (recipe,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    exec(compile(recipe, PAGE.name, "exec"), {})
    table = read_table(tmp_path / "pairs.csv", Roles())
    np.testing.assert_allclose(table.gains[:, 0], [0.1, -0.1, 0.1, 0.2, 0.1])
    assert table.features == ("size_main", "size_aux")
    np.testing.assert_array_equal(table.data_sets[0].X, [[1, 2], [1, 3], [2, 1], [3, 1], [3, 2]])


def test_the_matrix_in_the_page_is_read(tmp_path):
    lines = re.findall(r"^    (,ccg.*|ccg,.*|chunking,.*|pos,.*)$", PAGE.read_text("utf-8"), re.M)
    (tmp_path / "gains.csv").write_text("\n".join(lines), encoding="utf-8")
    table = read_table(tmp_path / "gains.csv", Roles(), matrix=True)
    assert table.n_pairs == 6
    assert table.tasks == ("ccg", "chunking", "pos")
