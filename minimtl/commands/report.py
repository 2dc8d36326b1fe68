"""``minimtl report``: tables, figures and page again, from a finished study's folder."""

import argparse
import sys
from pathlib import Path

from minimtl.errors import MinimtlError

HELP = "draw a finished study's tables, figures and page again"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folder."""
    parser.add_argument("folder", metavar="DIR", help="the --out folder of a finished study")


def run(args: argparse.Namespace) -> int:
    """Read the store and write everything that is made from it."""
    import numpy as np

    from minimtl.commands.study import print_summary
    from minimtl.report.produce import produce
    from minimtl.study.collect import Results
    from minimtl.study.conduct import conclude
    from minimtl.study.jobs import StudyIdentity
    from minimtl.study.manifest import problems_of, read_manifest
    from minimtl.study.plan import Problem
    from minimtl.study.protocol import PROTOCOLS
    from minimtl.study.store import open_existing_store

    folder = Path(args.folder)

    def no_features(problem: Problem, run: int) -> np.ndarray:
        raise MinimtlError(
            f"{folder} lacks the features of {problem.name}, run {run}; run `minimtl study` again "
            f"with --out {folder}, which keeps the models"
        )

    with open_existing_store(folder) as store:
        manifest = read_manifest(folder)
        identity = store.identity
        protocol = PROTOCOLS[identity["protocol"]["name"]]
        if identity["protocol"] != protocol.to_dict():
            raise MinimtlError(
                f"{folder} was made by another version of minimtl, whose protocol "
                f"{protocol.name} differs; use that version, or begin anew with --fresh"
            )
        models = StudyIdentity.of(protocol, identity["corpus"]["digest"], identity["seed"])
        results = Results(store, models, protocol)
        concluded = conclude(problems_of(manifest), results, identity["seed"], no_features)
        made = produce(concluded, protocol, manifest, folder, _say)
    print_summary(made, folder)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)
