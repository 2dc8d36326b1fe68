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
from minimtl.study.definition import Study
from minimtl.system import machine_facts, package_versions, write_atomically
from minimtl.tasks import NAME


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
    study: Study, command: Sequence[str], n_workers: int, executor: str
) -> dict[str, Any]:
    """The manifest of a study that has begun, as JSON values."""
    corpus = study.corpus
    return {
        "minimtl": __version__,
        "finished": False,
        "command": list(command),
        "identity": study.identity,
        "features": study.protocol.reading.features,
        "problems": {
            problem.name: {"pairs": len(problem.pairs), "runs": problem.n_runs}
            for problem in study.problems
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


def finished_manifest(
    manifest: Mapping[str, Any],
    n_done: int,
    n_resumed: int,
    trained_by: Mapping[str, int],
    took: Stopwatch,
) -> dict[str, Any]:
    """The manifest of the study when it is finished: models trained now, found before, time.

    `trained_by` says how many of all models each kind of processor trained.
    """
    jobs = {"done": n_done, "resumed": n_resumed}
    return {
        **manifest,
        "finished": True,
        "jobs": jobs,
        "trained_by": dict(trained_by),
        **took.read(),
    }


def write_manifest(manifest: Mapping[str, Any], out: Path) -> None:
    """Write ``manifest.json`` into `out`, whole or not at all."""
    write_atomically(out / NAME, (json.dumps(manifest, indent=2) + "\n").encode())


def check_manifest_of(store: Store, manifest: Mapping[str, Any]) -> None:
    """Raise MinimtlError if the manifest beside a store is of another study than the store."""
    if manifest["identity"] != store.identity:
        folder = store.path.parent
        raise MinimtlError(
            f"{NAME} in {folder} is of another study than {store.path.name}; run `minimtl study` "
            f"again with --out {folder}, which writes a new one"
        )
