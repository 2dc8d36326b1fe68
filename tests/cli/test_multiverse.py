"""``minimtl multiverse``: a plan, and whole posts."""

from minimtl.cli import main

SMALL = ["multiverse", "--corpus", "synthetic", "--pairs", "1", "--runs", "1", "--workers", "1"]


def test_whole_posts_need_posts(capsys):
    assert main([*SMALL, "--vary", "posts=whole"]) == 1
    assert "the synthetic corpus has no headers" in capsys.readouterr().err


def test_whole_posts_where_the_raw_archive_is_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MINIMTL_DATA", str(tmp_path))
    monkeypatch.setattr(
        "minimtl.corpora.load.fetch_edition", lambda edition, announce: tmp_path / "nothing"
    )
    assert main(["multiverse", "--vary", "posts=whole", "--dry-run"]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert "whole posts are in the raw archive 20news-bydate.tar.gz only" in error
    assert "MINIMTL_DATA" in error


def test_a_plan_trains_nothing(tmp_path, capsys):
    out = tmp_path / "plan"
    command = [*SMALL, "--vary", "score=f1,accuracy", "--protocol", "paper", "--dry-run"]
    assert main([*command, "--out", str(out)]) == 0
    assert "2 universes of 1 setting of training, 3 models, seed 0" in capsys.readouterr().out
    assert not out.exists()
