"""``minimtl tune``: the paper's hyper-parameters, tuned on Amazon reviews."""

import argparse
from pathlib import Path

from minimtl.cli.arguments import add_fresh_flag, add_out_flag, resumable
from minimtl.corpora.load import load_amazon
from minimtl.study.tuning import tune, write_tuning
from minimtl.system import say

EXAMPLES = (
    "minimtl tune",
    "minimtl tune --corpus processed_acl.tar.gz --out reviews",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the reviews and where the results go."""
    parser.add_argument(
        "--corpus",
        default="amazon",
        metavar="{amazon,PATH}",
        help="processed_acl.tar.gz or the folder it unpacks to (default: amazon, found or fetched)",
    )
    # Not the study's folder: each holds one store.
    add_out_flag(parser, "tuning")
    add_fresh_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Write ``tune.csv``, ``tune.md`` and, with Matplotlib, the figure; print the finding."""
    out = Path(args.out)
    with resumable(args.argv, "fit"):
        reviews = load_amazon(args.corpus, announce=say)
        tuning = tune(reviews, out, fresh=args.fresh)
    print(write_tuning(tuning, reviews.source, out))
    print(out / "tune.md")
    return 0
