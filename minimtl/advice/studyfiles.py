"""The pairs of a finished study, their mean features and gains, from its tables."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from minimtl.errors import MinimtlError
from minimtl.study import FEATURE_NAMES, Pair, Task, read_manifest

_TOPICS = ("main_positive", "main_negative", "aux_positive", "aux_negative")
# UNRELATED includes RELATED, and knows more tasks.
_PREFERRED = ("unrelated", "related")

FloatArray = NDArray[np.float64]


class StudyPairs(NamedTuple):
    """``X`` (n_pairs, n_features) and ``gains`` (n_pairs,) are means over the runs."""

    facts: dict[str, str | int]
    pairs: tuple[Pair, ...]
    X: FloatArray
    gains: FloatArray


def read_study_pairs(folder: Path) -> StudyPairs:
    """The pairs of the study in `folder`: UNRELATED if it has them, else RELATED.

    Raises
    ------
    MinimtlError
        If the study is not finished, was not made by the ``paper`` protocol (whose features are
        those of `minimtl advise`), or its tables are damaged.
    """
    manifest = read_manifest(folder)
    protocol = manifest["identity"]["protocol"]["name"]
    if protocol != "paper":
        raise MinimtlError(
            f"the study in {folder} was made by the {protocol} protocol, whose features are not "
            "those of minimtl advise; give one made with --protocol paper"
        )
    if manifest.get("features", "code") != "code":
        raise MinimtlError(
            f"the tables in {folder} have the features of the paper's text, which are not those of "
            f"minimtl advise; run minimtl report {folder} --features code"
        )
    problem = next((name for name in _PREFERRED if name in manifest["problems"]), None)
    if problem is None or "minimtl" not in manifest:
        raise MinimtlError(
            f"the manifest in {folder} names no problem or no version; run minimtl study again, "
            "which keeps the models and writes a new one"
        )
    gains = _means(folder / "scores.csv", ("gain",), problem)
    features = _means(folder / "features.csv", FEATURE_NAMES)
    if not gains or not gains.keys() <= features.keys():
        raise MinimtlError(
            f"features.csv and scores.csv in {folder} do not belong together; "
            f"run minimtl report {folder} to write them again"
        )
    pairs = tuple(gains)
    facts: dict[str, str | int] = {
        "protocol": protocol,
        "problem": problem,
        "edition": manifest["corpus"]["edition"],
        "corpus_digest": manifest["corpus"]["digest"],
        "seed": manifest["identity"]["seed"],
        "n_pairs": len(pairs),
        "n_main_tasks": len({pair.main for pair in pairs}),
        "n_runs": manifest["problems"][problem]["runs"],
        "minimtl": str(manifest["minimtl"]),
    }
    return StudyPairs(
        facts,
        pairs,
        np.array([features[pair] for pair in pairs]),
        np.array([gains[pair][0] for pair in pairs]),
    )


def _means(
    path: Path, columns: tuple[str, ...], problem: str | None = None
) -> dict[Pair, FloatArray]:
    """The mean over the runs of the columns, for each pair of a table or of a problem in it."""
    values: dict[Pair, list[list[float]]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if problem in (None, row.get("problem")):
                    topics = [row[name] for name in _TOPICS]
                    pair = Pair(Task(*topics[:2]), Task(*topics[2:]))
                    values.setdefault(pair, []).append([float(row[name]) for name in columns])
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        raise _damaged(path) from None
    means = {pair: np.mean(runs, axis=0) for pair, runs in values.items()}
    if not all(np.isfinite(mean).all() for mean in means.values()):
        raise _damaged(path)
    return means


def _damaged(path: Path) -> MinimtlError:
    return MinimtlError(
        f"{path} is missing or not as a study wrote it; run minimtl report {path.parent} to write "
        "it again"
    )
