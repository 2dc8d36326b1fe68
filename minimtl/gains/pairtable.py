"""A table of pairs of tasks: the one record that every analysis of gains begins with.

That of a study is made here, of its results or of the tables in its folder.

Notation
--------
main, aux       number of each pair's tasks, (n_pairs,), int64; a task has one in either role
gains           (n_pairs, n_runs), float64, NaN where a pair lacks a run
data set        what one meta-analysis is fitted to: X (n_pairs, n_features) and labels (n_pairs,)
"""

import csv
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from minimtl.errors import MinimtlError
from minimtl.stats.arrays import BoolArray, FloatArray, IntArray
from minimtl.stats.crossed import Effects, crossed_effects
from minimtl.tasks.outcomes import TIE, LabelledPairs, Outcomes, disjoint_pairs, labelled_pairs
from minimtl.tasks.pairfeatures import DEFINITIONS, Definitions
from minimtl.tasks.protocol import Meta, Protocol
from minimtl.tasks.readmanifest import hierarchy_of, read_manifest
from minimtl.tasks.taskpairs import Pair, Task

_TOPICS = ("main_positive", "main_negative", "aux_positive", "aux_negative")


@dataclass(frozen=True)
class PairTable:
    """The pairs of a study's problem, of somebody's file, or of released logs.

    Attributes
    ----------
    source : what the table is called.
    tasks : names of tasks, by number.
    gains : see above.
    data_sets : one with labels of the mean gains, or one for each run.
    features : names of the columns of X.
    sets : for the name of each set, its columns of X; ``all`` is no set, and always there.
    groups : the groups of a pair's tasks, (n_pairs, n_groups), None where none are known. Of a
        study they are the two subclasses of its topics.
    levels : of the crossed effects of the gains, as `stats.crossed_effects` takes them; those of
        ``main`` and ``aux`` are the tasks.
    settings : of the meta-model and its folds.
    threshold : a gain above it is a gain.
    disjoint : data sets whose features and labels come from different runs; none where features
        are known as means only.
    notes : what was guessed or left out, in sentences.
    """

    source: str
    tasks: tuple[str, ...]
    gains: FloatArray
    data_sets: tuple[LabelledPairs, ...]
    features: tuple[str, ...]
    sets: Mapping[str, tuple[int, ...]]
    groups: IntArray | None
    levels: Mapping[str, IntArray]
    settings: Meta
    threshold: float = 0.0
    disjoint: tuple[LabelledPairs, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def main(self) -> IntArray:
        """The number of each pair's main task, (n_pairs,)."""
        return self.levels["main"]

    @property
    def aux(self) -> IntArray:
        """The number of each pair's auxiliary task, (n_pairs,)."""
        return self.levels["aux"]

    @property
    def n_pairs(self) -> int:
        return len(self.gains)

    @property
    def mean_gains(self) -> FloatArray:
        """Over the runs of each pair, (n_pairs,)."""
        mean: FloatArray = np.nanmean(self.gains, axis=1)
        return mean

    @property
    def label_gains(self) -> FloatArray:
        """The gains that labels are of, (n_pairs, n_data_sets)."""
        return self.gains if len(self.data_sets) > 1 else self.mean_gains[:, np.newaxis]

    @property
    def labels(self) -> IntArray:
        """1 where the mean gain is above the threshold, (n_pairs,)."""
        return labels_of(self.mean_gains, self.threshold)

    @property
    def complete(self) -> FloatArray:
        """The gains of the pairs that have every run."""
        return self.gains[np.isfinite(self.gains).all(axis=1)]

    @property
    def has_labels(self) -> bool:
        """True if the gains are labels, 0 or 1."""
        return bool(np.isin(self.gains[np.isfinite(self.gains)], (0, 1)).all())

    @cached_property
    def effects(self) -> Effects:
        """The crossed effects of the gains."""
        return crossed_effects(self.levels)

    def rows(self, chosen: IntArray | BoolArray) -> "PairTable":
        """The table of some of its pairs, by number or mask."""

        def of_rows(data_sets: tuple[LabelledPairs, ...]) -> tuple[LabelledPairs, ...]:
            return tuple(LabelledPairs(one.X[chosen], one.y[chosen]) for one in data_sets)

        return replace(
            self,
            gains=self.gains[chosen],
            data_sets=of_rows(self.data_sets),
            disjoint=of_rows(self.disjoint),
            groups=None if self.groups is None else self.groups[chosen],
            levels={name: level[chosen] for name, level in self.levels.items()},
        )


def labels_of(gains: FloatArray, threshold: float) -> IntArray:
    """1 where a gain is above the threshold, of the same shape."""
    return (gains > threshold + TIE).astype(np.int64)


def table_of(outcomes: Outcomes, protocol: Protocol) -> PairTable:
    """The pairs of a problem of a study, labelled as its protocol has it."""
    table = topic_table(
        outcomes.problem.upper(),
        outcomes.pairs,
        outcomes.gains,
        labelled_pairs(outcomes, protocol.reading),
        (name for block in outcomes.blocks for name in block),
        DEFINITIONS[protocol.reading.features],
        protocol.meta,
    )
    return replace(table, disjoint=tuple(disjoint_pairs(outcomes, protocol.reading)))


def topic_table(
    source: str,
    pairs: Sequence[Pair],
    gains: FloatArray,
    data_sets: Iterable[LabelledPairs],
    subclasses: Iterable[Hashable],
    definitions: Definitions,
    settings: Meta,
) -> PairTable:
    """The table of pairs of topics; ``subclasses`` are two of each pair, which are its groups."""
    levels = pair_levels(pairs)
    names: dict[frozenset[str], str] = {}
    for task in (task for pair in pairs for task in pair):
        names[frozenset(task)] = " / ".join(task)
    return PairTable(
        source=source,
        tasks=tuple(names.values()),
        gains=gains,
        data_sets=tuple(data_sets),
        features=definitions.names,
        sets={name: columns for name, columns in definitions.sets.items() if name != "all"},
        groups=numbers(subclasses).reshape(-1, 2),
        levels=levels,
        settings=settings,
    )


def read_study(folder: Path) -> dict[str, PairTable]:
    """The pairs of each problem by each protocol of a study in a folder, by their names.

    The meta-model is that of the protocol. Features and labels are of means over the runs.

    Raises
    ------
    MinimtlError
        If the study is not finished, or its tables are damaged or do not belong together.
    """
    manifest = read_manifest(folder)
    definitions, hierarchy = DEFINITIONS[manifest["features"]], hierarchy_of(manifest)
    features = _read(folder / "features.csv", definitions.names)
    gains = _read(folder / "scores.csv", ["gain"])

    tables = {}
    parts = [(name, problem) for name, sizes in manifest["problems"].items() for problem in sizes]
    for protocol, problem in parts:
        of_problem = {
            key[2:]: gain for key, gain in gains.items() if key[:2] == (protocol, problem)
        }
        pairs = tuple(dict.fromkeys(pair for pair, _ in of_problem))
        runs = list(dict.fromkeys(run for _, run in of_problem))
        try:
            g = np.array([[of_problem[pair, run][0] for run in runs] for pair in pairs])
            X = np.array([[features[protocol, "", pair, run] for run in runs] for pair in pairs])
        except KeyError:
            raise MinimtlError(
                f"features.csv and scores.csv in {folder} do not belong together; "
                f"run minimtl report {folder} to write them again"
            ) from None

        name = problem if len(manifest["problems"]) == 1 else f"{problem}, {protocol}"
        tables[name] = topic_table(
            name.replace(problem, problem.upper()),
            pairs,
            g,
            [LabelledPairs(X.mean(axis=1), labels_of(g.mean(axis=1), 0.0))],
            (hierarchy.place(topic) for pair in pairs for topic in pair.main),
            definitions,
            Meta(**manifest["protocols"][protocol]["meta"]),
        )
    return tables


def _read(path: Path, columns: Sequence[str]) -> dict[tuple[str, str, Pair, str], FloatArray]:
    """Numbers of each row by protocol, problem ("" where the table has none), pair and run."""
    rows = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                topics = [row[name] for name in _TOPICS]
                pair = Pair(Task(*topics[:2]), Task(*topics[2:]))
                key = row["protocol"], row.get("problem", ""), pair, row["run"]
                rows[key] = np.array([float(row[name]) for name in columns])
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        rows = {}
    if not rows or not all(np.isfinite(row).all() for row in rows.values()):
        raise MinimtlError(
            f"{path} is missing or not as a study wrote it; run minimtl report {path.parent} to "
            "write it again"
        )
    return rows


def effects_of(pairs: Sequence[Pair]) -> Effects:
    """The crossed effects of pairs, by `pair_levels`."""
    return crossed_effects(pair_levels(pairs))


def pair_levels(pairs: Sequence[Pair]) -> dict[str, IntArray]:
    """The levels of the crossed effects of each pair, as `stats.crossed_effects` takes them.

    Returns
    -------
    dict of int64 arrays
        ``main`` and ``aux``, (n_pairs,), in which a task has one number in either role, whichever
        of its topics is positive; ``main_topics`` and ``aux_topics``, (n_pairs, 2).
    """
    n = len(pairs)
    tasks = numbers(frozenset(task) for pair in pairs for task in pair).reshape(n, 2)
    topics = numbers(topic for pair in pairs for task in pair for topic in task).reshape(n, 4)
    return {
        "main": tasks[:, 0],
        "aux": tasks[:, 1],
        "main_topics": topics[:, :2],
        "aux_topics": topics[:, 2:],
    }


def numbers(things: Iterable[Hashable]) -> IntArray:
    """A number from 0 for each thing, int64 (n,), in order of first appearance."""
    known: dict[Hashable, int] = {}
    return np.fromiter((known.setdefault(thing, len(known)) for thing in things), np.int64)
