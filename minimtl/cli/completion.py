"""``minimtl completion``: scripts by which a shell completes commands, flags and their values.

They are written from the parsers, so that they cannot lack a flag.
"""

import argparse
import shlex
from collections.abc import Iterable
from typing import NamedTuple

from minimtl.cli.main import COMMANDS, build_parser

EXAMPLES = (
    "minimtl completion bash > ~/.local/share/bash-completion/completions/minimtl",
    "minimtl completion zsh > ~/.minimtl.zsh    # and in ~/.zshrc: source ~/.minimtl.zsh",
    "minimtl completion fish > ~/.config/fish/completions/minimtl.fish",
)
# The placeholders of values that are files or folders, or may be.
_PATHS = ("FILE", "DIR", "PATH")


class Argument(NamedTuple):
    """A flag in all its spellings or, without any, a positional argument; and its values."""

    flags: tuple[str, ...]
    takes_value: bool
    choices: tuple[str, ...]
    takes_path: bool
    help: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the shell."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="for which shell")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    parsers = build_parser().commands
    commands = {name: [_argument(a) for a in parsers[name].arguments] for name in COMMANDS}
    print({"bash": _bash, "zsh": _zsh, "fish": _fish}[args.shell](commands), end="")
    return 0


def _argument(action: argparse.Action) -> Argument:
    metavar = str(action.metavar or "")
    choices = tuple(action.choices or ())
    if metavar.startswith("{"):  # such as {auto,synthetic,PATH}, where a path will do as well
        choices = tuple(word for word in metavar.strip("{}").split(",") if word.islower())
    return Argument(
        tuple(action.option_strings),
        action.nargs != 0,
        choices,
        any(word in metavar for word in _PATHS),
        str(action.help or "") % {"default": action.default},
    )


def _bash(commands: dict[str, list[Argument]]) -> str:
    lines = [
        "# Completion of minimtl for bash.",
        "_minimtl() {",
        '    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
        "    local IFS=$'\\n'",
        "    COMPREPLY=()",
        '    if [ "$COMP_CWORD" -eq 1 ]; then',
        f"        {_words([*commands, '--help', '--version'])}",
        "        return",
        "    fi",
        '    case "${COMP_WORDS[1]} $before" in',
    ]
    for name, arguments in commands.items():
        for argument in arguments:
            if argument.flags and argument.takes_value:
                pattern = " | ".join(f"'{name} {flag}'" for flag in argument.flags)
                lines.append(f"    {pattern}) {_values(argument)}; return;;")
    lines += ["    esac", '    case "${COMP_WORDS[1]} $word" in']
    for name, arguments in commands.items():
        flags = [flag for argument in arguments for flag in argument.flags]
        lines.append(f"    '{name} '-*) {_words(flags)};;")
        for argument in arguments:
            if not argument.flags:
                lines.append(f"    '{name} '*) {_values(argument)};;")
    return "\n".join([*lines, "    esac", "}", "complete -F _minimtl minimtl", ""])


def _words(words: Iterable[str]) -> str:
    return f'COMPREPLY=($(compgen {_listed(words)} -- "$word"))'


def _listed(words: Iterable[str]) -> str:
    """The words for `compgen`, split at line ends: blanks within names of files must not split."""
    return "-W $'{}'".format("\\n".join(words))


def _values(argument: Argument) -> str:
    """What bash does to complete the value of an argument."""
    if not argument.takes_path:
        return _words(argument.choices) if argument.choices else ":"
    options = " ".join(["-f", *[_listed(argument.choices)] * bool(argument.choices)])
    return f'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen {options} -- "$word"))'


def _zsh(commands: dict[str, list[Argument]]) -> str:
    """Zsh can run the script for bash, once its own completion is on."""
    begin = "(( $+functions[compdef] )) || { autoload -Uz compinit; compinit }"
    return f"{begin}\nautoload -Uz bashcompinit\nbashcompinit\n{_bash(commands)}"


def _fish(commands: dict[str, list[Argument]]) -> str:
    lines = ["# Completion of minimtl for fish.", "complete -c minimtl -f"]
    for name, help_text in COMMANDS.items():
        lines.append(
            f"complete -c minimtl -n __fish_use_subcommand -a {name} -d {shlex.quote(help_text)}"
        )
    for name, arguments in commands.items():
        for argument in arguments:
            parts = [f"complete -c minimtl -n '__fish_seen_subcommand_from {name}'"]
            parts += [
                f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
                for flag in argument.flags
            ]
            if argument.flags:
                parts += ["-x"] * (argument.takes_value and not argument.takes_path)
                parts += ["-d", shlex.quote(argument.help)]
            parts += ["-r -F"] * argument.takes_path
            parts += [f"-a '{' '.join(argument.choices)}'"] * bool(argument.choices)
            lines.append(" ".join(parts))
    return "\n".join([*lines, ""])
