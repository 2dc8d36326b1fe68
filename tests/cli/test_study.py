"""``minimtl study`` interrupted: what it says, and what ``minimtl report`` says afterwards."""

import json

import pytest

from minimtl.cli import main
from minimtl.cli.main import EXIT_INTERRUPTED
from minimtl.tasks import resume_command

STUDY = "study --corpus synthetic --problem related --pairs 1 --runs 1 --workers 1"


@pytest.fixture
def interrupted(tmp_path, monkeypatch):
    """Runs a study that is interrupted while it trains; returns its folder."""

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    def run():
        folder = tmp_path / "my results"
        with monkeypatch.context() as patch:
            patch.setattr("minimtl.study.conductor.train_models", interrupt)
            assert main([*STUDY.split(), "--fresh", "--out", str(folder)]) == EXIT_INTERRUPTED
        return folder

    return run


def test_study_and_report_say_the_command_with_its_flags(interrupted, capsys):
    folder = interrupted()
    command = f"minimtl {STUDY} --out '{folder}'"
    assert capsys.readouterr().err.endswith(
        f"minimtl: interrupted; every finished model is kept, and `{command}` continues\n"
    )
    assert main(["report", str(folder)]) == 1
    assert capsys.readouterr().err == (
        f"minimtl: the study in {folder} is not finished; `{command}` continues it\n"
    )


def test_the_manifest_says_whether_the_study_is_finished(interrupted):
    folder = interrupted()
    begun = json.loads((folder / "manifest.json").read_text())
    assert begun["finished"] is False
    assert not begun.keys() & {"jobs", "wall_seconds", "cpu_seconds"}
    assert main([*STUDY.split(), "--quiet", "--out", str(folder)]) == 0
    ended = json.loads((folder / "manifest.json").read_text())
    assert ended["finished"] is True
    assert ended["jobs"] == {"done": 3, "resumed": 0}
    same = begun.keys() - {"finished", "command"}
    assert {key: begun[key] for key in same} == {key: ended[key] for key in same}
    assert main(["report", str(folder)]) == 0


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["study", "--fresh", "--pairs", "4"], "minimtl study --pairs 4"),
        (["study", "--f", "--pairs", "4"], "minimtl study --pairs 4"),
        (["tune", "--out", "", "-v", "--", "-"], "minimtl tune --out '' -v -- -"),
    ],
)
def test_what_continues_does_not_begin_anew(words, command):
    assert resume_command(words) == command
