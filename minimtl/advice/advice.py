"""The advice on each candidate: what is predicted, what was measured, and the verdict."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from minimtl.advice.features import features_of_pair
from minimtl.advice.measure import measure
from minimtl.advice.metamodel import MetaModel, Prediction
from minimtl.advice.sets import Prepared, Tokenizer
from minimtl.advice.trials import PairOfSets
from minimtl.stats import LEVEL, PairedComparison, compare_paired

HELPS, HURTS, CANNOT_TELL = "helps", "hurts", "cannot tell"


@dataclass(frozen=True, eq=False)
class Advice:
    """Advice on one candidate.

    Attributes
    ----------
    aux : the candidate, as it was used.
    prediction : from single-task runs only.
    single, multi : macro-F1 of the main set's test texts in every run, float64 (n_runs,).
    gain : their difference, tested; its interval holds for all candidates together.
    n_train, n_test : the main set's texts in a run.
    """

    aux: Prepared
    prediction: Prediction
    single: np.ndarray
    multi: np.ndarray
    gain: PairedComparison
    n_train: int
    n_test: int

    @property
    def verdict(self) -> str:
        """`HELPS`, `HURTS` or `CANNOT_TELL`, by the interval of the gain."""
        if self.gain.low > 0:
            return HELPS
        return HURTS if self.gain.high < 0 else CANNOT_TELL

    @property
    def further(self) -> str:
        """How many more runs would settle the question, in words; empty where these did."""
        if self.verdict != CANNOT_TELL:
            return ""
        runs = self.gain.further_runs
        if not runs:
            return "more runs on these texts would not settle it; more texts might"
        return f"about {runs:,} more runs would settle it, if mean and spread stay as they are"


def advise(
    main: Prepared,
    candidates: Sequence[Prepared],
    model: MetaModel,
    tokenizer: Tokenizer,
    *,
    n_runs: int,
    per_class: int,
    executor: Executor,
) -> list[Advice]:
    """Advice on each candidate; only the level of the intervals depends on how many there are.

    With n candidates, intervals have the level 1 − 0.05 / n (Bonferroni): all of them hold
    together with 95 %.
    """
    level = 1 - (1 - LEVEL) / len(candidates)
    advised = []
    for aux in candidates:
        pair = PairOfSets.of(main, aux, tokenizer, per_class)
        trials = list(pair.trials(n_runs))
        measured = list(executor.map(measure, trials))
        single = np.array([result.single for result in measured])
        multi = np.array([result.multi for result in measured])
        advised.append(
            Advice(
                aux,
                model.predict(features_of_pair(pair, trials, measured)),
                single,
                multi,
                compare_paired(multi - single, pair.ratio, level=level),
                len(trials[0].main_rows),
                len(trials[0].test_rows),
            )
        )
    return advised
