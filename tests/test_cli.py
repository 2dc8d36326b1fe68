"""The command line itself: what it refuses, in which words, and with which exit code."""

import shlex
import sys
from importlib import import_module

import pytest

from minimtl.cli import main
from minimtl.cli.main import COMMANDS, EXIT_INTERRUPTED, EXIT_USAGE, build_parser
from minimtl.tasks.readmanifest import resume_command

ADVISE = "advise --main a --aux b"
SMALL = "study --corpus synthetic --problem related --pairs 1 --runs 1 --workers 1"
MULTIVERSE = "multiverse --corpus synthetic --pairs 1 --runs 1 --vary"


def refused(capsys, *words):
    """The one line on standard error that a wrong command line ends with."""
    try:
        code = main(words)
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    assert (code, out) == (EXIT_USAGE, "")
    (line,) = err.splitlines()
    return line


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("stduy --pairs 4", "no command 'stduy', did you mean study? (see `minimtl --help"),
        ("xyzzy", "there is no command 'xyzzy' (see"),
        ("study --paris=4", "no flag '--paris', did you mean --pairs? (see `minimtl study"),
        ("advise --mian a --aux b", "no flag '--mian', did you mean --main?"),
        ("study --xyzzy", "there is no flag '--xyzzy' (see"),
        ("", "required: COMMAND"),
        ("study --runs 0", "--runs: 0 is less than 1"),
        ("study --pairs -1", "--pairs: -1 is less than 1"),
        ("study --workers 0", "--workers: 0 is less than 1"),
        ("study --seed -1", "--seed: -1 is less than 0"),
        ("study --seed x", "--seed: invalid number value: 'x'"),
        ("study --shard 4/3", "'4/3' is not I/N, part I of N parts"),
        ("advise --main a.csv", "the following arguments are required: --aux"),
        (f"{ADVISE} --runs 10001", "--runs: 10001 is more than 10,000"),
        (f"{ADVISE} --runs 1", "--runs: 1 is less than 2"),
        (f"{ADVISE} --margin 1", "--margin: 1 does not lie in [0, 1)"),
        (f"{ADVISE} --labels 1=a,b", "'1=a,b' has no = behind 'b'"),
        (f"{ADVISE} --labels 1=a,1=b", "does not give each label one"),
        (f"{ADVISE} --tokenizer letters", "invalid choice: 'letters'"),
        (f"{ADVISE} --way pooled", "--way names the way that --save-model trains; give both"),
        (f"{MULTIVERSE} drop_out=0", "did you mean dropout?"),
        (f"{MULTIVERSE} dropout=0 dropout=0.5", "given twice"),
        (f"{MULTIVERSE} train_per_class=10 train_per_task=20", "exclude each other"),
        (f"{MULTIVERSE} read_at=500", "scores cannot be read at epoch index 500"),
        (f"{MULTIVERSE} aux_weight=0.5 share_directions=yes", "needs share_directions=False"),
        ("tune --corpus amazn", "neither one of amazon nor an existing file"),
        ("corpus fetch --corpus synthetic", "nothing to fetch for --corpus synthetic; choose byd"),
        ("corpus fetch --corpus packaged", "nothing to fetch for --corpus packaged"),
        ("corpus verify --corpus synthetic", "there is no file to verify"),
    ],
)
def test_wrong_usage_is_one_sentence_with_the_nearest_name(
    capsys, tmp_path, monkeypatch, command, said
):
    monkeypatch.chdir(tmp_path)
    assert said in refused(capsys, *shlex.split(command))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["\x1b[2J"], ["study", "--\x1b[2J"]])
def test_a_name_cannot_move_the_cursor(capsys, words):
    assert "\x1b" not in refused(capsys, *words)


def test_a_shortened_flag_is_still_a_flag(capsys):
    assert main(["corpus", "info", "--corp", "synthetic"]) == 0


@pytest.fixture
def interrupt(tmp_path, monkeypatch):
    """Puts an interrupt with a message, if any, in the place of a function."""
    monkeypatch.chdir(tmp_path)

    def put(place, *message):
        def raise_interrupt(*args, **options):
            raise KeyboardInterrupt(*message)

        monkeypatch.setattr(place, raise_interrupt)

    return put


@pytest.mark.parametrize("message", [[], ["interrupted; so and so continues"]])
def test_ctrl_c(capsys, interrupt, message):
    interrupt("minimtl.cli.doctor.run", *message)
    assert main(["doctor", "--json"]) == EXIT_INTERRUPTED
    (expected,) = message or ["interrupted; `minimtl doctor --json` begins again"]
    assert capsys.readouterr().err == f"minimtl: {expected}\n"


QUICK = "epochs_single=12 epochs_joint=2 read_at=0,1 gradient_window=12"


@pytest.mark.parametrize(
    ("command", "place", "unit"),
    [
        ("tune", "minimtl.cli.tune.load_amazon", "fit"),
        (
            f"{MULTIVERSE} {QUICK} --protocol paper",
            "minimtl.study.multiverse.train_models",
            "model",
        ),
        ("advise --main a.csv --aux b.csv", "minimtl.advice.api.Measuring.fit_all", "model"),
    ],
)
def test_ctrl_c_is_answered_with_what_continues(capsys, tmp_path, interrupt, command, place, unit):
    interrupt(place)
    for name, labels in (("a.csv", "xy"), ("b.csv", "uv")):
        rows = [f"{label}{i} text,{label}" for label in labels for i in range(9)]
        (tmp_path / name).write_text("\n".join(["text,label", *rows]))
    assert main([*command.split(), "--out", "my results", "--fresh"]) == EXIT_INTERRUPTED
    assert capsys.readouterr().err.endswith(
        f"minimtl: interrupted; every finished {unit} is kept, and "
        f"`minimtl {command} --out 'my results'` continues\n"
    )


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["study", "--f", "--pairs", "4"], "minimtl study --pairs 4"),
        (["tune", "--out", "", "-v", "--", "-"], "minimtl tune --out '' -v -- -"),
    ],
)
def test_what_continues_does_not_begin_anew(words, command):
    assert resume_command(words) == command


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
def test_every_command_has_help_with_examples_that_are_command_lines(name):
    parser = build_parser(name)
    text = parser.commands[name].format_help()
    assert f"\nexamples:\n  minimtl {name}" in text
    assert max(map(len, text.splitlines())) <= 88
    for example in import_module(f"minimtl.cli.{name}").EXAMPLES:
        program, *words = shlex.split(example.partition(" > ")[0], comments=True)
        assert program == "minimtl"
        assert parser.parse_args(words).command == name
