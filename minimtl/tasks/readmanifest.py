"""Reads `manifest.json`: the study that a folder holds, its problems and its hierarchy."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.tasks.pairfeatures import DEFINITIONS
from minimtl.tasks.plan import WHOLE, Problem, Shard, make_problems
from minimtl.tasks.protocol import PROTOCOLS, Protocol
from minimtl.tasks.taskpairs import Hierarchy

NAME = "manifest.json"


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
    if not content["finished"]:
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
            f"{folder} has no {NAME}; give the --out folder of a study, or if it is one, run "
            f"`minimtl study` again with --out {folder}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise _not_ours(path, str(error)) from None
    try:
        problems_of(content)
        corpus, identity = content["corpus"], content["identity"]
        for holder, names, of_type in (
            (corpus, ("edition", "source", "sha256", "digest"), str),
            (corpus, ("train", "test"), int),
            (content, ("minimtl", "features"), str),
            (content, ("finished",), bool),
            (content, ("protocols",), dict),
            (identity, ("seed",), int),
            (identity, ("backend",), str),
        ):
            for name in names:
                if not isinstance(holder[name], of_type):
                    raise TypeError(name)
        if not all(isinstance(n, int) for n in dict(content.get("trained_by", {})).values()):
            raise TypeError("trained_by")
        if content["features"] not in DEFINITIONS:
            raise ValueError("features")
        if not all(isinstance(word, str) for word in content["command"]):
            raise TypeError("command")
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


def problems_of(manifest: dict[str, Any]) -> list[tuple[Protocol, list[Problem]]]:
    """The protocols that a manifest's study was conducted by, and the problems by each."""
    hierarchy = hierarchy_of(manifest)
    return [
        (
            PROTOCOLS[name],
            [
                problem
                for choice, size in sizes.items()
                for problem in make_problems(
                    choice,
                    PROTOCOLS[name],
                    hierarchy,
                    n_runs=size["runs"],
                    n_pairs=size["pairs"],
                )
            ],
        )
        for name, sizes in manifest["problems"].items()
    ]


def hierarchy_of(manifest: dict[str, Any]) -> Hierarchy:
    """The hierarchy of the topics of a manifest's corpus."""
    return Hierarchy.from_tree(manifest["corpus"]["tree"])


def _not_ours(path: Path, why: str) -> MinimtlError:
    return MinimtlError(
        f"{path} is not the manifest of a study ({why}); run `minimtl study` again, which keeps "
        "the models and writes a new one"
    )
