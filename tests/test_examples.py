"""The programs in examples/ do what README says of them."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from minimtl.cli import main
from minimtl.corpora.files import read_text_set

ROOT = Path(__file__).parents[1]


def test_text_sets_are_made_without_any_file_or_network(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "MINIMTL_DATA"}
    environment |= {"PYTHONPATH": str(ROOT), "MINIMTL_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, ROOT / "examples" / "make_text_sets.py", tmp_path / "sets"]
    subprocess.run(command, env=environment, check=True)
    assert not (tmp_path / "cache").exists()
    for name in ("vehicles", "sport", "computers"):
        rows = read_text_set(tmp_path / "sets" / f"{name}.csv").train
        sizes = Counter(row.label for row in rows)
        assert len(sizes) == 2
        assert min(sizes.values()) > 500


@pytest.mark.slow
@pytest.mark.parametrize(("page", "other"), [("README", "restaurants"), ("docs/advise", "hints")])
def test_pages_show_what_the_examples_print(page, other, capsys):
    """The command is on the page, and so is every line of its sentence and its table."""
    names = [f"examples/{name}.csv" for name in ("hotels", other)]
    shown = " ".join((ROOT / f"{page}.md").read_text(encoding="utf-8").split())
    assert f"minimtl advise --main {names[0]} --aux {names[1]}" in shown
    assert main(["advise", "--main", str(ROOT / names[0]), "--aux", str(ROOT / names[1])]) == 0
    sentence, table, *_ = capsys.readouterr().out.split("\n\n")
    assert " ".join(sentence.split()) in shown
    if page == "README":
        for line in table.splitlines():
            assert " ".join(line.split()) in shown
