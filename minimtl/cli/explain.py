"""``minimtl explain``: the mathematics at work on one pair of tasks, as a page or a notebook."""

import argparse
from pathlib import Path

from minimtl.cli.arguments import add_out_flag, make_folder, resumable
from minimtl.errors import MinimtlError
from minimtl.explain.explainpage import disagreements, explain_notebook, explain_page, visit_all
from minimtl.explain.lesson import make_lesson
from minimtl.system import available_cores, say, write_atomically

EXAMPLES = (
    "minimtl explain",
    "minimtl explain --out lesson",
    "minimtl explain --notebook",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The pair, the form, and where to."""
    parser.add_argument(
        "--pair",
        nargs=4,
        metavar="TOPIC",
        help="the pair whose numbers are shown: positive and negative topic of the main task, then "
        "of the auxiliary task (default: baseball and autos, hockey and motorcycles)",
    )
    parser.add_argument(
        "--notebook",
        action="store_true",
        help="write explain.ipynb instead of the page: a smaller study, computed with NumPy alone",
    )
    add_out_flag(
        parser, "explain", "where to write; the trained models are kept there (default: explain)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the page or the notebook, and print its path."""
    out = make_folder(args.out)
    with resumable(args.argv):
        path = _notebook(args, out) if args.notebook else _page(args, out)
    print(path)
    return 0


def _notebook(args: argparse.Namespace, out: Path) -> Path:
    path = out / "explain.ipynb"
    write_atomically(path, explain_notebook(args.pair).encode())
    return path


def _page(args: argparse.Namespace, out: Path) -> Path:
    lesson = make_lesson(args.pair, out, announce=say, n_workers=available_cores())
    visits = visit_all(lesson, say)
    path = out / "explain.html"
    write_atomically(path, explain_page(lesson, visits).encode())
    if apart := disagreements(visits):
        raise MinimtlError(
            f"{path} is written, and {len(apart)} of its comparisons disagree: {'; '.join(apart)}; "
            "`minimtl doctor` says whether training works on this machine"
        )
    return path
