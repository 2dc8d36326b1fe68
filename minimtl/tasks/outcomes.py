"""The scores and gains of a problem's training runs, and the data sets of its meta-analysis.

Notation
--------
single, multi   score of a pair's main task alone and beside its auxiliary task,
                shape (n_pairs, n_runs), float64
features        of every pair in every run, shape (n_runs, n_pairs, n_features), float64
y               labels, 1 where multi-task learning helped, shape (n_pairs,), int64

A `LabelledPairs`, (X, y), is the data set that one meta-analysis is fitted to. A protocol that
averages over the runs has one data set; one that analyses each run by itself has one for each run.
All later steps take a list of data sets and average their results over it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from minimtl.stats import FloatArray, IntArray
from minimtl.tasks.protocol import Reading
from minimtl.tasks.taskpairs import Block, Pair

# Scores move in steps of a thousandth or so; what is smaller comes from rounding and is a tie.
TIE = 1e-12


@dataclass(frozen=True)
class Outcomes:
    """The scores and features of one problem.

    Attributes
    ----------
    problem : str
        ``"related"`` or ``"unrelated"``.
    pairs : sequence of Pair
        In the order of the rows of everything below; they need not exist in memory.
    blocks : tuple of Block, one for each pair
        The two subclasses {S, T} that its topics are of.
    single, multi : array of float64, shape (n_pairs, n_runs)
        Test score of the main task, trained alone and jointly, at the protocol's epoch.
    features : array of float64, shape (n_runs, n_pairs, n_features)

    Raises
    ------
    ValueError
        If a value is not finite.
    """

    problem: str
    pairs: Sequence[Pair]
    blocks: tuple[Block, ...]
    single: FloatArray
    multi: FloatArray
    features: FloatArray

    def __post_init__(self) -> None:
        for name in ("single", "multi", "features"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(
                    f"{name} of the problem {self.problem} has a value that is not finite."
                )

    @property
    def n_pairs(self) -> int:
        return len(self.pairs)

    @property
    def n_runs(self) -> int:
        return int(self.single.shape[1])

    @property
    def gains(self) -> FloatArray:
        """Score that joint training added, shape (n_pairs, n_runs)."""
        return self.multi - self.single


class RunCurves(NamedTuple):
    """The curves of `PairCurves` in each run, mean over the pairs, float64 (n_runs, n_tested)."""

    single: FloatArray
    multi: FloatArray
    single_loss: FloatArray
    multi_loss: FloatArray


@dataclass(frozen=True)
class PairCurves:
    """The main task of each pair in each run, trained alone and jointly, at some epochs.

    Attributes
    ----------
    epochs : those after which the test documents were predicted, from 1, int64 (n_tested,).
    single, multi : test scores after these, float32 (n_pairs, n_runs, n_tested); the shorter
        training has the first of them.
    single_loss, multi_loss : mean training loss of these epochs, dropout on, of the same shapes.
    """

    epochs: IntArray
    single: np.ndarray
    multi: np.ndarray
    single_loss: np.ndarray
    multi_loss: np.ndarray

    @cached_property
    def of_runs(self) -> RunCurves:
        """The mean curves of each run."""
        curves = self.single, self.multi, self.single_loss, self.multi_loss
        return RunCurves(*(curve.mean(axis=0, dtype=np.float64) for curve in curves))


class LabelledPairs(NamedTuple):
    """The data set of one meta-analysis: a row and a label for each pair.

    Attributes
    ----------
    X : float64, shape (n_pairs, n_features)
    y : int64, shape (n_pairs,)
        1 where multi-task learning helped, else 0.
    """

    X: FloatArray
    y: IntArray


def relative_gains(outcomes: Outcomes) -> FloatArray:
    """(multi − single) / |single|, shape (n_pairs, n_runs); NaN where the single score is 0."""
    gains = np.full(outcomes.single.shape, np.nan)
    np.divide(outcomes.gains, np.abs(outcomes.single), out=gains, where=outcomes.single != 0)
    return gains


def mean_relative_gain(outcomes: Outcomes) -> float:
    """Mean of the defined relative gains over pairs and runs; NaN if none is defined."""
    gains = relative_gains(outcomes)
    defined = gains[~np.isnan(gains)]
    return float(defined.mean()) if defined.size else float("nan")


def labelled_pairs(outcomes: Outcomes, reading: Reading) -> list[LabelledPairs]:
    """The data sets of the protocol's meta-analyses; a tie counts as no gain.

    For ``label="mean_gain"`` there is one, of averages over the runs; for ``"each_run"`` there is
    one for each run.
    """
    features = outcomes.features
    if reading.label == "mean_gain" and outcomes.n_runs > 1:
        features = features.mean(axis=0, keepdims=True)
    return [
        LabelledPairs(X, (gain > TIE).astype(np.int64))
        for X, gain in zip(features, label_gains(outcomes, reading).T, strict=True)
    ]


def label_gains(outcomes: Outcomes, reading: Reading) -> FloatArray:
    """The gains whose signs are the labels, shape (n_pairs, n_data_sets)."""
    gains = outcomes.gains
    return gains.mean(axis=1, keepdims=True) if reading.label == "mean_gain" else gains


def disjoint_pairs(outcomes: Outcomes, reading: Reading) -> list[LabelledPairs]:
    """The data sets of `labelled_pairs`, but no run gives both features and labels; [] of one run.

    For ``label="mean_gain"`` one half of the runs gives the features and the other the labels, and
    the other way round; for ``"each_run"`` each run's labels have the features of the next run.
    """
    n_runs, runs = outcomes.n_runs, np.arange(outcomes.n_runs)
    if n_runs < 2:
        return []
    if reading.label == "mean_gain":
        halves = np.array_split(runs, 2)
        parts = [(halves[0], halves[1]), (halves[1], halves[0])]
    else:
        parts = [(runs[[(run + 1) % n_runs]], runs[[run]]) for run in runs]
    return [
        LabelledPairs(
            outcomes.features[seen].mean(axis=0),
            (outcomes.gains[:, scored].mean(axis=1) > TIE).astype(np.int64),
        )
        for seen, scored in parts
    ]


def improved_share(outcomes: Outcomes, reading: Reading) -> float:
    """Share of pairs that multi-task learning helped, averaged over the data sets."""
    return float((label_gains(outcomes, reading) > TIE).mean(axis=0).mean())
