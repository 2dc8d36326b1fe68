"""``minimtl study --shard`` and ``minimtl merge``: the tables are those of one machine."""

import json
import shutil

import pytest

from minimtl.cli import main

STUDY = ["study", "--corpus", "synthetic", "--problem", "related", "--pairs", "3", "--runs", "2"]
TRAIN = [*STUDY, "--workers", "1", "--quiet"]
MERGE = ["merge", "--corpus", "synthetic", "--quiet"]


def tables_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Three shards of a study, and the study trained whole beside them."""
    folder = tmp_path_factory.mktemp("shards")
    for number in (1, 2, 3):
        out = folder / str(number)
        assert main([*TRAIN, "--shard", f"{number}/3", "--out", str(out)]) == 0
    assert main([*TRAIN, "--out", str(folder / "whole")]) == 0
    return folder


def names(shards, *numbers):
    return [str(shards / number) for number in numbers]


def test_the_tables_are_the_same_bytes(shards, tmp_path, capsys):
    assert main([*MERGE, *names(shards, "3", "1", "2"), "--out", str(tmp_path / "all")]) == 0
    assert tables_in(tmp_path / "all") == tables_in(shards / "whole")
    assert "table1.csv" in tables_in(tmp_path / "all")
    manifest = json.loads((tmp_path / "all" / "manifest.json").read_text())
    assert manifest["finished"] is True
    assert main(["report", str(tmp_path / "all")]) == 0


def test_a_shard_says_what_it_is(shards, tmp_path, capsys):
    out = tmp_path / "again"
    shutil.copytree(shards / "2", out)
    command = [*STUDY, "--workers", "1", "--shard", "2/3", "--out", str(out)]
    assert main(command) == 0
    assert capsys.readouterr().out.startswith("shard 2/3 is complete: ")
    assert not tables_in(out)
    assert main(["report", str(out)]) == 1
    assert "holds shard 2/3 of a study; `minimtl merge`" in capsys.readouterr().err


def test_what_is_missing_is_said_and_what_is_there_is_kept(shards, tmp_path, capsys):
    out = tmp_path / "part"
    assert main([*MERGE, *names(shards, "1", "3"), "--out", str(out)]) == 1
    error = capsys.readouterr().err
    assert " are missing (" in error
    assert " of --shard 2/3); what there is was merged into" in error
    assert not tables_in(out)
    # The missing shard alone is enough afterwards, or training here.
    other = tmp_path / "trained here"
    shutil.copytree(out, other)
    assert main([*MERGE, *names(shards, "2"), "--out", str(out)]) == 0
    assert main([*TRAIN, "--out", str(other)]) == 0
    assert tables_in(out) == tables_in(other) == tables_in(shards / "whole")


def test_shards_of_different_studies(shards, tmp_path, capsys):
    other, out = tmp_path / "other", tmp_path / "out"
    assert main([*TRAIN, "--seed", "1", "--shard", "2/3", "--out", str(other)]) == 0
    assert main([*MERGE, str(shards / "1"), str(other), "--out", str(out)]) == 1
    assert "hold parts of different studies (seed is 1 there and 0 here" in capsys.readouterr().err
    assert not out.exists()
    fewer = [*TRAIN, "--runs", "1", "--shard", "2/3", "--fresh", "--out", str(other)]
    assert main(fewer) == 0
    assert main([*MERGE, str(shards / "1"), str(other), "--out", str(out)]) == 1
    assert "problems.paper.related.runs is 1 there and 2 here" in capsys.readouterr().err


def test_another_corpus_and_no_study(shards, tmp_path, capsys):
    assert main(["merge", *names(shards, "1"), "--quiet", "--out", str(tmp_path / "out")]) == 1
    assert "give the --corpus that the shards were trained with" in capsys.readouterr().err
    assert main([*MERGE, str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "manifest.json is missing" in capsys.readouterr().err


def test_features_are_defined_as_in_the_shards(shards, tmp_path):
    out, whole = tmp_path / "all", tmp_path / "whole"
    copies = [tmp_path / number for number in ("1", "2", "3")]
    for number, copy in enumerate(copies, 1):
        shutil.copytree(shards / copy.name, copy)
        again = [*TRAIN, "--features", "text", "--shard", f"{number}/3", "--out", str(copy)]
        assert main(again) == 0
    assert main([*MERGE, *map(str, copies), "--out", str(out)]) == 0
    shutil.copytree(shards / "whole", whole)
    assert main([*TRAIN, "--features", "text", "--out", str(whole)]) == 0
    assert tables_in(out) == tables_in(whole) != tables_in(shards / "whole")
