"""The command line, and sentences for failures; `main` finds the sub-command.

One module a sub-command: ``add_arguments(parser)`` and ``run(args) -> int``. Nothing is
computed here but what `doctor` checks. May import: every package.
"""

from minimtl.cli.main import main, run_process

__all__ = ["main", "run_process"]
