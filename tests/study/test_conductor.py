"""`run_study` from Python: the numbers of the command, in memory, in a folder, and resumed."""

import os
import subprocess
import sys

import pytest

from minimtl import run_study
from minimtl.cli import main
from minimtl.errors import UsageError
from tests.study.conftest import tables_in

SMALL = {"problem": "related", "corpus": "synthetic", "pairs": 3, "runs": 2, "workers": 1}


@pytest.fixture(scope="module")
def study():
    return run_study(**SMALL, quiet=True)


def test_tables_are_records(study):
    (row,) = study.table1
    assert (row.problem, row.n_pairs, row.n_runs) == ("related", 3, 2)
    assert row.gain == pytest.approx(row.multi - row.single)
    assert study.table2
    assert study.table3a
    assert study.table3b == []
    assert len(study.pairs) == 3 * 2
    assert {pair.run for pair in study.pairs} == {0, 1}
    assert study.curves["paper", "related"].single.shape[:2] == (3, 2)


def test_it_is_shown(study):
    assert repr(study) == "<StudyResult: related by paper>"
    assert str(study).startswith("RELATED: 3 of 52 pairs, 2 of 5 runs: a look, no finding.")
    assert all(sentence in str(study) for sentence in study.answer)
    assert study._repr_html_().startswith("<pre>RELATED: 3 of 52 pairs")


def test_written_it_is_what_the_command_gives(study, tmp_path):
    command = [
        "study", "--problem", "related", "--corpus", "synthetic", "--pairs", "3", "--runs", "2",
        "--workers", "1", "--quiet",
    ]  # fmt: skip
    by_command, by_library = tmp_path / "command", tmp_path / "library"
    assert main([*command, "--out", str(by_command)]) == 0
    study.write(by_library)
    assert set(os.listdir(by_library)) == set(os.listdir(by_command))
    assert tables_in(by_library) == tables_in(by_command)


def test_what_was_written_is_continued_and_drawn_again(study, tmp_path):
    study.write(tmp_path)
    assert main(["report", str(tmp_path)]) == 0
    (tmp_path / "report.md").unlink()
    again = run_study(**SMALL, out=tmp_path, quiet=True)
    assert again.manifest["jobs"]["done"] == 0
    assert again.table1 == study.table1
    assert again.manifest["command"][-2:] == ["--out", str(tmp_path)]
    assert (tmp_path / "report.md").is_file()


def test_the_models_go_with_the_result():
    study = run_study(**SMALL | {"pairs": 1, "runs": 1}, quiet=True)
    folder = study.folder
    assert (folder / "study.sqlite").is_file()
    del study
    assert not folder.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"problem": "other"}, "no problem 'other'; there are related, unrelated and both"),
        ({"protocol": "mine"}, "there is no protocol 'mine'; there are paper, released"),
        ({"features": "mine"}, "there are no features 'mine'; there are code, text"),
        ({"runs": 0}, "runs 0 is less than 1"),
        ({"executor": "cloud"}, "cloud"),
    ],
)
def test_what_cannot_be_is_one_sentence(wrong, sentence):
    with pytest.raises(UsageError, match=sentence):
        run_study(**SMALL | wrong, quiet=True)


@pytest.mark.parametrize("wrong", [{"runs": "a"}, {"pairs": 2.5}, {"seed": 1.5}, {"workers": "2"}])
def test_numbers_are_whole(wrong):
    (name,) = wrong
    with pytest.raises(TypeError, match=f"{name} must be whole"):
        run_study(corpus="synthetic", **wrong)


def test_a_script_that_guards_nothing_gets_one_sentence(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"from minimtl import run_study\nrun_study(**{SMALL})\n", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.count("Traceback") == 1
    last = ended.stderr.strip().splitlines()[-1]
    assert 'a script of your own must call minimtl below `if __name__ == "__main__":`' in last
