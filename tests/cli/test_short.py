"""Commands that end within a second, as people type them: corpus, explain and plans of studies."""

import json
import sys

import pytest

from minimtl.cli import main

PAIR = ["rec.autos", "rec.sport.baseball", "rec.motorcycles", "rec.sport.hockey"]


def test_the_packaged_corpus_is_verified(capsys):
    assert main(["corpus", "verify"]) == 0
    assert capsys.readouterr().out == "20news-words.xz: packaged edition, the file as published\n"


@pytest.mark.parametrize("choice", ["auto", "bydate"])
def test_fetch_prints_where_the_file_is(monkeypatch, capsys, choice):
    monkeypatch.setattr("minimtl.cli.corpus.fetch_edition", lambda edition, say: edition.name)
    assert main(["corpus", "fetch", "--corpus", choice]) == 0
    assert capsys.readouterr().out == "bydate\n"


def test_the_notebook_of_a_pair(tmp_path, capsys):
    pytest.importorskip("nbformat")
    assert main(["explain", "--notebook", "--pair", *PAIR, "--out", str(tmp_path)]) == 0
    path = tmp_path / "explain.ipynb"
    assert capsys.readouterr().out == f"{path}\n"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert str(PAIR) in "".join("".join(cell["source"]) for cell in cells)


def test_topics_that_are_no_pair_are_wrong_usage(tmp_path, capsys):
    pytest.importorskip("nbformat")
    wrong = [PAIR[0], *PAIR[:1], *PAIR[2:]]
    assert main(["explain", "--notebook", "--pair", *wrong, "--out", str(tmp_path)]) == 2
    assert "is none of the study's 52 RELATED pairs" in capsys.readouterr().err
    misspelt = [PAIR[0][:-1], *PAIR[1:]]
    assert main(["explain", "--notebook", "--pair", *misspelt, "--out", str(tmp_path)]) == 2
    assert f"{misspelt[0]}; did you mean {PAIR[0]}?" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbformat", None)
    assert main(["explain", "--notebook", "--out", str(tmp_path)]) == 1
    assert "minimtl[notebook]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("study --pairs 100", "paper, unrelated: 100 pairs"),
        (
            "multiverse --pairs 1 --runs 1 --protocol paper --vary score=f1,accuracy",
            "2 universes of 1 setting of training, 3 models, seed 0",
        ),
    ],
)
def test_a_plan_trains_nothing(tmp_path, capsys, command, said):
    out = tmp_path / "plan"
    flags = ["--corpus", "synthetic", "--dry-run", "--out", str(out)]
    assert main([*command.split(), *flags]) == 0
    assert said in capsys.readouterr().out
    assert not out.exists()
