"""`manifest.json`: settings, machine, package versions and, once it is finished, the time taken.

Times and facts of the machine stand here and nowhere else, so that the tables stay the same bytes.
"""

import json
import os
import shlex
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from minimtl._version import __version__
from minimtl.errors import MinimtlError
from minimtl.store import Store
from minimtl.study.conduct import Study
from minimtl.study.features import DEFINITIONS
from minimtl.study.hierarchy import Hierarchy
from minimtl.study.plan import Problem
from minimtl.study.problems import make_problems
from minimtl.study.protocol import PROTOCOLS
from minimtl.study.shards import WHOLE, Shard
from minimtl.system import machine_facts, package_versions, write_atomically

NAME = "manifest.json"


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


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the finished study in `folder`.

    Raises
    ------
    MinimtlError
        If the study is not finished, saying the command that continues it, or as
        `read_manifest_of_any`.
    """
    content = read_manifest_of_any(folder)
    if "shard" in content:
        raise MinimtlError(
            f"{folder} holds shard {content['shard']} of a study; `minimtl merge` makes one study "
            "of all shards"
        )
    if not content.get("finished", True):
        raise MinimtlError(
            f"the study in {folder} is not finished; `{resume_command(content['command'])}` "
            "continues it"
        )
    return content


def read_manifest_of_any(folder: Path) -> dict[str, Any]:
    """The manifest of the study in `folder`, finished or not.

    Raises
    ------
    MinimtlError
        If the file is missing or not a manifest.
    """
    path = folder / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MinimtlError(
            f"{path} is missing, so the study in {folder} is not finished; run `minimtl study` "
            f"with --out {folder}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise _not_ours(path, str(error)) from None
    try:
        problems_of(content)
        for name in ("edition", "source", "sha256", "digest"):
            if not isinstance(content["corpus"][name], str):
                raise TypeError(name)
        for name in ("train", "test"):
            if not isinstance(content["corpus"][name], int):
                raise TypeError(name)
        if not all(isinstance(n, int) for n in dict(content.get("trained_by", {})).values()):
            raise TypeError("trained_by")
        if features_of(content) not in DEFINITIONS:
            raise ValueError("features")
        if not isinstance(content["minimtl"], str):
            raise TypeError("minimtl")
        if not all(isinstance(word, str) for word in content["command"]):
            raise TypeError("command")
        if not isinstance(content["identity"]["seed"], int):
            raise TypeError("seed")
        Shard.parse(content.get("shard", str(WHOLE)))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise _not_ours(path, f"{type(error).__name__}: {error}") from None
    return content


def resume_command(arguments: Sequence[str]) -> str:
    """The line that continues what ``minimtl`` was doing with `arguments`.

    It has no ``--fresh``, or a shortening of it: that would begin anew.
    """
    kept = [word for word in arguments if len(word) < 3 or not "--fresh".startswith(word)]
    return shlex.join(["minimtl", *kept])


def problems_of(manifest: dict[str, Any]) -> Sequence[Problem]:
    """The problems that a manifest's study was about."""
    protocol = PROTOCOLS[manifest["identity"]["protocol"]["name"]]
    hierarchy = hierarchy_of(manifest)
    problems: list[Problem] = []
    for name, size in manifest["problems"].items():
        problems += make_problems(
            name, protocol, hierarchy, n_runs=size["runs"], n_pairs=size["pairs"]
        )
    return problems


def features_of(manifest: Mapping[str, Any]) -> str:
    """By which definition the tables of a manifest's study have the features."""
    definition: str = manifest.get("features", "code")  # earlier manifests do not say it
    return definition


def check_manifest_of(store: Store, manifest: Mapping[str, Any]) -> None:
    """Raise MinimtlError if the manifest beside a store is of another study than the store."""
    if manifest["identity"] != store.identity:
        folder = store.path.parent
        raise MinimtlError(
            f"{NAME} in {folder} is of another study than {store.path.name}; run `minimtl study` "
            f"again with --out {folder}, which writes a new one"
        )


def hierarchy_of(manifest: dict[str, Any]) -> Hierarchy:
    """The hierarchy of the topics of a manifest's corpus."""
    return Hierarchy.from_tree(manifest["corpus"]["tree"])


def _not_ours(path: Path, why: str) -> MinimtlError:
    return MinimtlError(
        f"{path} is not the manifest of a study ({why}); run `minimtl study` again, which keeps "
        "the models and writes a new one"
    )
