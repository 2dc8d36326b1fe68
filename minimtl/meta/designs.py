"""How pairs are divided into training and test parts of the meta-analysis.

Notation
--------
train, test     which pairs each fit learns from and is scored on, shape (n_fits, n_pairs), bool

Three designs of repeated folds, each of which lets something of the test part into training:

random      as in the protocol: repeated random folds, features scaled over all pairs beforehand;
            main tasks are on both sides, and their single-task score and features with them
in_fold     the same folds; features scaled by the training part alone
by_task     folds of whole main tasks; a task that is held out stays in training as an auxiliary
            task, and its topics in other tasks

Three designs that test each pair once and hold out ever more. A block is the pairs between two
subclasses {S, T}, of which both tasks of a pair are:

main_unseen     the main task in neither role; its topics are in training
block_out       the whole block, and so both tasks; their topics are in training
groups_unseen   every pair that has a topic of S or of T: a new problem

Fits whose training or test part is empty are left out, so that a design of a few pairs may have no
fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from minimtl.meta.dependence import pair_levels
from minimtl.stats import BoolArray, IntArray, repeated_k_fold
from minimtl.study import Block, Meta, Pair

DESIGNS = ("random", "in_fold", "by_task")
HELD_OUT = ("main_unseen", "block_out", "groups_unseen")
_MAIN_FOLDS = 20  # at most; leaving out each of 153 main tasks by itself would take 153 fits


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

    @property
    def tested(self) -> BoolArray:
        """Which pairs a fit is scored on, shape (n_pairs,)."""
        return np.asarray(self.test.any(axis=0))


def make_designs(
    pairs: Sequence[Pair], settings: Meta, rng: np.random.Generator
) -> dict[str, Design]:
    """The designs of repeated folds by name, their random folds drawn from ``rng``."""
    random = _repeated_folds(len(pairs), settings, rng)
    by_task = _repeated_folds(len(pairs), settings, rng, main_tasks(pairs))
    return {
        "random": Design("random", *random, scaled_inside=False),
        "in_fold": Design("in_fold", *random, scaled_inside=True),
        "by_task": Design("by_task", *by_task, scaled_inside=True),
    }


def held_out_designs(pairs: Sequence[Pair], blocks: Sequence[Block]) -> dict[str, Design]:
    """The designs that test each pair once, by name; ``blocks`` has the block of each pair."""
    levels = pair_levels(pairs)
    main = np.unique(levels["main"], return_inverse=True)[1].ravel()
    held = main % _MAIN_FOLDS == np.arange(_MAIN_FOLDS)[:, np.newaxis]
    main_unseen = [
        ~np.isin(levels["main"], tasks) & ~np.isin(levels["aux"], tasks)
        for tasks in (levels["main"][row] for row in held)
    ]
    groups = [frozenset(block) for block in blocks]
    names = list(dict.fromkeys(groups))
    block = np.array([[own == name for own in groups] for name in names])
    apart = np.array([[own.isdisjoint(name) for own in groups] for name in names])
    parts = {"main_unseen": (np.array(main_unseen), held), "block_out": (~block, block)}
    parts["groups_unseen"] = (apart, block)
    return {name: _held_out(name, train, test) for name, (train, test) in parts.items()}


def _held_out(name: str, train: BoolArray, test: BoolArray) -> Design:
    kept = train.any(axis=1) & test.any(axis=1)
    return Design(name, train[kept], test[kept], int(kept.sum()), scaled_inside=True)


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
