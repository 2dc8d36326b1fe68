"""`manifest.json`: settings, machine, package versions and, once it is finished, the time taken.

Times and facts of the machine stand here and nowhere else, so that the tables stay the same bytes.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from minimtl._version import __version__
from minimtl.errors import MinimtlError
from minimtl.jobs import Store
from minimtl.nn import TRAINING_VERSION
from minimtl.study.definition import Study
from minimtl.system import machine_facts, package_versions, write_atomically
from minimtl.tasks import NAME, PROTOCOLS


class Stopwatch:
    """Wall and CPU seconds since it was made; CPU of this process and of its ended workers."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu_seconds()

    def read(self) -> dict[str, float]:
        """Seconds so far, to the hundredth."""
        return {
            "wall_seconds": round(time.perf_counter() - self._wall, 2),
            "cpu_seconds": round(_cpu_seconds() - self._cpu, 2),
        }


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def make_manifest(
    studies: Sequence[Study], command: Sequence[str], n_workers: int, executor: str
) -> dict[str, Any]:
    """The manifest of studies of one corpus that have begun, one a protocol, as JSON values."""
    corpus, identity = studies[0].corpus, studies[0].identity
    return {
        "minimtl": __version__,
        "finished": False,
        "command": list(command),
        "identity": identity,
        "protocols": {study.protocol.name: study.protocol.to_dict() for study in studies},
        "features": studies[0].protocol.reading.features,
        "problems": {
            study.protocol.name: {
                problem.name: {"pairs": len(problem.pairs), "runs": problem.n_runs}
                for problem in study.problems
            }
            for study in studies
        },
        "corpus": {
            "edition": corpus.edition,
            "source": corpus.source,
            "sha256": corpus.sha256,
            "digest": corpus.digest,
            "tree": corpus.tree,
            "topics": len(corpus.topic_names),
            "train": len(corpus.train),
            "test": len(corpus.test),
            "empty_train": corpus.train.n_empty,
            "empty_test": corpus.test.n_empty,
        },
        "machine": machine_facts(),
        "packages": package_versions(),
        "workers": n_workers,
        "executor": executor,
    }


def write_manifest(manifest: Mapping[str, Any], out: Path) -> None:
    """Write ``manifest.json`` into `out`, whole or not at all."""
    write_atomically(out / NAME, (json.dumps(manifest, indent=2) + "\n").encode())


def check_manifest_of(store: Store, manifest: Mapping[str, Any]) -> None:
    """Raise MinimtlError if a store's manifest is of another study, or of another version."""
    known = all(
        values == PROTOCOLS[name].to_dict() for name, values in manifest["protocols"].items()
    )
    if store.identity.get("training_version") != TRAINING_VERSION or not known:
        raise MinimtlError(
            f"{store.path} was made by another version of minimtl, which trained differently; use "
            "that version, or start over with --fresh"
        )

    folder = store.path.parent
    if manifest["identity"] != store.identity:
        raise MinimtlError(
            f"{NAME} in {folder} is of another study than {store.path.name}; run `minimtl study` "
            f"again with --out {folder}, which writes a new one"
        )
