"""The command line: finds the sub-command, runs it, and turns failures into sentences.

Only the module of the chosen sub-command is imported, so that ``minimtl --help`` loads neither
Numba nor SciPy.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import NoReturn

from minimtl._version import __version__
from minimtl.errors import MinimtlError, UsageError, did_you_mean
from minimtl.system import (
    begin_process,
    check_address_space,
    end_process,
    exit_code_of_signal,
    ignore_signals,
    pin_threads,
    say,
)

# The doors of `minimtl --help`: what for, and the commands behind it.
DOORS = {
    "For your own texts": {
        "advise": "say which way to train on your texts, alone or with others, and train it",
        "predict": "label new texts with a model that advise saved",
    },
    "For the paper": {
        "study": "train all models of a study and report when multi-task learning helped",
        "report": "write a finished study's tables, figures and page again",
        "merge": "join the shards that `study --shard` trained into one study",
        "multiverse": "train a study in many ways and say which choices change its gains",
        "meta": "say whether features of tasks predict their gains better than the tasks' names do",
        "audit": "check the numbers that a paper printed against the logs its authors released",
        "explain": "show the mathematics step by step on a pair of tasks, as a page or a notebook",
        "tune": "tune the number and size of hidden layers on Amazon reviews, as the paper does",
    },
    "Housekeeping": {
        "corpus": "show, fetch or verify a corpus",
        "cache": "show or clear downloaded corpora and compiled kernels",
        "doctor": "say what is installed, where things are kept, and whether training works",
    },
}
COMMANDS = {name: text for door in DOORS.values() for name, text in door.items()}
EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130
EXIT_BY_SIGNAL = 128  # and the signal's number: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one sentence, and names the nearest flag.

    Attributes
    ----------
    commands : the sub-commands' own parsers, by name.
    """

    commands: dict[str, "Parser"]

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(EXIT_USAGE, f"minimtl: {message} (see `{self.prog} --help`)\n")

    def refuse_unknown_flags(self, words: Iterable[str]) -> None:
        """End with the first long flag that there is none of; Argparse names no other."""
        known = [flag for action in self._actions for flag in action.option_strings]
        for word in words:
            flag = word.partition("=")[0]
            if flag == "--":
                return
            if flag.startswith("--") and not any(other.startswith(flag) for other in known):
                self.error(f"there is no flag {flag!r}{did_you_mean(flag, known)}")


def build_parser(chosen: str | None = None) -> Parser:
    """The parser of ``minimtl``, with the flags of the sub-command `chosen` (None: of all)."""
    parser = Parser(
        prog="minimtl",
        usage="minimtl [-h] [--version] COMMAND ...",
        description="Will training my text classifier together with another task help it?",
        epilog=_doors(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"minimtl {__version__}")
    subparsers = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", help=argparse.SUPPRESS, prog="minimtl"
    )
    parser.commands = subparsers.choices
    for name, help_text in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, description=help_text, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        if chosen in (None, name):
            command = import_module(f"minimtl.cli.{name}")
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
            subparser.epilog = "\n  ".join(["examples:", *command.EXAMPLES])
    return parser


def _doors() -> str:
    """The commands by their doors, as ``minimtl --help`` lists them."""
    lines = []
    for door, commands in DOORS.items():
        lines += [f"{door}:", *(f"  {name:<12}{text}" for name, text in commands.items()), ""]
    return "\n".join([*lines, "`minimtl COMMAND --help` shows a command's flags and examples."])


def run_process(argv: Sequence[str] | None = None) -> int:
    """`main` as a process of its own: with its signals, its standard streams, its last words."""
    begin_process()
    try:
        code = main(argv)
    except SystemExit as request:  # of argparse, which has said why
        code = request.code if isinstance(request.code, int) else EXIT_USAGE
    except KeyboardInterrupt:  # a second signal, while the first one was being answered
        code = exit_code_of_signal()
    try:
        end_process()
    except BrokenPipeError:  # the reader of our output (head, less) has gone
        return EXIT_FAILED
    except MinimtlError as error:
        say(f"minimtl: {error}")
        return EXIT_FAILED
    if code >= EXIT_BY_SIGNAL:
        # Python would take its own time, and may end itself by SIGINT whatever the signal was.
        os._exit(code)
    return code


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``minimtl`` with `argv` (default: the process's own) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        pin_threads()
        args = _parse(arguments)
        return args.run(args)
    except UsageError as error:
        say(f"minimtl: {error}")
        return EXIT_USAGE
    except MinimtlError as error:
        say(f"minimtl: {error}")
        return EXIT_FAILED
    except KeyboardInterrupt as interrupt:
        ignore_signals()
        again = f"interrupted; `{shlex.join(['minimtl', *arguments])}` begins again"
        say(f"minimtl: {str(interrupt) or again}")
        return exit_code_of_signal()
    except MemoryError:
        say("minimtl: memory ran out; what was finished before is kept; give it more memory")
        return EXIT_FAILED
    except ImportError as error:  # a library that is installed, and that the system cannot load
        say(f"minimtl: a package cannot be loaded ({error}); `minimtl doctor` says what is there")
        return EXIT_FAILED
    except BrokenPipeError:
        return EXIT_FAILED
    except OSError as error:  # too few open files or processes are allowed, say
        say(f"minimtl: the system refused something ({error}); what was finished before is kept")
        return EXIT_FAILED


def _parse(words: list[str]) -> argparse.Namespace:
    # The top level has no option with a value, so the first word that is no option is the command.
    chosen = next((word for word in words if not word.startswith("-")), "")
    if chosen in COMMANDS:
        check_address_space()
    parser = build_parser(chosen)
    for word in words:
        if not _is_text(word):
            parser.error(f"{word!a} is not UTF-8 text; minimtl takes file names in UTF-8 only")
    if chosen in COMMANDS:
        own = words[words.index(chosen) + 1 :]
        parser.commands[chosen].refuse_unknown_flags(own)
    elif chosen:
        parser.error(f"there is no command {chosen!r}{did_you_mean(chosen, COMMANDS)}")
    args = parser.parse_args(words)
    args.argv = words
    return args


def _is_text(word: str) -> bool:
    try:
        word.encode()
    except UnicodeEncodeError:  # bytes that were no text, as Python keeps them
        return False
    return True
