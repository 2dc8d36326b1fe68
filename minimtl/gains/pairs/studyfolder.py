"""The pairs of a finished study, a table for each problem, from scores.csv and features.csv."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.gains.meta.dependence import pair_levels
from minimtl.gains.pairs.table import PairTable
from minimtl.stats import FloatArray, IntArray
from minimtl.tasks import DEFINITIONS, Hierarchy, Meta, Pair, Task, hierarchy_of, read_manifest

_TOPICS = ("main_positive", "main_negative", "aux_positive", "aux_negative")


def read_study(folder: Path) -> dict[str, PairTable]:
    """The pairs of each problem of the study, by the problem's name.

    The meta-model is that of the study's protocol. Topics are crossed effects, as in the study, and
    the subclasses of a pair's topics are its groups.

    Raises
    ------
    MinimtlError
        If the study is not finished, or its tables are damaged or do not belong together.
    """
    manifest = read_manifest(folder)
    definitions = DEFINITIONS[manifest.get("features", "code")]
    names = definitions.names
    features = _read(folder / "features.csv", lambda row: [float(row[n]) for n in names])
    gains = _read(folder / "scores.csv", lambda row: [float(row["gain"])])
    settings = Meta(**manifest["identity"]["protocol"]["meta"])
    tables = {}
    for problem in manifest["problems"]:
        of_problem = {key[1:]: gain[0] for key, gain in gains.items() if key[0] == problem}
        pairs = tuple(dict.fromkeys(pair for pair, _ in of_problem))
        runs = list(dict.fromkeys(run for _, run in of_problem))
        try:
            table_gains = np.array([[of_problem[pair, run] for run in runs] for pair in pairs])
            X = np.array([[features["", pair, run] for run in runs] for pair in pairs])
        except KeyError:
            raise MinimtlError(
                f"features.csv and scores.csv in {folder} do not belong together; "
                f"run minimtl report {folder} to write them again"
            ) from None
        levels = pair_levels(pairs)
        tables[problem] = PairTable(
            source=problem.upper(),
            tasks=_task_names(pairs, levels["main"], levels["aux"]),
            main=levels["main"],
            aux=levels["aux"],
            gains=table_gains,
            X=X.mean(axis=1),
            features=names,
            sets={name: columns for name, columns in definitions.sets.items() if name != "all"},
            groups=_subclasses(pairs, hierarchy_of(manifest)),
            levels=levels,
            threshold=0.0,
            settings=settings,
        )
    return tables


def _read(
    path: Path, values: Callable[[dict[str, str]], list[float]]
) -> dict[tuple[str, Pair, str], FloatArray]:
    """The values of each row by problem ("" where the table has none), pair and run."""
    rows = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                topics = [row[name] for name in _TOPICS]
                pair = Pair(Task(*topics[:2]), Task(*topics[2:]))
                rows[row.get("problem", ""), pair, row["run"]] = np.array(values(row))
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        rows = {}
    if not rows or not all(np.isfinite(row).all() for row in rows.values()):
        raise MinimtlError(
            f"{path} is missing or not as a study wrote it; run minimtl report {path.parent} to "
            "write it again"
        )
    return rows


def _task_names(pairs: Iterable[Pair], main: IntArray, aux: IntArray) -> tuple[str, ...]:
    names: dict[int, str] = {}
    for pair, *numbers in zip(pairs, main.tolist(), aux.tolist(), strict=True):
        names |= dict(zip(numbers, map(" / ".join, pair), strict=True))
    return tuple(names[number] for number in range(len(names)))


def _subclasses(pairs: Iterable[Pair], hierarchy: Hierarchy) -> IntArray:
    """Numbers of the two subclasses of each pair's topics, (n_pairs, 2)."""
    return np.array([[hierarchy.place(topic)[0] for topic in pair.main] for pair in pairs])
