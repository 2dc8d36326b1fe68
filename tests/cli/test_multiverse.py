"""``minimtl multiverse``: usage, a plan, and what an interrupted one says."""

import pytest

from minimtl.cli import main
from minimtl.cli.main import EXIT_INTERRUPTED, EXIT_USAGE

SMALL = ["multiverse", "--corpus", "synthetic", "--pairs", "1", "--runs", "1", "--workers", "1"]
QUICK = ["epochs_single=12", "epochs_joint=2", "read_at=0,1", "gradient_window=12"]


@pytest.mark.parametrize(
    ("vary", "sentence"),
    [
        (["drop_out=0"], "did you mean dropout?"),
        (["dropout=half"], "dropout takes a number"),
        (["dropout"], "not of the form FIELD=V1,V2"),
        (["dropout=0", "dropout=0.5"], "given twice"),
        (["train_per_class=10", "train_per_task=20"], "exclude each other"),
        (["read_at=500"], "scores cannot be read at epoch index 500"),
        (["aux_weight=0.5", "share_directions=yes"], "needs share_directions=False"),
    ],
)
def test_wrong_usage_is_one_sentence(vary, sentence, capsys):
    assert main([*SMALL, "--vary", *vary]) == EXIT_USAGE
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert sentence in error


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


def test_interrupted_it_says_what_continues(tmp_path, monkeypatch, capsys):
    out = tmp_path / "my universes"
    command = [*SMALL, "--vary", *QUICK, "--protocol", "paper", "--out", str(out)]

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("minimtl.study.multiverse.runmultiverse.train_universes", interrupt)
        assert main([*command, "--fresh"]) == EXIT_INTERRUPTED
    assert capsys.readouterr().err.endswith(
        f"every finished model is kept, and `minimtl {' '.join(command[:-1])} '{out}'` continues\n"
    )
