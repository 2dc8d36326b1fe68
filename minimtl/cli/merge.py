"""``minimtl merge``: one study of the shards that were trained apart."""

import argparse
from pathlib import Path

from minimtl.cli.arguments import add_corpus_flag, add_out_flag, print_page
from minimtl.study.conductor import merge_shards
from minimtl.study.training import Conditions

EXAMPLES = (
    "minimtl merge shard1 shard2 shard3 --out results",
    "minimtl merge shards/* --out results    # the folders of a job array",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the shards' folders and where the study goes."""
    parser.add_argument(
        "folders", nargs="+", metavar="DIR", help="the --out folder of each `study --shard`"
    )
    add_corpus_flag(parser, "the shards' corpus (default: auto, the words that come with minimtl)")
    add_out_flag(parser, "results")
    parser.add_argument("--quiet", action="store_true", help="print no progress and no table")


def run(args: argparse.Namespace) -> int:
    """Merge the shards and conclude; 0 when the report is written."""
    folders, out = [Path(folder) for folder in args.folders], Path(args.out)
    conditions = Conditions(out, len(folders), "shards", quiet=args.quiet, command=args.argv)
    result = merge_shards(folders, args.corpus, conditions)
    result.write(out, announce=conditions.announce)
    if not args.quiet:
        print_page(result.summary, out, "report")
    return 0
