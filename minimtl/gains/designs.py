"""The division of pairs into training and test parts of the meta-analysis.

Notation
--------
train, test     which pairs each fit learns from and is scored on, shape (n_fits, n_pairs), bool

in_fold         repeated random folds, as in the paper: features scaled over all pairs beforehand
seen            repeated random folds, features scaled by the training part alone

The other designs test each pair once, scale by the training part, and hold out ever more:

main_unseen     the main task in neither role
aux_unseen      the same of the auxiliary task
both_unseen     both tasks in neither role
block_out       all pairs of the same groups: of a study those between two subclasses {S, T}, which
                both tasks of a pair are of; topics are in training
groups_unseen   every pair that has a task of one of the pair's groups: a new problem

Of many tasks or groups several are held out together, and of many pairs random folds are repeated
less often. Fits whose training or test part is empty are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from minimtl.gains.pairtable import PairTable, numbers
from minimtl.stats.arrays import BoolArray, IntArray
from minimtl.stats.crossval import repeated_k_fold
from minimtl.tasks.protocol import Meta

RANDOM = ("in_fold", "seen")
HELD_OUT = ("main_unseen", "block_out", "groups_unseen")
_TASK_FOLDS = 20  # at most; leaving out each of 153 main tasks by itself would take 153 fits
_UNIT_FOLDS = 10  # at most, of tasks or groups of which two are held out: 55 fits
_N_TESTED = 100_000  # pairs tested on random folds, over all repetitions


@dataclass(frozen=True)
class Design:
    """Training and test parts, bool, shape (n_fits, n_pairs).

    ``n_folds`` is how many rows make one repetition; repetitions follow each other.
    """

    name: str
    train: BoolArray
    test: BoolArray
    n_folds: int

    @property
    def n_fits(self) -> int:
        return len(self.train)

    @property
    def scaled_inside(self) -> bool:
        """True if features are scaled by the training part alone."""
        return self.name != "in_fold"

    @property
    def is_repeated(self) -> bool:
        """True if a pair is tested more than once."""
        return self.n_folds < self.n_fits

    @property
    def tested(self) -> BoolArray:
        """The pairs that a fit is scored on, shape (n_pairs,)."""
        return np.asarray(self.test.any(axis=0))

    @property
    def repetitions(self) -> Iterator["Design"]:
        """Each repetition by itself: it tests each pair once at most."""
        for start in range(0, self.n_fits, max(1, self.n_folds)):
            yield self._of_fits(slice(start, start + self.n_folds))

    def first(self, n_repeats: int) -> "Design":
        """The design with its first repetitions only."""
        return self._of_fits(slice(0, n_repeats * self.n_folds))

    def _of_fits(self, fits: slice) -> "Design":
        return replace(self, train=self.train[fits], test=self.test[fits])


def make_designs(
    table: PairTable, names: Sequence[str], rng: np.random.Generator
) -> dict[str, Design]:
    """The designs of these names; random folds are drawn from ``rng``."""
    return {
        name: random_folds(name, table.n_pairs, table.settings, rng)
        if name in RANDOM
        else unseen_design(table, name)
        for name in names
    }


def unseen_design(table: PairTable, name: str) -> Design:
    """A design that tests each pair once; without a fit where the table has no groups for it."""
    if name == "main_unseen":
        return _task_unseen(name, table.main, table.aux)
    if name == "aux_unseen":
        return _task_unseen(name, table.aux, table.main)
    if name == "both_unseen":
        block, apart = _blocks(np.stack([table.main, table.aux], axis=1))
        return _held_out(name, apart, block)
    if table.groups is None:
        no_pairs = np.zeros((0, table.n_pairs), bool)
        return _held_out(name, no_pairs, no_pairs)
    block, apart = _blocks(table.groups)
    return _held_out(name, ~block if name == "block_out" else apart, block)


def random_folds(name: str, n_pairs: int, settings: Meta, rng: np.random.Generator) -> Design:
    """Repeated random folds, of a pair each where pairs are few; of a single pair no fold."""
    n_folds = min(settings.cv_folds, n_pairs)
    if n_folds < 2:
        no_pairs = np.zeros((0, n_pairs), bool)
        return Design(name, no_pairs, no_pairs, 0)

    n_repeats = min(settings.cv_repeats, max(2, _N_TESTED // n_pairs))
    test = repeated_k_fold(n_pairs, n_folds, n_repeats, rng).reshape(-1, n_pairs)
    return Design(name, ~test, test, n_folds)


def _task_unseen(name: str, held: IntArray, other: IntArray) -> Design:
    """Tests the pairs of some tasks in the role ``held``; no training pair has them in any role."""
    tasks, number = np.unique(held, return_inverse=True)
    folds = np.arange(_TASK_FOLDS)[:, np.newaxis]
    fold = number.ravel() % _TASK_FOLDS

    # Of a task that is never in the role, no fold.
    place = np.searchsorted(tasks, other)
    place[place == len(tasks)] = 0
    fold_of_other = np.where(tasks[place] == other, place % _TASK_FOLDS, -1)
    return _held_out(name, (fold != folds) & (fold_of_other != folds), fold == folds)


def _blocks(units: IntArray) -> tuple[BoolArray, BoolArray]:
    """For each set of units the pairs that have it, and those that have none of it.

    Both are bool, (n_sets, n_pairs), the sets in order of first appearance; ``units`` are
    (n_pairs, n_units), those of more than `_UNIT_FOLDS` taken together.
    """
    fold = np.unique(units, return_inverse=True)[1].reshape(units.shape) % _UNIT_FOLDS
    number = numbers(map(frozenset, zip(*fold.T.tolist(), strict=True)))
    first = np.unique(number, return_index=True)[1]
    sets = [frozenset(fold[row].tolist()) for row in first]

    block = number == np.arange(len(sets))[:, np.newaxis]
    disjoint = np.array([[one.isdisjoint(other) for one in sets] for other in sets])
    return block, disjoint[:, number]


def _held_out(name: str, train: BoolArray, test: BoolArray) -> Design:
    fits = train.any(axis=1) & test.any(axis=1)
    return Design(name, train[fits], test[fits], int(fits.sum()))
