"""``minimtl predict`` as people type it."""

import io
import sys
from types import SimpleNamespace

import pytest

from minimtl import LogisticRegression, TfidfVectorizer, save_model
from minimtl.cli import main
from minimtl.models.textmodel import TextModel


@pytest.fixture
def model(tmp_path):
    texts = ["good film", "bad film", "good book", "bad book"] * 3
    vectorizer = TfidfVectorizer()
    classifier = LogisticRegression(C=10.0).fit(vectorizer.fit_transform(texts), ["yes", "no"] * 6)
    save_model(TextModel([vectorizer], [classifier], {}), tmp_path / "m.npz")
    return str(tmp_path / "m.npz")


def lines_of(text):
    return [line.split("\t") for line in text.splitlines()]


def test_a_line_a_text(model, tmp_path, capsys):
    (tmp_path / "a.csv").write_text('id,review\n1,"a good,\ngood day"\n2,bad\n')
    assert main(["predict", model, str(tmp_path / "a.csv")]) == 0
    first, second = lines_of(capsys.readouterr().out)
    assert (first[0], first[2]) == ("yes", "a good, good day")
    assert (second[0], second[2]) == ("no", "bad")
    assert 0.5 < float(second[1]) < 1


def test_standard_input_keeps_empty_lines_and_says_what_is_unknown(model, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"good\n\nunheard of\n")))
    assert main(["predict", model, "-"]) == 0
    said = capsys.readouterr()
    assert [line[2] for line in lines_of(said.out)] == ["good", "", "unheard of"]
    assert "In 2 of 3 texts the model knows no word" in said.err


def test_a_folder_and_no_text_at_all(model, tmp_path, capsys):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "1.txt").write_text("good\x1b[2J")
    assert main(["predict", model, str(tmp_path / "set")]) == 0
    assert lines_of(capsys.readouterr().out)[0][2] == "good\\x1b[2J"
    (tmp_path / "none.txt").write_text("")
    assert main(["predict", model, str(tmp_path / "none.txt")]) == 0
    assert capsys.readouterr().out == ""
