"""Measures the ways: a round, after which those that cannot win are dropped, then the other rounds.

The regressions of a round come first, as they take seconds and have an answer already; networks
take nearly all of the time. After the first round a network goes on only where it may still be
better than the way in the lead.

Of the error that is allowed for all verdicts together, a part is spent after the first round and
the rest at the end (Bonferroni's inequality over looks), so that looking twice makes no more wrong
verdicts than looking once; tests/advice/test_error_rates.py measures them. To leave a way out that
is unlikely to win spends nothing, as no verdict is said of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from minimtl.advice.fits import Fit, Given, Settings, compute, decode, key_of
from minimtl.advice.tokenizers import NETWORK
from minimtl.advice.trials import N_FOLDS, SetsOfTexts
from minimtl.advice.verdicts import (
    CANNOT_TELL,
    HELPS,
    HURTS,
    Comparison,
    chances,
    compare,
    without_verdict,
)
from minimtl.advice.ways import ALONE, JOINTLY, Way
from minimtl.jobs.executors import Workers
from minimtl.jobs.runner import run_shown
from minimtl.jobs.store import Store
from minimtl.stats.intervals import LEVEL
from minimtl.stats.scores import macro_f1
from minimtl.system import say

ERROR = 1 - LEVEL
FIRST_ERROR = 0.01  # of it, after the first round
LEAST_GAIN = 0.001  # that is to be expected of a way with others to take it
LEAST_CHANCE = 0.05  # of being better than the way in the lead, below which a network ends


@dataclass(frozen=True, eq=False)
class Row:
    """One way as measured.

    Attributes
    ----------
    way : the way.
    given : the label of each tested text in each round, (n_rounds, n).
    scores : macro-F1 of each round, (n_rounds,).
    n_runs : trainings behind it.
    comparison : with all ways alone; None of those.
    """

    way: Way
    given: Given
    scores: np.ndarray
    n_runs: int
    comparison: Comparison | None = None

    @property
    def score(self) -> float:
        """The mean macro-F1."""
        return float(self.scores.mean())

    @property
    def verdict(self) -> str:
        """That of the comparison; empty of a way alone."""
        return self.comparison.verdict if self.comparison else ""

    @property
    def expected(self) -> float:
        """The gain over the best way alone that is to be expected."""
        return self.comparison.expected if self.comparison else 0.0

    def stopped(self) -> "Row":
        """The same, but more runs or texts would settle nothing: it is measured no further."""
        if self.comparison is None:
            return self
        left = replace(self.comparison, further_runs=None, further_texts=None)
        return replace(self, comparison=left)

    @property
    def is_constant(self) -> bool:
        """True if most rounds gave all texts one label."""
        classes = self.given.classes
        return 2 * int((classes == classes[:, :1]).all(axis=1).sum()) > len(classes)


def best_alone(rows: Sequence[Row]) -> Row:
    """The best way alone, as measured in all runs."""
    alone = [row for row in rows_with_all_runs(rows) if row.way.use == ALONE]
    return max(alone, key=lambda row: row.score)


def rows_with_all_runs(rows: Sequence[Row]) -> list[Row]:
    """Those that did not end after the first look."""
    n_runs = max(row.n_runs for row in rows)
    return [row for row in rows if row.n_runs == n_runs]


def way_to_take(rows: Sequence[Row]) -> Row:
    """The way with the best expected score.

    A way that is proven to help goes before one that is not, and the best way alone before one that
    is expected to be hardly better.
    """
    others = [
        row
        for row in rows_with_all_runs(rows)
        if row.way.use != ALONE and row.expected >= LEAST_GAIN
    ]
    return max(
        others, key=lambda row: (row.verdict == HELPS, row.expected), default=best_alone(rows)
    )


@dataclass(frozen=True, eq=False)
class Measuring:
    """Ways are fitted by the workers where the store lacks their scores."""

    sets: SetsOfTexts
    names: tuple[str, ...]
    settings: Settings
    store: Store
    workers: Workers
    is_quiet: bool

    def measure(self, ways: Sequence[Way]) -> list[Row]:
        """The ways for the main set."""
        n_folds = self.sets.n_folds(0)
        n_rounds = -(-self.settings.runs // n_folds)
        n_first = min(n_rounds, N_FOLDS // n_folds)  # the first look is after five runs
        alone = [way for way in ways if way.use == ALONE]
        regressions = [way for way in ways if way.model != NETWORK]
        networks = [way for way in ways if way.model == NETWORK]

        given = self.fit_all(0, regressions, n_first)
        rows = self.compare(0, given, [way for way in alone if way in given], FIRST_ERROR)
        lead = way_to_take(rows)
        self._say(
            f"The best regression so far: {lead.way.describe(self.names)}, {lead.score:.3f} "
            f"macro-F1. Next: {len(networks)} ways to train a network."
        )
        given |= self.fit_all(0, networks, n_first)
        if n_rounds == n_first:
            return self.compare(0, given, alone, ERROR)

        first = {row.way: row for row in self.compare(0, given, alone, FIRST_ERROR)}
        undecided = [row for row in first.values() if row.verdict == CANNOT_TELL]
        is_found = way_to_take(list(first.values())).verdict == HELPS
        if not undecided or (is_found and not any(row.way.uses_labels for row in undecided)):
            self._say("The first look settled it.")
            return list(first.values())

        left = self._that_go_on(given, first)
        self._say(f"Next: {len(left)} ways go on, to {n_rounds * n_folds} runs.")
        given = self.fit_all(0, left, n_rounds)
        rows = self.compare(0, given, [way for way in alone if way in left], ERROR - FIRST_ERROR)
        return [*rows, *(row.stopped() for way, row in first.items() if way not in left)]

    def _that_go_on(self, given: Mapping[Way, Given], rows: Mapping[Way, Row]) -> list[Way]:
        """The ways that go on after the first look.

        A network alone goes on beside other networks, or if it may be the best of the ways alone.
        """
        classes = {way: labels.classes for way, labels in given.items()}
        tested = self.sets.tested(0, len(next(iter(classes.values()))))
        may_lead = chances(tested, classes, way_to_take(list(rows.values())).way)
        may_be_best_alone = chances(tested, classes, best_alone(list(rows.values())).way)

        left = {
            way
            for way, row in rows.items()
            if row.verdict != HURTS and (way.model != NETWORK or may_lead[way] >= LEAST_CHANCE)
        }
        network = Way(ALONE, NETWORK)
        if may_be_best_alone[network] >= FIRST_ERROR or any(way.model == NETWORK for way in left):
            left.add(network)
        return [way for way in rows if way in left]

    def compare(
        self,
        target: int,
        given: Mapping[Way, Given],
        alone: Sequence[Way],
        error: float,
    ) -> list[Row]:
        """Rows of the ways for a set, by the labels that they gave its texts in each round.

        `error` is allowed for all verdicts together.
        """
        classes = {way: labels.classes for way, labels in given.items()}
        n_rounds = len(next(iter(classes.values())))
        tested = self.sets.tested(target, n_rounds)
        margin = self.settings.margin
        compared = compare(tested, classes, alone, error=error, margin=margin)
        rows = []
        for way, labels in given.items():
            scores = np.array([macro_f1(tested.labels, of_round) for of_round in labels.classes])
            n_runs = n_rounds * self.sets.n_folds(target)
            rows.append(Row(way, labels, scores, n_runs, compared.get(way)))

        constant = {row.way for row in rows if row.is_constant}
        if constant.issuperset(alone):
            rows = [
                replace(row, comparison=without_verdict(row.comparison))
                if row.comparison and row.way in constant
                else row
                for row in rows
            ]
        return rows

    def matrix(self) -> list[list[Comparison | None]]:
        """The gain of each set (a row) by joint training with each other one (a column).

        The reference is the network alone. None on the diagonal, and where a set is left with
        fewer than two labels without the texts that the other one has too.
        """
        alone, numbers = Way(ALONE, NETWORK), range(len(self.names))
        n_runs, n_sets = self.settings.runs, len(numbers)
        self._say(f"Who helps whom: {n_runs} runs of each of {n_sets} sets with each other.")
        error = ERROR / len(numbers)
        found: list[list[Comparison | None]] = []
        for target in numbers:
            ways = {
                other: Way(JOINTLY, NETWORK, (other,))
                for other in numbers
                if other != target and self.sets.can_help(other, target)
            }
            n_rounds = -(-n_runs // self.sets.n_folds(target))
            given = self.fit_all(target, [alone, *ways.values()], n_rounds)
            rows = {row.way: row for row in self.compare(target, given, [alone], error)}
            found.append(
                [rows[ways[other]].comparison if other in ways else None for other in numbers]
            )
        return found

    def fit_all(self, target: int, ways: Sequence[Way], n_rounds: int) -> dict[Way, Given]:
        """The labels that each way gives the tested texts, (n_rounds, n)."""
        n_folds = self.sets.n_folds(target)
        fits = [Fit(target, way, run) for run in range(n_rounds * n_folds) for way in ways]
        run_shown(
            ((key_of(fit, self.sets), fit) for fit in fits),
            len(fits),
            compute,
            self.store,
            self.workers,
            decode=decode,
            describe=self._describe,
            quiet=self.is_quiet,
        )

        rows = self.sets.tested_rows(target)
        size = (n_rounds, len(rows))
        given = {way: Given(np.empty(size, np.int64), np.empty(size, np.float32)) for way in ways}
        for fit in fits:
            places = np.searchsorted(rows, self.sets.draw(target, fit.run).tested)
            of_run = decode(self.store[key_of(fit, self.sets)])
            for whole, part in zip(given[fit.way], of_run, strict=True):
                whole[fit.run // n_folds, places] = part
        return given

    def _describe(self, fit: Fit, result: bytes) -> str:
        tested = self.sets.draw(fit.target, fit.run).tested
        score = macro_f1(self.sets.labels[tested], decode(result).classes)
        return f"{fit.way.describe(self.names)} {score:.3f}"

    def _say(self, line: str) -> None:
        if not self.is_quiet:
            say(line)
