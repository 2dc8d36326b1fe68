"""``minimtl study --shard`` and ``minimtl merge``: the tables are those of one machine."""

import shutil

import pytest

from minimtl.cli import main

STUDY = ["study", "--corpus", "synthetic", "--problem", "related", "--pairs", "3", "--runs", "2"]
TRAIN = [*STUDY, "--workers", "1", "--quiet"]


def merge(out, *folders, corpus="synthetic"):
    words = ["merge", *map(str, folders), "--corpus", corpus, "--quiet", "--out", str(out)]
    return main(words)


def tables_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Three shards of a study, and the study trained whole beside them."""
    folder = tmp_path_factory.mktemp("shards")
    for number in (1, 2, 3):
        shard = ["--shard", f"{number}/3", "--out", str(folder / str(number))]
        assert main([*TRAIN, *shard]) == 0
    assert main([*TRAIN, "--out", str(folder / "whole")]) == 0
    return folder


def test_a_shard_has_no_report(shards, capsys):
    assert not tables_in(shards / "2")
    assert main(["report", str(shards / "2")]) == 1
    assert "holds shard 2/3 of a study; `minimtl merge`" in capsys.readouterr().err


def test_what_is_missing_is_said_and_the_rest_makes_the_tables_of_one_machine(
    shards, tmp_path, capsys
):
    out, other = tmp_path / "part", tmp_path / "trained here"
    assert merge(out, shards / "3", shards / "1") == 1
    error = capsys.readouterr().err
    assert " are missing (" in error
    assert " of --shard 2/3); what there is was merged into" in error
    assert not tables_in(out)

    # The missing shard alone is enough afterwards, or training here.
    shutil.copytree(out, other)
    assert merge(out, shards / "2") == 0
    assert main([*TRAIN, "--out", str(other)]) == 0
    assert "table1.csv" in tables_in(out)
    assert tables_in(out) == tables_in(other) == tables_in(shards / "whole")
    assert main(["report", str(out)]) == 0


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        (["--seed", "1"], "hold parts of different studies (seed is 1 there and 0 here"),
        (["--runs", "1"], "problems.paper.related.runs is 1 there and 2 here"),
    ],
)
def test_shards_of_different_studies(shards, tmp_path, capsys, flag, said):
    other, out = tmp_path / "other", tmp_path / "out"
    assert main([*TRAIN, *flag, "--shard", "2/3", "--out", str(other)]) == 0
    assert merge(out, shards / "1", other) == 1
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_the_report_of_another_study_stays(shards, tmp_path, capsys):
    out = tmp_path / "out"
    assert main([*TRAIN, "--pairs", "2", "--out", str(out)]) == 0
    tables = tables_in(out)
    assert merge(out, *(shards / number for number in "123")) == 1
    error = capsys.readouterr().err
    assert "problems.paper.related.pairs is 2 there and 3 here); choose another --out" in error
    assert tables_in(out) == tables


def test_another_corpus(shards, tmp_path, capsys):
    assert merge(tmp_path / "out", shards / "1", corpus="auto") == 1
    assert "give the --corpus that the shards were trained with" in capsys.readouterr().err


def test_features_are_defined_as_in_the_shards(shards, tmp_path):
    shutil.copytree(shards, tmp_path, dirs_exist_ok=True)
    again = [*TRAIN, "--features", "text"]
    for number in (1, 2, 3):
        shard = ["--shard", f"{number}/3", "--out", str(tmp_path / str(number))]
        assert main([*again, *shard]) == 0
    assert merge(tmp_path / "all", *(tmp_path / number for number in "123")) == 0
    assert main([*again, "--out", str(tmp_path / "whole")]) == 0
    merged = tables_in(tmp_path / "all")
    assert merged == tables_in(tmp_path / "whole") != tables_in(shards / "whole")
