"""The flags of what trains studies, and the conditions of training that they ask for."""

import argparse
import logging
import warnings
from pathlib import Path

from minimtl.cli.arguments import (
    MOST_RUNS,
    add_corpus_flag,
    add_fresh_flag,
    add_out_flag,
    add_seed_flag,
    whole_number,
)
from minimtl.jobs.executors import EXECUTOR_FORMS, check_executor
from minimtl.study.training import Conditions
from minimtl.system import available_cores

_MOST_WORKERS = 10_000  # more is a slip of the keyboard: a worker is a process


def add_problem_flag(parser: argparse.ArgumentParser, default: str) -> None:
    """Declare which pairs of tasks are studied."""
    parser.add_argument(
        "--problem",
        choices=("related", "unrelated", "both"),
        default=default,
        help=f"which pairs of tasks (default: {default})",
    )


def add_training_flags(
    parser: argparse.ArgumentParser, out: str, runs: str = "the protocol's"
) -> None:
    """Declare the flags of whatever trains studies: corpus, size, place, workers, loudness."""
    add_corpus_flag(parser)
    parser.add_argument(
        "--runs",
        type=whole_number(1, MOST_RUNS),
        metavar="N",
        help=f"how many times everything is drawn and trained again (default: {runs})",
    )
    parser.add_argument(
        "--pairs",
        type=whole_number(1),
        metavar="N",
        help="an even sample of N pairs, for a quick look",
    )
    add_seed_flag(parser)
    add_out_flag(parser, out)
    parser.add_argument(
        "--workers",
        type=whole_number(1, _MOST_WORKERS),
        metavar="N",
        help="processes that train (default: all cores)",
    )
    parser.add_argument(
        "--executor",
        default="process",
        metavar=f"{{{','.join(EXECUTOR_FORMS)}}}",
        help="where models are trained (default: process)",
    )
    parser.add_argument(
        "--backend",
        choices=("numba", "numpy"),
        help="compiled kernels or plain NumPy (default: numba if it is installed)",
    )
    add_fresh_flag(parser, "an earlier study in --out")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="say what would be trained and how long it would take, then stop",
    )
    how_loud = parser.add_mutually_exclusive_group()
    how_loud.add_argument("--quiet", action="store_true", help="print no progress and no table")
    how_loud.add_argument(
        "-v", "--verbose", action="store_true", help="say how long each part took"
    )


def conditions_of(args: argparse.Namespace) -> Conditions:
    """The conditions of training, of the flags of `add_training_flags`.

    Raises
    ------
    UsageError, MinimtlError
        If there is no such executor, or what it needs is missing.
    """
    check_executor(args.executor)
    _quiet_dask()
    return Conditions(
        Path(args.out),
        args.workers or available_cores(),
        args.executor,
        args.fresh,
        args.quiet,
        args.verbose,
        args.argv,
    )


def _quiet_dask() -> None:
    """Let Dask be silent in this process, which says itself what failed."""
    warnings.filterwarnings("ignore", message="Sending large graph")
    logging.getLogger("distributed.client").addFilter(_is_critical)


def _is_critical(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.CRITICAL
