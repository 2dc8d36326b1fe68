"""``minimtl tune``: the paper's hyper-parameters, tuned on Amazon reviews."""

import argparse
from pathlib import Path

from minimtl.cli.arguments import add_fresh_flag, add_out_flag, resumable, share
from minimtl.corpora import load_amazon
from minimtl.report import figures_available, to_markdown, to_text, write_tables
from minimtl.study import (
    draw_tuning,
    make_grid,
    tune,
    tuning_document,
    tuning_finding,
    tuning_table,
)
from minimtl.system import say, write_atomically

EXAMPLES = (
    "minimtl tune",
    "minimtl tune --learning-rate 0.001 0.01 --dropout 0 0.5 --out wider",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--corpus, --out, --fresh, and what the grid has beside layers and sizes."""
    parser.add_argument(
        "--corpus",
        default="amazon",
        metavar="{amazon,PATH}",
        help="processed_acl.tar.gz or the folder it unpacks to (default: amazon, found or fetched)",
    )
    # Not the study's folder: each holds one store.
    add_out_flag(parser, "tuning")
    parser.add_argument(
        "--learning-rate",
        type=_learning_rate,
        nargs="+",
        default=[1e-3],
        metavar="RATE",
        help="learning rates to try (default: 0.001)",
    )
    parser.add_argument(
        "--dropout",
        type=share,
        nargs="+",
        default=[0.5],
        metavar="SHARE",
        help="dropout rates to try (default: 0.5)",
    )
    add_fresh_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Write ``tune.csv``, ``tune.md`` and, with Matplotlib, the figure; print the finding."""
    out = Path(args.out)
    with resumable(args.argv, "fit"):
        reviews = load_amazon(args.corpus, announce=say)
        tuning = tune(reviews, make_grid(args.learning_rate, args.dropout), out, fresh=args.fresh)
    write_tables([tuning_table(tuning)], out)
    if figures_available():
        draw_tuning(tuning, out)
    document = tuning_document(tuning, reviews.source, figures_available())
    write_atomically(out / "tune.md", to_markdown(document).encode())
    print(to_text([tuning_finding(tuning)]))
    print(out / "tune.md")
    return 0


def _learning_rate(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text} does not lie between 0 and 1")
    return value
