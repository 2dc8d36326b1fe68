"""The texts that are trained and tested on: all ways of a run on the same ones.

Notation
--------
counts          of all that each of a model's vectorizers reads in all texts of all sets: CSR
                int64 (n_texts, n_words); or features, float32
labels          of all texts, int64 (n_texts,), an index into the set's own classes
same            number of each text, equal for texts that count as the same, int64 (n_texts,)
groups          number of each text's thread or author, int64 (n_texts,); its own where it has none
run r           a draw of training texts and weights

A set with a test part of its own is tested on it in every run. One without is divided into 5
folds, classes in equal shares, anew for every 5 runs; run r tests fold r mod 5. A *round* is as
many runs as label every tested text once: 5, or 1 with a test part. No group is both learned from
and tested in a run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from minimtl.advice.features import Features
from minimtl.advice.sets import Prepared, normalised
from minimtl.advice.tokenizers import NETWORK, REGRESSION, make_vectorizers
from minimtl.advice.verdicts import TestedTexts
from minimtl.errors import MinimtlError
from minimtl.jobs.identity import rng_for, stable_hash
from minimtl.report.wording import counted
from minimtl.stats.crossval import draw_per_class, stratified_parts
from minimtl.text.counts import count_matrix

N_FOLDS = 5
MOST_TESTED = 10_000  # more would take time, and the score would hardly be more certain
_TIMES = {NETWORK: 1, REGRESSION: 10}  # a regression learns in seconds from that many more texts


class Draw(NamedTuple):
    """The rows of a run, into the arrays of `SetsOfTexts`.

    Attributes
    ----------
    learned : the texts that may be learned from; vocabulary and idf come from them.
    tested : the texts that are labelled and scored.
    """

    learned: np.ndarray
    tested: np.ndarray


@dataclass(frozen=True, eq=False)
class SetsOfTexts:
    """All sets counted, the main set first; see the notation above.

    Attributes
    ----------
    train, test : rows of each set's training texts, and of its test part, which may be empty.
    classes : sorted labels of each set.
    digests : a hash of each set's texts and labels.
    per_class : at most so many texts of a class does a network learn from in a run; see
        `most_per_class`.
    """

    counts: Mapping[str, tuple[csr_matrix, ...]]
    labels: np.ndarray
    same: np.ndarray
    groups: np.ndarray
    train: tuple[np.ndarray, ...]
    test: tuple[np.ndarray, ...]
    classes: tuple[tuple[str, ...], ...]
    digests: tuple[str, ...]
    tokenizer: str
    per_class: int
    seed: int

    @classmethod
    def of(
        cls,
        sets: Sequence[Prepared],
        tokenizer: str,
        per_class: int,
        seed: int,
        groups: Sequence[Mapping[str, str]] = (),
        features: Features | None = None,
    ) -> "SetsOfTexts":
        """Count the words of all sets, or take their `features`.

        `groups` are each set's, by the places of its texts.

        Raises
        ------
        MinimtlError
            If the main set's groups are too few to be divided into folds.
        """
        parts = [part for prepared in sets for part in (prepared.train, prepared.test)]
        texts = [row.text for part in parts for row in part]
        if features is not None:
            counts = dict.fromkeys((NETWORK, REGRESSION), (features.matrix(texts),))
        else:
            counts = {
                model: tuple(
                    count_matrix(texts, vectorizer.build_analyzer())[0]
                    for vectorizer in make_vectorizers(tokenizer, model)
                )
                for model in (NETWORK, REGRESSION)
            }
        ends = np.cumsum([0, *map(len, parts)])
        rows = [np.arange(start, end) for start, end in pairwise(ends)]
        same = [normalised(text) for text in texts]
        labels = [
            prepared.labels(part) for prepared in sets for part in (prepared.train, prepared.test)
        ]
        return cls(
            counts,
            np.concatenate(labels),
            np.unique(np.array(same, object), return_inverse=True)[1].ravel(),
            _numbers_of_groups(sets, groups),
            tuple(rows[::2]),
            tuple(rows[1::2]),
            tuple(prepared.classes for prepared in sets),
            tuple(_digest(prepared, groups) for prepared in sets),
            tokenizer,
            per_class,
            seed,
        )

    def n_folds(self, target: int) -> int:
        """The number of runs that label every tested text of the set once."""
        return 1 if len(self.test[target]) else N_FOLDS

    def tested_rows(self, target: int) -> np.ndarray:
        """The texts of the set that are tested, the same in every round."""
        rows = self.test[target] if len(self.test[target]) else self.train[target]
        rng = rng_for("advise tested", self.seed, self.digests[target])
        return np.sort(rng.permutation(rows)[:MOST_TESTED])

    def tested(self, target: int, n_rounds: int) -> TestedTexts:
        """The texts that ways are compared on after so many rounds."""
        rows, n_folds = self.tested_rows(target), self.n_folds(target)
        folds = np.zeros((n_rounds, len(rows)), np.int64)
        for number in range(n_rounds):
            for fold in range(n_folds):
                draw = self.draw(target, number * n_folds + fold)
                folds[number, np.searchsorted(rows, draw.tested)] = fold
        n_train = len(self.train[target]) * (1 - 1 / n_folds if n_folds > 1 else 1)
        groups = self.groups[rows] if _have_company(self.groups[rows]) else None
        return TestedTexts(self.labels[rows], folds, n_train, groups)

    def draw(self, target: int, run: int) -> Draw:
        """The texts of the set `target` in a run; runs do not depend on how many there are."""
        train, test = self.train[target], self.test[target]
        if not len(test):
            rng = rng_for("advise folds", self.seed, self.digests[target], run // N_FOLDS)
            labels, groups = self.labels[train], self.groups[train]
            if _have_company(groups):
                parts = grouped_parts(labels, groups, N_FOLDS, rng)
            else:
                parts = stratified_parts(labels, N_FOLDS, rng)
            test, train = train[parts == run % N_FOLDS], train[parts != run % N_FOLDS]
        else:
            train = train[~np.isin(self.groups[train], self.groups[test])]
        return Draw(train, np.intersect1d(test, self.tested_rows(target)))

    def can_help(self, other: int, target: int) -> bool:
        """True if two labels or more are left of `other` without the texts of `target`."""
        return len(np.unique(self.labels[self._without(other, target)])) > 1

    def _without(self, other: int, target: int) -> np.ndarray:
        """The training texts of `other` that `target` has not: those could be tested."""
        own = np.concatenate([self.train[target], self.test[target]])
        train = self.train[other]
        left: np.ndarray = train[~np.isin(self.same[train], self.same[own])]
        return left

    def learned_of(self, other: int, target: int, run: int) -> np.ndarray:
        """The texts of another set that a run for `target` may learn from.

        Those that `target` has too are left out, and those of the groups that the run tests.
        """
        train = self._without(other, target)
        own = np.concatenate([self.train[target], self.test[target]])
        if np.isin(self.groups[train], self.groups[own]).any():
            tested = self.draw(target, run).tested
            train = train[~np.isin(self.groups[train], self.groups[tested])]
        return train

    def trained(self, learned: np.ndarray, number: int, run: int, model: str) -> np.ndarray:
        """Those of the texts of set `number` that a model is trained on in a run."""
        rng = rng_for("advise sample", self.seed, self.digests[number], run)
        return draw_per_class(learned, self.labels, most_per_class(self.per_class, model), rng)


def most_per_class(per_class: int, model: str) -> int:
    """The most texts of a label that a model is trained on, of `per_class` for a network."""
    return per_class * _TIMES[model]


def grouped_parts(
    labels: np.ndarray, groups: np.ndarray, n_parts: int, rng: np.random.Generator
) -> np.ndarray:
    """The part of each text, int64 (n,): whole groups to a part, classes in nearly equal shares.

    Groups are taken from the largest to the smallest, those of equal size at random; each goes to
    the part that has least of its classes so far.
    """
    group = np.unique(groups, return_inverse=True)[1].ravel()
    counts = np.zeros((group.max() + 1, labels.max() + 1))
    np.add.at(counts, (group, labels), 1)
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    order = rng.permutation(len(counts))
    order = order[np.argsort(-counts.sum(axis=1)[order], kind="stable")]

    filled = np.zeros((n_parts, counts.shape[1]))
    part = np.empty(len(counts), np.int64)
    for number in order:
        load = (filled * counts[number]).sum(axis=1) + 1e-6 * filled.sum(axis=1)
        part[number] = load.argmin()
        filled[part[number]] += shares[number]
    return part[group]


def _have_company(groups: np.ndarray) -> bool:
    """True if a group has two texts or more."""
    return len(np.unique(groups)) < len(groups)


def _numbers_of_groups(sets: Sequence[Prepared], groups: Sequence[Mapping[str, str]]) -> np.ndarray:
    """The number of each text's group; a name means the same group in all sets."""
    places = [
        (number, row.place)
        for number, prepared in enumerate(sets)
        for row in (*prepared.train, *prepared.test)
    ]
    of_sets = dict(enumerate(groups))
    names = [of_sets.get(number, {}).get(place) for number, place in places]
    numbers: dict[str, int] = {}
    found = [
        at if name is None else len(places) + numbers.setdefault(name, len(numbers))
        for at, name in enumerate(names)
    ]
    if groups:
        _check_groups(sets[0], found)
    return np.array(found, np.int64)


def _check_groups(main: Prepared, groups: Sequence[int]) -> None:
    """MinimtlError if a label would have no text left to learn from."""
    n_train = len(main.train)
    tested = set(groups[n_train : n_train + len(main.test)])
    needed = 1 if main.test else N_FOLDS
    learned = list(zip(groups, main.train, strict=False))
    for label in main.classes:
        n = len({group for group, row in learned if row.label == label} - tested)
        if n < needed:
            where = "that are not in the test part" if main.test else "and each fold needs one"
            raise MinimtlError(
                f"The texts of the label {label!r} of {main.name} are in {counted(n, 'group')}, "
                f"{where}; add texts of others ({needed} are needed), or leave --group-column out."
            )


def _digest(prepared: Prepared, groups: Sequence[Mapping[str, str]]) -> str:
    """A hash of the set's texts and labels, and of all groups if there are any."""
    if not any(groups):
        return prepared.digest
    return stable_hash("grouped texts", prepared.digest, [sorted(of.items()) for of in groups])
