"""What the flags of several commands share."""

import argparse
from collections.abc import Callable
from pathlib import Path

from minimtl.corpora import CORPUS_METAVAR
from minimtl.errors import MinimtlError
from minimtl.jobs import EXECUTOR_FORMS

# More of either is a slip of the keyboard: a run trains hundreds of models, a worker is a process.
MOST_RUNS = 10_000
MOST_WORKERS = 10_000


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """The type of a flag whose value is a whole number from `least` to `most`."""

    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        if most is not None and value > most:
            raise argparse.ArgumentTypeError(f"{text} is more than {most:,}")
        return value

    return number


def folder_name(text: str) -> str:
    """The type of a flag that names a folder to write to."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it names no folder; the one you are in is called .")
    return text


def make_folder(path: str) -> Path:
    """The folder `path` that a flag names, made if it is missing; MinimtlError if it cannot be."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MinimtlError(
            f"Cannot make the folder {folder} ({error.strerror}); choose another --out."
        ) from None
    return folder


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
    parser.add_argument(
        "--corpus",
        default="auto",
        metavar=CORPUS_METAVAR,
        help="which corpus (default: auto, the words of 20 Newsgroups that come with minimtl)",
    )
    parser.add_argument(
        "--runs",
        type=whole_number(1, MOST_RUNS),
        metavar="N",
        help=f"runs (default: {runs})",
    )
    parser.add_argument(
        "--pairs",
        type=whole_number(1),
        metavar="N",
        help="an even sample of N pairs, for a quick look",
    )
    parser.add_argument(
        "--seed", type=whole_number(0), default=0, metavar="N", help="of all draws (default: 0)"
    )
    parser.add_argument(
        "--out", type=folder_name, default=out, metavar="DIR", help=f"default: {out}"
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1, MOST_WORKERS),
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
        help="compiled kernels or plain NumPy (default: numba where it can be imported)",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="set an earlier study in --out aside and begin anew"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="say what would be trained and how long it would take, and stop",
    )
    how_loud = parser.add_mutually_exclusive_group()
    how_loud.add_argument("--quiet", action="store_true", help="no progress, no table")
    how_loud.add_argument("-v", "--verbose", action="store_true", help="say what each part took")


def silent(line: str) -> None:
    """What --quiet does with a line."""
