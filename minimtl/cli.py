"""The command line: finds the sub-command, runs it, and turns failures into sentences.

Each module of `minimtl.commands` is one sub-command, with ``HELP``, ``add_arguments(parser)``
and ``run(args) -> int``; nothing heavy is imported before ``run``.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from minimtl._version import __version__
from minimtl.errors import MinimtlError, UsageError
from minimtl.study.threads import pin_threads

COMMANDS = ("study", "corpus", "tune", "advise", "audit", "report", "doctor")
EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


def build_parser() -> argparse.ArgumentParser:
    """The parser of ``minimtl`` with all its sub-commands."""
    parser = argparse.ArgumentParser(
        prog="minimtl",
        description="Will training my text classifier together with another task help it?",
    )
    parser.add_argument("--version", action="version", version=f"minimtl {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        command = import_module(f"minimtl.commands.{name}")
        subparser = subparsers.add_parser(name, help=command.HELP, description=command.HELP)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``minimtl`` with `argv` (default: the process's own) and return its exit code."""
    pin_threads()
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = build_parser().parse_args(arguments)
    args.argv = arguments
    try:
        return args.run(args)
    except UsageError as error:
        print(f"minimtl: {error}", file=sys.stderr)
        return EXIT_USAGE
    except MinimtlError as error:
        print(f"minimtl: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt as interrupt:
        print(f"minimtl: {interrupt or 'interrupted'}", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; say nothing more on a closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
