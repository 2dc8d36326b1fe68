"""``minimtl completion``: the scripts, run by the shells that are there."""

import shlex
import shutil
import subprocess

import pytest

from minimtl.cli import main
from minimtl.cli.main import COMMANDS, build_parser

needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
needs_zsh = pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
needs_fish = pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")


@pytest.fixture
def script(capsys):
    def of(shell):
        assert main(["completion", shell]) == 0
        return capsys.readouterr().out

    return of


@pytest.fixture
def completed(script, tmp_path):
    """What bash offers at the end of some words, the last of which is being typed."""

    def complete(*words):
        line = [
            script("bash"),
            f"COMP_WORDS=({shlex.join(['minimtl', *words])}); COMP_CWORD={len(words)}",
            "_minimtl",
            "printf '%s\\n' \"${COMPREPLY[@]}\"",
        ]
        result = subprocess.run(
            ["bash", "-u", "-c", "\n".join(line)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stderr == ""
        return result.stdout.split("\n")[:-1]

    return complete


@needs_bash
def test_bash_completes_commands(completed):
    assert set(completed("")) == {*COMMANDS, "--help", "--version"}
    assert completed("st") == ["study"]
    assert completed("co") == ["corpus", "completion"]


@needs_bash
@pytest.mark.parametrize("name", COMMANDS)
def test_bash_completes_every_flag(completed, name):
    flags = {
        flag
        for action in build_parser(name).commands[name].arguments
        for flag in action.option_strings
    }
    assert set(completed(name, "-")) == flags


@needs_bash
def test_bash_completes_values(completed, tmp_path):
    (tmp_path / "my corpus").mkdir()
    (tmp_path / "mine.csv").write_text("")
    assert completed("study", "--problem", "") == ["related", "unrelated", "both"]
    assert completed("study", "--pairs", "4", "--protocol", "r") == ["released"]
    assert completed("cache", "c") == ["clear"]
    assert set(completed("advise", "--main", "m")) == {"my corpus", "mine.csv"}
    assert set(completed("study", "--corpus", "")) >= {"auto", "synthetic", "my corpus"}
    assert completed("report", "my") == ["my corpus"]
    assert completed("study", "--pairs", "") == [""]  # nothing is offered for a number
    assert completed("nothing", "") == [""]


@needs_bash
def test_bash_knows_whom_to_ask(script):
    line = f"{script('bash')}\ncomplete -p minimtl"
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert result.stdout == "complete -F _minimtl minimtl\n"


@needs_zsh
def test_zsh_takes_its_script(script, tmp_path):
    line = f"{script('zsh')}\nprint -r -- $_comps[minimtl]"
    result = subprocess.run(
        ["zsh", "-f", "-c", line], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "_minimtl" in result.stdout


@needs_fish
def test_fish_completes_commands_flags_and_values(script):
    def complete(line):
        program = f"{script('fish')}\ncomplete -C {shlex.quote(line)}"
        result = subprocess.run(
            ["fish", "--no-config", "-c", program], capture_output=True, text=True, check=True
        )
        return [offer.split("\t")[0] for offer in result.stdout.splitlines()]

    assert set(complete("minimtl ")) >= set(COMMANDS)
    assert complete("minimtl study --prob") == ["--problem"]
    assert set(complete("minimtl study --problem ")) == {"related", "unrelated", "both"}
    assert complete("minimtl study --pairs ") == []
    assert set(complete("minimtl cache ")) == {"info", "clear"}


def test_the_scripts_of_zsh_and_fish_name_every_command(script):
    for shell in ("zsh", "fish"):
        text = script(shell)
        assert all(name in text for name in COMMANDS)
