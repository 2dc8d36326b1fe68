"""The paired runs of one main and one auxiliary set: who is trained and tested on what.

Notation
--------
counts          words of all texts of both sets, main first: CSR int64 (n_texts, n_words)
labels          of all texts, int64 (n_texts,), an index into the set's own classes
run r           a draw of training texts and weights, the same texts alone and jointly

A main set with a test part of its own is tested on it in every run. One without is divided into
5 folds, classes in equal shares, anew for every 5 runs; run r tests fold r mod 5.

An epoch of a set smaller than the study's tasks passes over it several times. A hundred epochs of
a few texts would be a hundred steps, which is no training, and say nothing of the set.
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
_MOST_TESTED = 2_000  # more would cost time and, beside what training texts add, tell little


_STUDY_TEXTS = 400  # the `paper` protocol's 200 of each of two classes


def passes_per_epoch(n_texts: int) -> int:
    """How often an epoch passes over so many texts: about as many steps as the study's, or more."""
    return max(1, round(_STUDY_TEXTS / n_texts))


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
    n_classes: tuple[int, int]


@dataclass(frozen=True, eq=False)
class PairOfSets:
    """Both sets counted; see the notation above. ``ratio`` is of test to available texts."""

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
        n_train, n_main = len(self.main.train), len(self.main.train) + len(self.main.test)
        aux = np.arange(n_main, len(self.labels))
        for run in range(n_runs):
            learned, tested = np.arange(n_train), np.arange(n_train, n_main)
            if not self.main.test:
                fold = self._folds(run // N_FOLDS)
                learned, tested = (
                    np.flatnonzero(fold != run % N_FOLDS),
                    np.flatnonzero(fold == run % N_FOLDS),
                )
            yield self._trial(run, learned, tested, aux)

    def _folds(self, repeat: int) -> np.ndarray:
        """The fold of each main text, int64 (n_train,), each class in equal shares."""
        rng = rng_for("advise folds", SEED, repeat)
        return stratified_parts(self.labels[: len(self.main.train)], N_FOLDS, rng)

    def _trial(self, run: int, learned: np.ndarray, tested: np.ndarray, aux: np.ndarray) -> Trial:
        rng = rng_for("advise sample", SEED, run)
        main_rows = draw_per_class(learned, self.labels, self.per_class, rng)
        test_rows = np.sort(rng.permutation(tested)[:_MOST_TESTED])
        aux_rows = draw_per_class(
            aux, self.labels, self.per_class, rng_for("advise sample of aux", SEED, run)
        )
        known = np.concatenate([learned, aux])
        main_again, aux_again = (
            np.tile(rows, passes_per_epoch(len(rows))) for rows in (main_rows, aux_rows)
        )
        X = weigh_counts(self.counts, known, PAPER.model.max_features)
        return Trial(
            run,
            main_rows,
            aux_rows,
            test_rows,
            TaskData(X[main_again], self.labels[main_again], X[test_rows]),
            TaskData(X[aux_again], self.labels[aux_again]),
            self.labels[test_rows],
            (len(self.main.classes), len(self.aux.classes)),
        )
