"""Measures the ways: a pilot, after which clear losers are dropped, then the rest of the runs.

Of the error that is allowed for all comparisons together, a part is spent at the pilot and the
rest at the end (Bonferroni's inequality over looks and comparisons), so that looking twice makes
no more wrong verdicts than looking once; tests/advice/test_error_rates.py measures them.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from minimtl.advice.fits import Fit, Score, compute, decode, key_of
from minimtl.advice.settings import Settings
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.verdicts import CANNOT_TELL, HURTS, Comparison, compare, without_verdict
from minimtl.advice.ways import ALONE, JOINTLY, NETWORK, Way
from minimtl.jobs import Store, Workers, make_progress, run_jobs
from minimtl.stats import LEVEL
from minimtl.system import say


@dataclass(frozen=True, eq=False)
class Row:
    """What was measured of one way.

    Attributes
    ----------
    way : the way.
    scores : macro-F1 of the main set's tested texts in each run, (n_runs,).
    n_constant : runs in which all texts were given one label.
    comparison : with the best way alone; None of that way itself.
    """

    way: Way
    scores: np.ndarray
    n_constant: int
    comparison: Comparison | None = None

    @classmethod
    def of(cls, way: Way, scores: Sequence[Score]) -> "Row":
        """The row of a way's runs, not compared yet."""
        f1 = np.array([score.f1 for score in scores])
        return cls(way, f1, sum(score.is_constant for score in scores))

    @property
    def score(self) -> float:
        """The mean macro-F1."""
        return float(self.scores.mean())

    @property
    def verdict(self) -> str:
        """That of the comparison; empty for the best way alone."""
        return self.comparison.verdict if self.comparison else ""

    @property
    def is_constant(self) -> bool:
        """Whether most runs gave all texts one label."""
        return 2 * self.n_constant > len(self.scores)


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
        settings = self.settings
        n_runs = dict.fromkeys(ways, settings.runs)
        if settings.pilot:
            self._say(f"Pilot: {settings.pilot} of {settings.runs} runs of {len(ways)} ways.")
            n_first = dict.fromkeys(ways, settings.pilot)
            rows = self.compare(self.fit_all(0, n_first), {settings.pilot: settings.pilot_error})
            if all(row.verdict != CANNOT_TELL for row in rows):
                self._say("The pilot settled all of them.")
                return rows
            dropped = [row.way for row in rows if row.verdict == HURTS and row.way.use != ALONE]
            n_runs |= dict.fromkeys(dropped, settings.pilot)
            more = f"; the pilot settled that {len(dropped)} hurt" if dropped else ""
            self._say(f"All {settings.runs} runs of {len(ways) - len(dropped)} ways{more}.")
        errors = {settings.pilot: settings.pilot_error, settings.runs: settings.final_error}
        return self.compare(self.fit_all(0, n_runs), errors)

    def compare(
        self, scores: Mapping[Way, Sequence[Score]], errors: Mapping[int, float]
    ) -> list[Row]:
        """Rows of the ways by their scores.

        Parameters
        ----------
        scores : of each way's runs; those alone have as many as any other.
        errors : the error allowed by the number of runs, for all comparisons together.
        """
        rows = [Row.of(way, own) for way, own in scores.items()]
        best = max((row for row in rows if row.way.use == ALONE), key=lambda row: row.score)
        n_compared = len(rows) - 1
        return [
            row
            if row is best
            else replace(
                row,
                comparison=self._comparison(row, best, 0, errors[len(row.scores)] / n_compared),
            )
            for row in rows
        ]

    def matrix(self) -> list[list[Comparison | None]]:
        """What each set (a row) gains by joint training with each other one (a column).

        The reference is the network alone. None on the diagonal, and where a set is left with
        fewer than two labels without the texts that the other one has too.
        """
        alone, numbers, n_runs = Way(ALONE, NETWORK), range(len(self.names)), self.settings.runs
        self._say(f"Who helps whom: {n_runs} runs of each of {len(numbers)} sets with each other.")
        error = (1 - LEVEL) / (len(numbers) * (len(numbers) - 1))
        found: list[list[Comparison | None]] = []
        for target in numbers:
            ways = {
                other: Way(JOINTLY, NETWORK, (other,))
                for other in numbers
                if other != target and self.sets.can_help(other, target)
            }
            scores = self.fit_all(target, dict.fromkeys([alone, *ways.values()], n_runs))
            rows = {way: Row.of(way, own) for way, own in scores.items()}
            found.append(
                [
                    self._comparison(rows[ways[other]], rows[alone], target, error)
                    if other in ways
                    else None
                    for other in numbers
                ]
            )
        return found

    def _comparison(self, row: Row, reference: Row, target: int, error: float) -> Comparison:
        compared = compare(
            row.scores,
            reference.scores[: len(row.scores)],
            ratio=self.sets.ratio(target),
            n_tested=self.sets.n_tested(target),
            n_texts=len(self.sets.train[target]),
            level=1 - error,
            margin=self.settings.margin,
        )
        both = row.is_constant and reference.is_constant
        return without_verdict(compared) if both else compared

    def fit_all(self, target: int, n_runs: Mapping[Way, int]) -> dict[Way, list[Score]]:
        """The scores of so many runs of each way."""
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
        return {
            way: [
                decode(self.store[key_of(Fit(target, way, run), self.sets)])
                for run in range(n_runs[way])
            ]
            for way in n_runs
        }

    def _describe(self, fit: Fit, result: bytes) -> str:
        return f"{fit.way.describe(self.names)} {decode(result).f1:.3f}"

    def _say(self, line: str) -> None:
        if not self.is_quiet:
            say(line)
