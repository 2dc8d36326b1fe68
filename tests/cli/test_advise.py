"""``minimtl advise`` as people type it."""

import json

import pytest

from minimtl import load_model
from minimtl.cli import advise as command
from minimtl.cli import main
from tests.cli.conftest import write_set


@pytest.fixture
def interrupted(monkeypatch):
    """Ends the command before anything is measured: its exit code, and what would have been."""

    def run(*argv):
        seen = {}

        def advise_on(sets, *_, groups, **__):
            seen.update(sets=sets, groups=groups)
            raise KeyboardInterrupt

        monkeypatch.setattr(command, "advise_on", advise_on)
        assert main(["advise", *map(str, argv)]) == 130
        return seen

    return run


def test_a_column_that_only_the_main_set_has(tmp_path, interrupted):
    mine = write_set(tmp_path / "a.csv", ("x", "y"), 9, 0, ("stars", "note"))
    other = write_set(tmp_path / "b.csv", ("x", "y"), 9, 1)
    flags = ["--text-column", "note", "--label-column", "stars"]
    main_set, aux_set = interrupted("--main", mine, "--aux", other, *flags)["sets"]
    assert [row.label for row in main_set.train[:2]] == ["x", "y"]
    assert aux_set.train[0].text.startswith("x")


def test_other_names_of_labels_and_tables_without_a_header(tmp_path, interrupted):
    mine = write_set(tmp_path / "a.csv", ("1", "2", "a,b"), 9, 0, ("0", "good film"))
    names = ["--no-header", "--labels", "2=no,a,b=yes,0="]
    main_set, aux_set = interrupted("--main", mine, "--aux", mine, *names)["sets"]
    assert [row.label for row in main_set.train[:4]] == ["1", "no", "yes", "1"]
    assert "left out 1 without a label (the first: row 1)" in " ".join(aux_set.notes)


def test_groups_and_a_test_part_from_files(tmp_path, interrupted):
    mine, test = tmp_path / "a.csv", tmp_path / "t.csv"
    mine.write_text("text,label,who\none thing,x,ann\nanother,y,bob\nthird,x,\n")
    test.write_text("text,label,who\nheld back,x,ann\n")
    other = write_set(tmp_path / "b.csv", ("x", "y"), 9, 1)
    seen = interrupted("--main", mine, "--aux", other, "--group-column", "Who", "--test", test)
    assert seen["groups"] == [{"row 2": "ann", "row 3": "bob", "t.csv, row 2": "ann"}, {}]
    (row,) = seen["sets"][0].test
    assert (row.text, row.place) == ("held back", "t.csv, row 2")


def test_an_interrupt_without_a_folder_names_one(tmp_path, capsys, interrupted):
    mine, other = (write_set(tmp_path / f"{x}.csv", (x, "y"), 9, 0) for x in "uv")
    interrupted("--main", mine, "--aux", other)
    again = f"minimtl advise --main {mine} --aux {other} --out DIR"
    assert f"`{again}` would keep what is finished next time" in capsys.readouterr().err


def test_a_way_that_there_is_not_is_said_before_anything_is_measured(tmp_path, capsys):
    mine, other = (write_set(tmp_path / f"{x}.csv", ("x", "y"), 9, x) for x in (0, 1))
    argv = ["advise", "--main", mine, "--aux", other, "--out", str(tmp_path / "out")]
    argv += ["--save-model", str(tmp_path / "m.npz"), "--way", "pooed"]
    assert main(argv) == 1
    *_, said = capsys.readouterr().err.splitlines()
    assert said.startswith("minimtl: No way is called 'pooed'; name one of 'alone (regression)'")
    assert "pooled with 1.csv" in said
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_json_pages_model_and_resuming(tmp_path, capsys):
    mine = write_set(tmp_path / "main.csv", ("x", "y"), 12, 0)
    aux = write_set(tmp_path / "aux.csv", ("u", "v", "w"), 15, 1)
    out, model = tmp_path / "new" / "folder", tmp_path / "model.npz"
    argv = ["advise", "--main", mine, "--aux", aux, "--runs", "2", "--json", "--out", str(out)]
    argv += ["--all-pairs", "--save-model", str(model)]
    assert main(argv) == 0
    said = capsys.readouterr()
    content = json.loads(said.out)
    assert [way["use"] for way in content["ways"][:2]] == ["alone", "alone"]
    assert all((len(way["scores"]), way["runs"]) == (1, 5) for way in content["ways"])
    assert content["matrix"][0][0] is None
    assert -1 <= content["matrix"][0][1]["gain"] <= 1
    assert {path.name for path in out.iterdir()} >= {"advise.md", "matrix.svg", "study.sqlite"}
    assert "Who helps whom" in (out / "advise.html").read_text()
    assert list(load_model(model).predict(["x1 x2", "y3 y4"])) == ["x", "y"]

    first = model.read_bytes()
    assert main(argv) == 0
    again = capsys.readouterr()
    assert again.out == said.out
    assert "15 of 15 models, 15 of them from before" in again.err
    assert model.read_bytes() == first
    assert main(["advise", "--main", aux, "--aux", mine, "--runs", "2", "--out", str(out)]) == 1
    assert "holds another study" in capsys.readouterr().err
