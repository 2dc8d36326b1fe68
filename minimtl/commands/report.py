"""``minimtl report``: tables, figures and page again, from a finished study's folder."""

import argparse
from pathlib import Path

import numpy as np

from minimtl.commands.study import print_summary
from minimtl.errors import MinimtlError
from minimtl.meta import conclude
from minimtl.report import write_report
from minimtl.store import open_existing_store
from minimtl.study import PROTOCOLS, Problem, Results, StudyIdentity, problems_of, read_manifest
from minimtl.system import say

EXAMPLES = ("minimtl report results", "minimtl report released    # of a study with --out released")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folder."""
    parser.add_argument("folder", metavar="DIR", help="the --out folder of a finished study")


def run(args: argparse.Namespace) -> int:
    """Read the store and write everything that is made from it."""
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
        shown = write_report(concluded, protocol, manifest, folder, say)
    print_summary(shown, folder)
    return 0
