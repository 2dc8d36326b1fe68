"""``minimtl report``: tables, figures and page again, from a finished study's folder."""

import argparse
from pathlib import Path

from minimtl.cli.arguments import print_page
from minimtl.study import reopen_study

EXAMPLES = (
    "minimtl report results",
    "minimtl report released    # of a study with --out released",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folder."""
    parser.add_argument("folder", metavar="DIR", help="the --out folder of a finished study")


def run(args: argparse.Namespace) -> int:
    """Read the store and write everything that is made from it."""
    folder = Path(args.folder)
    result = reopen_study(folder)
    result.write(folder)
    print_page(result.summary, folder, "report")
    return 0
