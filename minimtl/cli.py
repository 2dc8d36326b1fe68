"""The command line: finds the sub-command, runs it, and turns failures into sentences.

Only the module of the chosen sub-command is imported, so that ``minimtl --help`` loads neither
Numba nor SciPy.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from minimtl._version import __version__
from minimtl.errors import MinimtlError, UsageError
from minimtl.system import pin_threads, say

COMMANDS = {
    "study": "train all models of a study and report when multi-task learning helped",
    "corpus": "show, fetch or verify a corpus",
    "tune": "tune hidden layers and their size on Amazon reviews, as the paper does",
    "advise": "say whether training your texts jointly with other texts helps",
    "audit": "hold the published numbers against the authors' released logs",
    "report": "draw a finished study's tables, figures and page again",
    "doctor": "say what is installed, where things are kept, and whether training works",
}
EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The parser of ``minimtl``, with the flags of the sub-command `chosen` (None: of all)."""
    parser = argparse.ArgumentParser(
        prog="minimtl",
        description="Will training my text classifier together with another task help it?",
    )
    parser.add_argument("--version", action="version", version=f"minimtl {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=help_text, description=help_text)
        if chosen in (None, name):
            command = import_module(f"minimtl.commands.{name}")
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``minimtl`` with `argv` (default: the process's own) and return its exit code."""
    pin_threads()
    arguments = list(sys.argv[1:] if argv is None else argv)
    # The top level has no option with a value, so the first word that is no option is the command.
    chosen = next((word for word in arguments if not word.startswith("-")), "")
    args = build_parser(chosen).parse_args(arguments)
    args.argv = arguments
    try:
        return args.run(args)
    except UsageError as error:
        say(f"minimtl: {error}")
        return EXIT_USAGE
    except MinimtlError as error:
        say(f"minimtl: {error}")
        return EXIT_FAILED
    except KeyboardInterrupt as interrupt:
        say(f"minimtl: {interrupt or 'interrupted'}")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; say nothing more on a closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
