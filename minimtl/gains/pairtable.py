"""A table of pairs of tasks: the one record that every analysis of gains begins with.

Notation
--------
main, aux       number of each pair's tasks, (n_pairs,), int64; a task has one in either role
gains           (n_pairs, n_runs), float64, NaN where a pair lacks a run
data set        what one meta-analysis is fitted to: X (n_pairs, n_features) and labels (n_pairs,)
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from minimtl.stats import BoolArray, Effects, FloatArray, IntArray, crossed_effects
from minimtl.tasks import (
    FEATURE_NAMES,
    FEATURE_SETS,
    TIE,
    LabelledPairs,
    Meta,
    Outcomes,
    Pair,
    Protocol,
    disjoint_pairs,
    labelled_pairs,
)


@dataclass(frozen=True)
class PairTable:
    """The pairs of a study's problem, of somebody's file, or of released logs.

    Attributes
    ----------
    source : what the table is called.
    tasks : names of tasks, by number.
    main, aux, gains : see above.
    data_sets : one with labels of the mean gains, or one for each run.
    features : names of the columns of X.
    sets : for the name of each set, its columns of X; ``all`` is no set, and always there.
    groups : the groups of a pair's tasks, (n_pairs, n_groups), None where none are known. Of a
        study they are the two subclasses of its topics.
    levels : of the crossed effects of the gains, as `stats.crossed_effects` takes them.
    settings : of the meta-model and its folds.
    threshold : a gain above it is a gain.
    disjoint : data sets whose features and labels come from different runs; none where features
        are known as means only.
    notes : what was guessed or left out, in sentences.
    """

    source: str
    tasks: tuple[str, ...]
    main: IntArray
    aux: IntArray
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
    def n_pairs(self) -> int:
        return len(self.main)

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
        """Whether the gains are labels, 0 or 1."""
        return bool(np.isin(self.gains[np.isfinite(self.gains)], (0, 1)).all())

    @cached_property
    def effects(self) -> Effects:
        """The crossed effects of the gains."""
        return crossed_effects(self.levels)

    def effects_among(self, rows: IntArray | BoolArray) -> Effects:
        """The crossed effects of some of the pairs, by number or mask."""
        return crossed_effects({name: level[rows] for name, level in self.levels.items()})

    def columns_of(self, features: str) -> tuple[int, ...]:
        """The columns of X of all features, of a set, or of a single feature."""
        if features == "all":
            return tuple(range(len(self.features)))
        return self.sets[features] if features in self.sets else (self.features.index(features),)

    def rows(self, chosen: IntArray) -> "PairTable":
        """The table of some of its pairs."""

        def of_rows(data_sets: tuple[LabelledPairs, ...]) -> tuple[LabelledPairs, ...]:
            return tuple(LabelledPairs(one.X[chosen], one.y[chosen]) for one in data_sets)

        return replace(
            self,
            main=self.main[chosen],
            aux=self.aux[chosen],
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
        protocol.meta,
    )
    return replace(table, disjoint=tuple(disjoint_pairs(outcomes, protocol.reading)))


def topic_table(
    source: str,
    pairs: Sequence[Pair],
    gains: FloatArray,
    data_sets: Iterable[LabelledPairs],
    subclasses: Iterable[Hashable],
    settings: Meta,
) -> PairTable:
    """The table of pairs of topics; ``subclasses`` are two of each pair, which are its groups."""
    levels = pair_levels(pairs)
    tasks: dict[int, str] = {}
    for pair, main, aux in zip(pairs, levels["main"], levels["aux"], strict=True):
        tasks |= {int(main): " / ".join(pair.main), int(aux): " / ".join(pair.aux)}
    return PairTable(
        source=source,
        tasks=tuple(tasks[number] for number in range(len(tasks))),
        main=levels["main"],
        aux=levels["aux"],
        gains=gains,
        data_sets=tuple(data_sets),
        features=FEATURE_NAMES,
        sets={name: columns for name, columns in FEATURE_SETS.items() if name != "all"},
        groups=numbers(subclasses).reshape(-1, 2),
        levels=levels,
        settings=settings,
    )


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
