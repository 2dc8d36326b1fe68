"""What is trained and tested on which texts: all ways of a run on the same ones.

Notation
--------
counts          of the features of each model in all texts of all sets: CSR int64 (n_texts, n_words)
labels          of all texts, int64 (n_texts,), an index into the set's own classes
same            number of each text, equal for texts that count as the same, int64 (n_texts,)
run r           a draw of training texts and weights

A set with a test part of its own is tested on it in every run. One without is divided into 5
folds, classes in equal shares, anew for every 5 runs; run r tests fold r mod 5. A *round* is as
many runs as label every tested text once: 5, or 1 with a test part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.advice.sets import Prepared, normalised
from minimtl.advice.tokenizers import CHARACTERS, make_vectorizer, models_for
from minimtl.advice.verdicts import TestedTexts
from minimtl.jobs import rng_for
from minimtl.stats import draw_per_class, stratified_parts
from minimtl.text import count_matrix

N_FOLDS = 5
MOST_TESTED = 10_000  # more would take time, and the score would hardly be more certain


class Draw(NamedTuple):
    """The rows of a run, into the arrays of `SetsOfTexts`.

    Attributes
    ----------
    learned : the texts that may be learned from; vocabulary and idf come from them.
    trained : those among them that are trained on.
    tested : the texts that are labelled and scored.
    """

    learned: np.ndarray
    trained: np.ndarray
    tested: np.ndarray


@dataclass(frozen=True, eq=False)
class SetsOfTexts:
    """All sets counted, the main set first; see the notation above.

    Attributes
    ----------
    train, test : rows of each set's training texts, and of its test part, which may be empty.
    classes : sorted labels of each set.
    digests : a hash of each set's texts and labels.
    per_class : at most so many texts of a class are trained on in a run.
    models : whose features are counted.
    """

    counts: Mapping[str, csr_matrix]
    labels: np.ndarray
    same: np.ndarray
    train: tuple[np.ndarray, ...]
    test: tuple[np.ndarray, ...]
    classes: tuple[tuple[str, ...], ...]
    digests: tuple[str, ...]
    tokenizer: str
    per_class: int
    seed: int

    @classmethod
    def of(
        cls, sets: Sequence[Prepared], tokenizer: str, per_class: int, seed: int
    ) -> "SetsOfTexts":
        """Count the features of all sets."""
        parts = [part for prepared in sets for part in (prepared.train, prepared.test)]
        counts = {}
        for model in models_for(tokenizer):
            analyze = make_vectorizer(tokenizer, model).build_analyzer()
            # Other texts are read by their characters only where they are pooled.
            unread = [
                model == CHARACTERS and prepared.classes != sets[0].classes
                for prepared in sets
                for _ in (prepared.train, prepared.test)
            ]
            texts = (
                "" if skip else row.text
                for part, skip in zip(parts, unread, strict=True)
                for row in part
            )
            counts[model], _ = count_matrix(texts, analyze)
        ends = np.cumsum([0, *map(len, parts)])
        rows = [np.arange(start, end) for start, end in pairwise(ends)]
        same = [normalised(row.text) for part in parts for row in part]
        labels = [
            prepared.labels(part) for prepared in sets for part in (prepared.train, prepared.test)
        ]
        return cls(
            counts,
            np.concatenate(labels),
            np.unique(np.array(same, object), return_inverse=True)[1].ravel(),
            tuple(rows[::2]),
            tuple(rows[1::2]),
            tuple(prepared.classes for prepared in sets),
            tuple(prepared.digest for prepared in sets),
            tokenizer,
            per_class,
            seed,
        )

    def n_folds(self, target: int) -> int:
        """How many runs label every tested text of the set once."""
        return 1 if len(self.test[target]) else N_FOLDS

    def tested_rows(self, target: int) -> np.ndarray:
        """The texts of the set that are tested, the same in every round."""
        rows = self.test[target] if len(self.test[target]) else self.train[target]
        rng = rng_for("advise tested", self.seed, self.digests[target])
        return np.sort(rng.permutation(rows)[:MOST_TESTED])

    def tested(self, target: int, n_rounds: int) -> TestedTexts:
        """What ways are compared on after so many rounds."""
        rows, n_folds = self.tested_rows(target), self.n_folds(target)
        folds = np.zeros((n_rounds, len(rows)), np.int64)
        for number in range(n_rounds):
            for fold in range(n_folds):
                draw = self.draw(target, number * n_folds + fold)
                folds[number, np.searchsorted(rows, draw.tested)] = fold
        n_train = len(self.train[target]) * (1 - 1 / n_folds if n_folds > 1 else 1)
        return TestedTexts(self.labels[rows], folds, n_train)

    def draw(self, target: int, run: int) -> Draw:
        """The texts of the set `target` in a run; runs do not depend on how many there are."""
        train, test = self.train[target], self.test[target]
        if not len(test):
            rng = rng_for("advise folds", self.seed, self.digests[target], run // N_FOLDS)
            parts = stratified_parts(self.labels[train], N_FOLDS, rng)
            test, train = train[parts == run % N_FOLDS], train[parts != run % N_FOLDS]
        rng = rng_for("advise sample", self.seed, self.digests[target], run)
        tested = np.intersect1d(test, self.tested_rows(target))
        return Draw(train, draw_per_class(train, self.labels, self.per_class, rng), tested)

    def can_help(self, other: int, target: int) -> bool:
        """Whether two labels or more are left of `other` without the texts of `target`."""
        return len(np.unique(self.labels[self._without(other, target)])) > 1

    def _without(self, other: int, target: int) -> np.ndarray:
        """The training texts of `other` that `target` has not: those could be tested."""
        own = np.concatenate([self.train[target], self.test[target]])
        train = self.train[other]
        left: np.ndarray = train[~np.isin(self.same[train], self.same[own])]
        return left

    def draw_other(self, other: int, target: int, run: int) -> Draw:
        """The texts of another set in a run for `target`, without those that `target` has too."""
        train = self._without(other, target)
        rng = rng_for("advise sample", self.seed, self.digests[other], run)
        drawn = draw_per_class(train, self.labels, self.per_class, rng)
        return Draw(train, drawn, np.empty(0, np.int64))
