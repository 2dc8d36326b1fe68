"""The command line itself: what it refuses, in which words, and with which exit code."""

import sys

import pytest

from minimtl.cli import main
from minimtl.cli.main import COMMANDS, EXIT_INTERRUPTED, EXIT_USAGE, build_parser


def refused(capsys, *argv):
    """The one line on standard error that a wrong command line ends with."""
    with pytest.raises(SystemExit) as ended:
        main(argv)
    out, err = capsys.readouterr()
    assert ended.value.code == EXIT_USAGE
    assert out == ""
    (line,) = err.splitlines()
    return line


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            ["stduy", "--pairs", "4"],
            "no command 'stduy', did you mean study? (see `minimtl --help`)",
        ),
        (["xyzzy"], "there is no command 'xyzzy' (see"),
        (["study", "--paris=4"], "no flag '--paris', did you mean --pairs? (see `minimtl study"),
        (["advise", "--mian", "a", "--aux", "b"], "no flag '--mian', did you mean --main?"),
        (["study", "--xyzzy"], "there is no flag '--xyzzy' (see"),
        ([], "required: COMMAND"),
    ],
)
def test_a_slip_is_one_sentence_with_the_nearest_name(capsys, argv, said):
    assert said in refused(capsys, *argv)


def test_a_name_cannot_move_the_cursor(capsys):
    assert "\x1b" not in refused(capsys, "\x1b[2J")
    assert "\x1b" not in refused(capsys, "study", "--\x1b[2J")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["study", "--runs", "999999999999"], "--runs: 999999999999 is more than 10,000"),
        (["study", "--runs", "0"], "--runs: 0 is less than 1"),
        (["study", "--pairs", "-1"], "--pairs: -1 is less than 1"),
        (["study", "--workers", "1000000000"], "--workers: 1000000000 is more than 10,000"),
        (["study", "--workers", "0"], "--workers: 0 is less than 1"),
        (["study", "--seed", "-1"], "--seed: -1 is less than 0"),
        (["study", "--seed", "x"], "--seed: invalid number value: 'x'"),
        (["advise", "--main", "a", "--aux", "b", "--runs", "10001"], "--runs: 10001 is more than"),
    ],
)
def test_absurd_numbers(capsys, argv, said):
    assert said in refused(capsys, *argv)


def test_a_shortened_flag_is_still_a_flag(capsys):
    assert main(["corpus", "info", "--corp", "synthetic"]) == 0


@pytest.mark.parametrize("message", ["", "interrupted; so and so continues"])
def test_ctrl_c(capsys, monkeypatch, message):
    def interrupt(*args):
        raise KeyboardInterrupt(*[message] * bool(message))

    monkeypatch.setattr("minimtl.cli.doctor.run", interrupt)
    assert main(["doctor", "--json"]) == EXIT_INTERRUPTED
    expected = message or "interrupted; `minimtl doctor --json` begins again"
    assert capsys.readouterr().err == f"minimtl: {expected}\n"


def test_ctrl_c_while_a_command_is_loaded(capsys, monkeypatch):
    def interrupt(name):
        raise KeyboardInterrupt

    # The package has a function of this module's name.
    monkeypatch.setattr(sys.modules["minimtl.cli.main"], "import_module", interrupt)
    assert main(["study", "--out", "a b"]) == EXIT_INTERRUPTED
    assert capsys.readouterr().err == (
        "minimtl: interrupted; `minimtl study --out 'a b'` begins again\n"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name):
    text = build_parser(name).commands[name].format_help()
    assert f"\nexamples:\n  minimtl {name}" in text
    assert max(map(len, text.splitlines())) <= 88
