"""How pairs are divided into training and test parts of the meta-analysis.

Notation
--------
train, test     which pairs each fit learns from and is scored on, shape (n_fits, n_pairs), bool

Four designs, from the paper's to the strictest:

random      as in the protocol: repeated random folds, features scaled over all pairs beforehand
in_fold     the same folds; features scaled by the training part alone
by_task     folds of whole main tasks: no main task is in both training and test
by_topic    each topic left out once: the test pairs are those with that topic in the main task,
            the training pairs those without it in either task

Pairs of one main task share its single-task score and its features, which random folds let leak
from training to test. Fits whose training or test part is empty are left out, so that a design
of a few pairs may have no fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from minimtl.stats import BoolArray, IntArray, repeated_k_fold
from minimtl.study import Meta, Pair

DESIGNS = ("random", "in_fold", "by_task", "by_topic")


@dataclass(frozen=True)
class Design:
    """Training and test parts, and where the scaling of the features is taken from.

    ``train`` and ``test`` are bool, shape (n_fits, n_pairs). ``n_folds`` is how many rows make
    one repetition; repetitions follow each other.
    """

    name: str
    train: BoolArray
    test: BoolArray
    n_folds: int
    scaled_inside: bool

    @property
    def n_fits(self) -> int:
        return len(self.train)

    def first_repetition(self) -> "Design":
        """The design with one repetition only, for computations that take too long to repeat."""
        n = self.n_folds
        return Design(self.name, self.train[:n], self.test[:n], n, self.scaled_inside)


def make_designs(
    pairs: Sequence[Pair], settings: Meta, rng: np.random.Generator
) -> dict[str, Design]:
    """The four designs by name, their random folds drawn from ``rng``."""
    random = _repeated_folds(len(pairs), settings, rng)
    by_task = _repeated_folds(len(pairs), settings, rng, main_tasks(pairs))
    by_topic = _topic_folds(pairs)
    return {
        "random": Design("random", *random, scaled_inside=False),
        "in_fold": Design("in_fold", *random, scaled_inside=True),
        "by_task": Design("by_task", *by_task, scaled_inside=True),
        "by_topic": Design("by_topic", *by_topic, scaled_inside=True),
    }


def main_tasks(pairs: Sequence[Pair]) -> IntArray:
    """The number of each pair's main task, in order of first appearance; shape (n_pairs,)."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(pair.main, len(numbers)) for pair in pairs], np.int64)


Folds = tuple[BoolArray, BoolArray, int]


def _repeated_folds(
    n_pairs: int, settings: Meta, rng: np.random.Generator, groups: IntArray | None = None
) -> Folds:
    """Folds of pairs or of whole groups; fewer than the protocol's where there are fewer of these.

    A single pair or group cannot be divided: there is no fold then.
    """
    n_folds = min(settings.cv_folds, n_pairs if groups is None else len(np.unique(groups)))
    if n_folds < 2:
        no_pairs = np.zeros((0, n_pairs), bool)
        return no_pairs, no_pairs, 0
    test = repeated_k_fold(n_pairs, n_folds, settings.cv_repeats, rng, groups).reshape(-1, n_pairs)
    return ~test, test, n_folds


def _topic_folds(pairs: Sequence[Pair]) -> Folds:
    """A fold for each topic of a main task, where that leaves a pair to learn from."""
    topics = sorted({topic for pair in pairs for topic in pair.main})
    test = np.array([[topic in pair.main for pair in pairs] for topic in topics])
    train = np.array([[topic not in pair.main + pair.aux for pair in pairs] for topic in topics])
    kept = train.any(axis=1)
    return train[kept], test[kept], int(kept.sum())
