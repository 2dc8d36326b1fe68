"""``minimtl merge``: one study of the shards that were trained apart."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minimtl.cli.arguments import folder_name, silent
from minimtl.cli.study import conclude_study
from minimtl.corpora import CORPUS_METAVAR, load_corpus
from minimtl.errors import MinimtlError
from minimtl.jobs import Store, copy_results, differences, open_existing_store, open_store
from minimtl.report import counted
from minimtl.study import (
    Stopwatch,
    Study,
    check_manifest_of,
    identity_of,
    make_manifest,
    write_manifest,
)
from minimtl.system import say
from minimtl.tasks import Shard, features_of, problems_of, read_manifest_of_any

EXAMPLES = (
    "minimtl merge shard1 shard2 shard3 --out results",
    "minimtl merge shards/* --out results    # as a job array of 100 left them",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the shards' folders and where the study goes."""
    parser.add_argument(
        "folders", nargs="+", metavar="DIR", help="the --out folder of each `study --shard`"
    )
    parser.add_argument(
        "--corpus",
        default="auto",
        metavar=CORPUS_METAVAR,
        help="the shards' corpus (default: auto, the words that come with minimtl)",
    )
    parser.add_argument(
        "--out", type=folder_name, default="results", metavar="DIR", help="default: results"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress, no table")


def run(args: argparse.Namespace) -> int:
    """Merge the shards and conclude; 0 when the report is written."""
    took, out = Stopwatch(), Path(args.out)
    folders = [Path(folder) for folder in args.folders]
    manifests = [read_manifest_of_any(folder) for folder in folders]
    study = _study_of(folders, manifests, args)
    manifest = make_manifest(study, args.argv, len(folders), "shards")
    with open_store(out, study.identity, announce=say) as store:
        for folder, shard_manifest in zip(folders, manifests, strict=True):
            with open_existing_store(folder) as shard:
                check_manifest_of(shard, shard_manifest)
                n_copied = copy_results(shard, store)
            if not args.quiet:
                say(f"{folder}: {counted(n_copied, 'result')} copied")
        write_manifest(manifest, out)
        _refuse_missing(study, store, manifests, out)
        n_models = study.count_jobs(study.problems)
        conclude_study(study, store, manifest, (0, n_models), took, args)
    return 0


def _study_of(
    folders: Sequence[Path], manifests: Sequence[dict[str, Any]], args: argparse.Namespace
) -> Study:
    """The one study that all folders hold parts of.

    Raises
    ------
    MinimtlError
        If they hold parts of several, or of one on another corpus than was given.
    """
    first, manifest = folders[0], manifests[0]
    with open_existing_store(first) as store:
        protocol, model = identity_of(store)
        check_manifest_of(store, manifest)
    identity = manifest["identity"]
    for folder, other in zip(folders[1:], manifests[1:], strict=True):
        there, here = ({**m["identity"], "problems": m["problems"]} for m in (other, manifest))
        if found := differences(there, here):
            raise MinimtlError(
                f"{folder} and {first} hold parts of different studies ({found}: {folder} is there,"
                f" {first} here); leave one of them out"
            )
    corpus = load_corpus(args.corpus, announce=silent if args.quiet else say)
    protocol = protocol.replace(features=features_of(manifest))
    study = Study(corpus, protocol, problems_of(manifest), model.seed, identity["backend"])
    if found := differences(identity, study.identity):
        raise MinimtlError(
            f"{first} holds part of another study than the corpus {args.corpus} gives ({found}); "
            "give the --corpus that the shards were trained with"
        )
    return study


def _refuse_missing(
    study: Study, store: Store, manifests: Sequence[dict[str, Any]], out: Path
) -> None:
    """Raise MinimtlError if the store lacks models, naming the shards that would have them."""
    n_shards = {Shard.parse(m["shard"]).n_shards for m in manifests if "shard" in m}
    keys = [key for key, _ in study.keyed_jobs(study.problems) if key not in store]
    if not keys:
        return
    lacking = f"{len(keys):,} of {counted(study.count_jobs(study.problems), 'model')} are missing"
    if len(n_shards) == 1:
        (n,) = n_shards
        counts = Counter(Shard.of_key(key, n) for key in keys)
        which = ", ".join(
            f"{count:,} of --shard {shard}" for shard, count in sorted(counts.items())
        )
        lacking += f" ({which})"
    raise MinimtlError(
        f"{lacking}; what there is was merged into {out}: run `minimtl study` again with the flags "
        "of those shards, then merge again"
    )
