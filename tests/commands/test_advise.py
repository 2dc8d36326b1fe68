"""``minimtl advise`` as people type it."""

import argparse
import csv
import json

import numpy as np
import pytest

from minimtl.commands import advise as command
from minimtl.errors import MinimtlError


def parse(*argv):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(argv)


def write_set(path, labels, n, seed):
    rng = np.random.default_rng(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("label", "text"))
        for number in range(n):
            for label in labels:
                some = " ".join(f"{label}{i}" for i in rng.integers(0, 20, 5))
                writer.writerow((label, f"{some} own{seed}{label}{number}"))
    return str(path)


def test_main_and_aux_are_needed():
    for argv in ((), ("--main", "a.csv"), ("--aux", "a.csv")):
        with pytest.raises(SystemExit, match="2"):
            parse(*argv)


@pytest.mark.parametrize("flag", ["--runs=1", "--per-class=0", "--tokenizer=letters", "--runs=x"])
def test_wrong_values(flag):
    with pytest.raises(SystemExit, match="2"):
        parse("--main", "a.csv", "--aux", "b.csv", flag)


def test_a_set_or_study_that_is_not_there(tmp_path):
    there = write_set(tmp_path / "a.csv", ("x", "y"), 9, 0)
    with pytest.raises(MinimtlError, match=r"absent\.csv does not exist"):
        command.run(parse("--main", there, "--aux", str(tmp_path / "absent.csv")))
    with pytest.raises(MinimtlError, match=r"study in .* is not finished"):
        command.run(parse("--main", there, "--aux", there, "--study", str(tmp_path)))


@pytest.mark.slow
def test_json_and_pages(tmp_path, capsys):
    main = write_set(tmp_path / "main.csv", ("x", "y"), 12, 0)
    aux = write_set(tmp_path / "aux.csv", ("u", "v", "w"), 15, 1)
    out = tmp_path / "new" / "folder"
    argv = ("--main", main, "--aux", aux, "--runs", "2", "--json", "--out", str(out))
    assert command.run(parse(*argv)) == 0
    first = capsys.readouterr().out
    content = json.loads(first)
    assert content["candidates"][0]["verdict"] in ("helps", "hurts", "cannot tell")
    assert len(content["candidates"][0]["single"]) == 2
    assert (out / "advise.md").is_file()
    assert command.run(parse(*argv)) == 0
    assert capsys.readouterr().out == first
