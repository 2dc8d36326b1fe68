"""The paired runs of one main and one auxiliary set: what is trained and tested on which texts.

Notation
--------
counts          words of all texts of both sets, main first: CSR int64 (n_texts, n_words)
labels          of all texts, int64 (n_texts,), an index into the set's own classes
run r           a draw of training texts and weights, the same texts alone and jointly

A main set with a test part of its own is tested on it in every run. One without is divided into
5 folds, classes in equal shares, anew for every 5 runs; run r tests fold r mod 5.

An epoch of a set smaller than the study's tasks passes over it several times. A hundred epochs of
a few texts would be a hundred steps, in which a network learns next to nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.advice.sets import Prepared, Tokenizer
from minimtl.execution import rng_for
from minimtl.nn import TaskData
from minimtl.stats import draw_per_class, stratified_parts
from minimtl.study import PAPER
from minimtl.text import count_matrix, weigh_counts

N_FOLDS = 5
FEATURE_RUNS = PAPER.runs_related  # runs that the prediction's features are averaged over
SEED = 0
_MOST_TESTED = 2_000  # more would take time, and the score would hardly be more certain


def passes_per_epoch(n_texts: int) -> int:
    """How often an epoch passes over so many texts: about as many steps as the study's, or more."""
    return max(1, round(PAPER.sampling.n_train / n_texts))


@dataclass(frozen=True, eq=False)
class Trial:
    """One run: rows (into ``counts`` of its pair), and the two sets as a network takes them."""

    run: int
    main_rows: np.ndarray
    aux_rows: np.ndarray
    test_rows: np.ndarray
    main: TaskData
    aux: TaskData
    test_labels: np.ndarray


@dataclass(frozen=True, eq=False)
class PairOfSets:
    """Both sets counted; see the notation above. At most `per_class` texts of a class are drawn."""

    main: Prepared
    aux: Prepared
    counts: csr_matrix
    labels: np.ndarray
    per_class: int

    @classmethod
    def of(
        cls, main: Prepared, aux: Prepared, tokenizer: Tokenizer, per_class: int
    ) -> "PairOfSets":
        """Count the words of both."""
        texts = (*main.train, *main.test, *aux.train)
        counts, _ = count_matrix((row.text for row in texts), tokenizer)
        labels = (main.labels(main.train), main.labels(main.test), aux.labels(aux.train))
        return cls(main, aux, counts, np.concatenate(labels), per_class)

    @property
    def ratio(self) -> float:
        """Test texts of a run over the texts it may learn from, for the corrected interval."""
        if self.main.test:
            return min(len(self.main.test), _MOST_TESTED) / len(self.main.train)
        return 1 / (N_FOLDS - 1)

    def trials(self, n_runs: int) -> Iterator[Trial]:
        """Runs 0 … n_runs − 1; the first ones do not depend on how many there are."""
        n_train = len(self.main.train)
        n_main = n_train + len(self.main.test)
        for run in range(n_runs):
            if self.main.test:
                yield self._trial(run, np.arange(n_train), np.arange(n_train, n_main))
            else:
                rng = rng_for("advise folds", SEED, run // N_FOLDS)
                is_tested = stratified_parts(self.labels[:n_train], N_FOLDS, rng) == run % N_FOLDS
                yield self._trial(run, np.flatnonzero(~is_tested), np.flatnonzero(is_tested))

    def _trial(self, run: int, learned: np.ndarray, tested: np.ndarray) -> Trial:
        """The run with main texts drawn from the rows `learned`, and tested on `tested`."""
        rng = rng_for("advise sample", SEED, run)
        aux_rng = rng_for("advise sample of aux", SEED, run)
        aux = np.arange(len(self.main.train) + len(self.main.test), len(self.labels))
        main_rows = draw_per_class(learned, self.labels, self.per_class, rng)
        test_rows = np.sort(rng.permutation(tested)[:_MOST_TESTED])
        aux_rows = draw_per_class(aux, self.labels, self.per_class, aux_rng)
        X = weigh_counts(self.counts, np.concatenate([learned, aux]), PAPER.model.max_features)
        main_passes = np.tile(main_rows, passes_per_epoch(len(main_rows)))
        aux_passes = np.tile(aux_rows, passes_per_epoch(len(aux_rows)))
        return Trial(
            run,
            main_rows,
            aux_rows,
            test_rows,
            TaskData(X[main_passes], self.labels[main_passes], X[test_rows]),
            TaskData(X[aux_passes], self.labels[aux_passes]),
            self.labels[test_rows],
        )
