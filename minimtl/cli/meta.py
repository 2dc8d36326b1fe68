"""``minimtl meta TABLE``: can gains of pairs be predicted, by more than the tasks' names?"""

import argparse
import math
from pathlib import Path

from minimtl.cli.arguments import add_out_flag, add_seed_flag, make_folder
from minimtl.gains.engine import analyse_tables, read_tables
from minimtl.gains.pairanalysis import to_json, to_text, write_forms
from minimtl.gains.readtable import Roles
from minimtl.report.wording import counted
from minimtl.system import escape, say

EXAMPLES = (
    "minimtl meta pairs.csv --out meta",
    "minimtl meta transfer.tsv --main target --aux source --set sizes=n_main,n_aux",
    "minimtl meta gains.csv --matrix --json > meta.json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The table, what its columns are, and where to."""
    parser.add_argument(
        "table",
        metavar="TABLE",
        help=".csv, .tsv, .jsonl or .json with one row for each pair of tasks, or each pair and "
        "run; or the folder of a finished study",
    )
    for flag, meaning in (
        ("--main", "column of the main task's name"),
        ("--aux", "column of the auxiliary task's name"),
        ("--gain", "column of the gain, or of a label 0 or 1"),
        ("--run", "column of the run"),
        ("--main-group", "column of the main task's group: its corpus, say"),
        ("--aux-group", "column of the auxiliary task's group"),
    ):
        parser.add_argument(
            flag,
            metavar="COL",
            dest=f"{flag.removeprefix('--').replace('-', '_')}_column",
            help=f"{meaning} (default: guessed from the columns' names)",
        )
    parser.add_argument(
        "--features",
        metavar="COL,…",
        type=_columns,
        help="numeric columns to predict from (default: all that have no other role)",
    )
    parser.add_argument(
        "--set",
        metavar="NAME=COL,…",
        type=_named_columns,
        action="append",
        default=[],
        dest="sets",
        help="also try these features together; repeat for more sets",
    )
    parser.add_argument(
        "--threshold",
        metavar="X",
        type=_finite,
        help="a mean gain above this counts as a gain (default: 0, or 0.5 for labels)",
    )
    parser.add_argument(
        "--matrix",
        action="store_true",
        help="TABLE is a matrix of gains with main tasks as rows and auxiliary tasks as columns",
    )
    add_out_flag(parser, None, "also write meta.md, meta.csv, meta.html and meta.svg there")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    add_seed_flag(parser)


def run(args: argparse.Namespace) -> int:
    """Read, analyse, and print the finding; write the pages where asked."""
    roles = Roles(
        main=args.main_column,
        aux=args.aux_column,
        gain=args.gain_column,
        run=args.run_column,
        main_group=args.main_group_column,
        aux_group=args.aux_group_column,
        features=args.features,
        sets=dict(args.sets),
    )
    tables = read_tables(args.table, roles, matrix=args.matrix, threshold=args.threshold)
    n_pairs = sum(table.n_pairs for table in tables)
    say(f"{counted(n_pairs, 'pair')} read; scoring predictions under each design.")
    analyses = analyse_tables(tables, args.seed)
    print(to_json(analyses) if args.json else escape(to_text(analyses)))
    if args.out is not None:
        out = make_folder(args.out)
        title = f"Can the gains of {Path(args.table).name} be predicted?"
        say(f"Written: {', '.join(map(str, write_forms(analyses, title, out)))}")
    return 0


def _columns(text: str) -> tuple[str, ...]:
    """The type of a flag whose value is names of columns."""
    names = tuple(filter(None, (name.strip() for name in text.split(","))))
    if not names:
        raise argparse.ArgumentTypeError("it names no column")
    return names


def _named_columns(text: str) -> tuple[str, tuple[str, ...]]:
    name, equals, columns = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=COL,COL")
    return name.strip(), _columns(columns)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is no finite number")
    return value
