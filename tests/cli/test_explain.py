"""`minimtl explain`: the notebook, and what is refused. The page is in tests/explain."""

import json
import sys

import pytest

from minimtl.cli import main

PAIR = ["rec.autos", "rec.sport.baseball", "rec.motorcycles", "rec.sport.hockey"]


def test_the_notebook_of_a_pair(tmp_path, capsys):
    pytest.importorskip("nbformat")
    assert main(["explain", "--notebook", "--pair", *PAIR, "--out", str(tmp_path)]) == 0
    path = tmp_path / "explain.ipynb"
    assert capsys.readouterr().out == f"{path}\n"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert str(PAIR) in "".join("".join(cell["source"]) for cell in cells)


def test_topics_that_are_no_pair_are_wrong_usage(tmp_path, capsys):
    pytest.importorskip("nbformat")
    wrong = ["rec.autos", "rec.autos", "rec.motorcycles", "rec.sport.hockey"]
    assert main(["explain", "--notebook", "--pair", *wrong, "--out", str(tmp_path)]) == 2
    assert "is none of the study's 52 RELATED pairs" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbformat", None)
    assert main(["explain", "--notebook", "--out", str(tmp_path)]) == 1
    assert "minimtl[notebook]" in capsys.readouterr().err
