"""The examples of each command's ``--help`` are command lines that work."""

import shlex
from importlib import import_module

import pytest

from minimtl.cli import main
from minimtl.cli.main import COMMANDS, build_parser

EXAMPLES = [
    (name, example)
    for name in COMMANDS
    for example in import_module(f"minimtl.cli.{name}").EXAMPLES
]
# Those that need neither a download, files of one's own nor more than some seconds.
QUICK = [
    "minimtl corpus info --corpus synthetic",
    "minimtl cache info",
    "minimtl doctor",
    "minimtl doctor --json",
]


def words_of(example):
    """The arguments of an example, without ``minimtl``, its comment and what its output goes to."""
    program, *words = shlex.split(example.partition(" > ")[0], comments=True)
    assert program == "minimtl"
    return words


def test_each_command_has_two_or_three():
    counts = [sum(name == other for other, _ in EXAMPLES) for name in COMMANDS]
    assert set(counts) <= {2, 3}


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_is_parsed(name, example):
    words = words_of(example)
    assert words[0] == name
    assert build_parser(name).parse_args(words).command == name


@pytest.mark.parametrize("example", QUICK)
def test_a_quick_example_runs(example, tmp_path, monkeypatch, capsys):
    assert any(words_of(example) == words_of(other) for _, other in EXAMPLES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("minimtl.cli.doctor.fill_training", lambda section: None)
    assert main(words_of(example)) == 0
    assert capsys.readouterr().out
