"""docs/tutorial.md does what it says: its blocks of sh and Python run in order, in one folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import minimtl

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks():
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def test_there_are_blocks_of_both_kinds():
    assert [language for language, _ in blocks()].count("sh") >= 3
    for language, code in blocks():
        if language == "python":
            compile(code, PAGE.name, "exec")


ESTIMATORS = "TfidfVectorizer MultiTaskMLPClassifier MultiTaskTextClassifier LogisticRegression"


@pytest.mark.parametrize("name", ESTIMATORS.split())
def test_tables_have_all_parameters_with_their_defaults(name):
    page = PAGE.read_text(encoding="utf-8").split("## All parameters")[1]
    table = re.search(rf"^Of `{name}`.*?\n\n(.*?)\n\n", page, re.MULTILINE | re.DOTALL).group(1)
    shown = dict(re.findall(r"^\| `(\w+)` \| `(.*?)` \|", table, re.MULTILINE))
    defaults = getattr(minimtl, name)().get_params(deep=False)
    assert shown.keys() == defaults.keys()
    for parameter, value in defaults.items():
        text = shown[parameter].strip('"')
        assert text == ("numpy.float64" if parameter == "dtype" else str(value)), parameter


@pytest.mark.slow
def test_the_tutorial_runs(tmp_path, monkeypatch):
    pytest.importorskip("sklearn")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(PAGE.parents[1] / "examples")
    # `minimtl` is that of this Python, wherever it is installed.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    names = {"__name__": "tutorial"}
    for language, code in blocks():
        if language == "sh":
            subprocess.run(["sh", "-e", "-c", code], check=True)
        else:
            exec(compile(code, PAGE.name, "exec"), names)
    for page in ("results/report.md", "advice/advise.md", "pairs/meta.md"):
        assert (tmp_path / page).is_file()
