"""``minimtl corpus``."""

import argparse

import pytest

from minimtl.cli import corpus as command
from minimtl.errors import MinimtlError, UsageError


def run(*argv):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv))


def test_what_is_packaged(capsys):
    assert run("verify") == 0
    assert capsys.readouterr().out == "20news-words.xz: packaged edition, the file as published\n"


def test_fetch_and_verify_refuse_what_has_no_file(tmp_path):
    with pytest.raises(UsageError, match="nothing to fetch for --corpus synthetic; choose bydate"):
        run("fetch", "--corpus", "synthetic")
    with pytest.raises(UsageError, match="nothing to fetch for --corpus packaged"):
        run("fetch", "--corpus", "packaged")
    with pytest.raises(UsageError, match="there is no file to verify"):
        run("verify", "--corpus", "synthetic")


def test_fetch_prints_where_the_file_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "minimtl.cli.corpus.fetch_edition", lambda edition, say: tmp_path / edition.name
    )
    for choice in ("auto", "bydate"):
        assert run("fetch", "--corpus", choice) == 0
        assert capsys.readouterr().out == f"{tmp_path / 'bydate'}\n"


def test_verify_refuses_a_corpus_that_is_not_the_published_one(tmp_path):
    for partition in ("train", "test"):
        folder = tmp_path / f"20news-bydate-{partition}" / "sci.med"
        folder.mkdir(parents=True)
        (folder / "1").write_text("From: ann\n\nbody\n")
    with pytest.raises(MinimtlError, match="is not the published 'bydate' edition"):
        run("verify", "--corpus", str(tmp_path))
