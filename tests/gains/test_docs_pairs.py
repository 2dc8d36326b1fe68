"""The recipe of docs/pairs.md makes a table of pairs of a matrix of scores."""

import re
from pathlib import Path

import numpy as np

from minimtl.gains.readtable import Roles, read_table

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
