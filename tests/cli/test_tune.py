"""``minimtl tune`` as people type it."""

import argparse

import pytest

from minimtl.cli import main
from minimtl.cli import tune as command
from minimtl.cli.main import EXIT_INTERRUPTED, EXIT_USAGE


def parse(*argv):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(argv)


def test_defaults():
    args = parse()
    assert (args.corpus, args.out, args.fresh) == ("amazon", "tuning", False)
    assert (args.learning_rate, args.dropout) == ([1e-3], [0.5])


@pytest.mark.parametrize(
    "argv",
    [("--dropout", "1"), ("--dropout", "-0.1"), ("--learning-rate", "0"), ("--dropout", "nan")],
)
def test_rates_that_cannot_be(argv):
    with pytest.raises(SystemExit, match="2"):
        parse(*argv)


def test_no_reviews(tmp_path, capsys):
    absent, out = str(tmp_path / "absent"), str(tmp_path / "o")
    assert main(["tune", "--corpus", absent, "--out", out]) == EXIT_USAGE
    assert "neither one of amazon nor an existing file" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_an_interrupted_one_says_how_to_go_on(monkeypatch, capsys):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("minimtl.cli.tune.load_amazon", lambda *args, **kwargs: None)
    monkeypatch.setattr("minimtl.cli.tune.tune", interrupt)
    assert main(["tune", "--out", "a b"]) == EXIT_INTERRUPTED
    error = capsys.readouterr().err
    assert error.endswith("every finished fit is kept, and `minimtl tune --out 'a b'` continues\n")
