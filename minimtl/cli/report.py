"""``minimtl report``: tables, figures and page again, from a finished study's folder."""

import argparse
from pathlib import Path

from minimtl.cli.arguments import print_page
from minimtl.study.conductor import reopen_study
from minimtl.tasks.pairfeatures import DEFINITIONS

EXAMPLES = (
    "minimtl report results",
    "minimtl report released    # of a study with --out released",
    "minimtl report results --features text    # after `study --features text`",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folder and the features."""
    parser.add_argument("folder", metavar="DIR", help="the --out folder of a finished study")
    parser.add_argument(
        "--features",
        choices=tuple(DEFINITIONS),
        help="which definition of the features (default: that of the last report)",
    )


def run(args: argparse.Namespace) -> int:
    """Read the store and write everything that is made from it."""
    folder = Path(args.folder)
    result = reopen_study(folder, args.features)
    result.write(folder)
    print_page(result.summary, folder, "report")
    return 0
