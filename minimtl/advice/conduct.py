"""Measures the ways: a round, after which clear losers are dropped, then the rest of the rounds.

Of the error that is allowed for all verdicts together, a part is spent after the first round and
the rest at the end (Bonferroni's inequality over looks), so that looking twice makes no more wrong
verdicts than looking once; tests/advice/test_error_rates.py measures them.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from minimtl.advice.fits import Fit, compute, decode, key_of
from minimtl.advice.settings import Settings
from minimtl.advice.tokenizers import NETWORK
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.verdicts import CANNOT_TELL, HURTS, Comparison, compare, without_verdict
from minimtl.advice.ways import ALONE, JOINTLY, Way
from minimtl.jobs import Store, Workers, make_progress, run_jobs
from minimtl.stats import LEVEL, macro_f1
from minimtl.system import say

ERROR = 1 - LEVEL
FIRST_ERROR = 0.01  # of it, after the first round


@dataclass(frozen=True, eq=False)
class Row:
    """What was measured of one way.

    Attributes
    ----------
    way : the way.
    predicted : the class of each tested text in each round, int64 (n_rounds, n).
    scores : macro-F1 of each round, (n_rounds,).
    n_runs : trainings behind it.
    comparison : with all ways alone; None of those.
    """

    way: Way
    predicted: np.ndarray
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
        """The gain over the best way alone that is to be expected, shrunken."""
        return self.comparison.expected if self.comparison else 0.0

    @property
    def is_constant(self) -> bool:
        """Whether most rounds gave all texts one label."""
        return 2 * int((self.predicted == self.predicted[:, :1]).all(axis=1).sum()) > len(
            self.scores
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
        """The ways for the main set, in their order."""
        n_folds = self.sets.n_folds(0)
        n_rounds = -(-self.settings.runs // n_folds)
        alone = [way for way in ways if way.use == ALONE]
        if n_rounds == 1:
            return self.compare(0, self.fit_all(0, dict.fromkeys(ways, n_folds)), alone, ERROR)

        self._say(f"First round: {n_folds} of {n_rounds * n_folds} runs of {len(ways)} ways.")
        first = self.fit_all(0, dict.fromkeys(ways, n_folds))
        rows = {row.way: row for row in self.compare(0, first, alone, FIRST_ERROR)}
        if all(row.verdict != CANNOT_TELL for row in rows.values() if row.way.uses_labels):
            self._say("The first round settled all of them.")
            return list(rows.values())

        left = [way for way in ways if way in alone or rows[way].verdict != HURTS]
        n_dropped = len(ways) - len(left)
        more = f"; the first round settled that {n_dropped} hurt" if n_dropped else ""
        self._say(f"All {n_rounds * n_folds} runs of {len(left)} ways{more}.")
        given = self.fit_all(0, dict.fromkeys(left, n_rounds * n_folds))
        rows |= {row.way: row for row in self.compare(0, given, alone, ERROR - FIRST_ERROR)}
        return list(rows.values())

    def compare(
        self,
        target: int,
        given: Mapping[Way, np.ndarray],
        alone: Sequence[Way],
        error: float,
    ) -> list[Row]:
        """Rows of the ways for a set, by the classes that they gave its texts in each round.

        `error` is allowed for all verdicts together.
        """
        n_rounds = len(next(iter(given.values())))
        tested = self.sets.tested(target, n_rounds)
        margin = self.settings.margin
        compared = compare(tested, given, alone, error=error, margin=margin)
        rows = []
        for way, labels in given.items():
            scores = np.array([macro_f1(tested.labels, of_round) for of_round in labels])
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
        """What each set (a row) gains by joint training with each other one (a column).

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
            n_folds = self.sets.n_folds(target)
            n_runs = -(-self.settings.runs // n_folds) * n_folds
            given = self.fit_all(target, dict.fromkeys([alone, *ways.values()], n_runs))
            rows = {row.way: row for row in self.compare(target, given, [alone], error)}
            found.append(
                [rows[ways[other]].comparison if other in ways else None for other in numbers]
            )
        return found

    def fit_all(self, target: int, n_runs: Mapping[Way, int]) -> dict[Way, np.ndarray]:
        """The classes that each way gives the tested texts, int64 (n_rounds, n)."""
        fits = [
            Fit(target, way, run)
            for run in range(max(n_runs.values()))
            for way in n_runs
            if run < n_runs[way]
        ]
        with make_progress(
            len(fits), stream=sys.stderr, describe=self._describe, quiet=self.is_quiet
        ) as progress:
            summary = run_jobs(
                ((key_of(fit, self.sets), fit) for fit in fits),
                compute,
                self.store,
                self.workers,
                decode=decode,
                progress=progress,
            )
        summary.raise_for_failures()

        rows, n_folds = self.sets.tested_rows(target), self.sets.n_folds(target)
        given = {way: np.empty((n // n_folds, len(rows)), np.int64) for way, n in n_runs.items()}
        for run in range(max(n_runs.values())):
            places = np.searchsorted(rows, self.sets.draw(target, run).tested)
            for way in (way for way in n_runs if run < n_runs[way]):
                payload = self.store[key_of(Fit(target, way, run), self.sets)]
                given[way][run // n_folds, places] = decode(payload)
        return given

    def _describe(self, fit: Fit, result: bytes) -> str:
        tested = self.sets.draw(fit.target, fit.run).tested
        score = macro_f1(self.sets.labels[tested], decode(result))
        return f"{fit.way.describe(self.names)} {score:.3f}"

    def _say(self, line: str) -> None:
        if not self.is_quiet:
            say(line)
