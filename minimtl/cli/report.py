"""``minimtl report``: tables, figures and page again, from a finished study's folder."""

import argparse
from pathlib import Path

import numpy as np

from minimtl.cli.study import print_summary
from minimtl.errors import MinimtlError
from minimtl.gains import conclude
from minimtl.jobs import open_existing_store
from minimtl.study import check_manifest_of, identity_of, write_manifest, write_report
from minimtl.system import say
from minimtl.tasks import DEFINITIONS, Problem, Results, features_of, problems_of, read_manifest

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
        help="which of the features that the store has (default: those of the last report)",
    )


def run(args: argparse.Namespace) -> int:
    """Read the store and write everything that is made from it."""
    folder = Path(args.folder)
    with open_existing_store(folder) as store:
        protocol, identity = identity_of(store)
        if not store.is_held:
            say(f"another minimtl is at work in {folder}; its store is read as it is now")
        manifest = read_manifest(folder)
        check_manifest_of(store, manifest)
        features = args.features or features_of(manifest)
        protocol = protocol.replace(features=features)

        def no_features(problem: Problem, run: int) -> np.ndarray:
            raise MinimtlError(
                f"{folder} lacks the features of {problem.name}, run {run}, as the {features} has "
                f"them; run `minimtl study` again with --out {folder} --features {features}, which "
                "keeps the models"
            )

        results = Results(store, identity, protocol)
        concluded = conclude(problems_of(manifest), results, identity.seed, no_features)
        summary = write_report(concluded, protocol, manifest, folder, say)
        if features != features_of(manifest):
            write_manifest({**manifest, "features": features}, folder)
    print_summary(summary, folder)
    return 0
