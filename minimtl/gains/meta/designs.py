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

A table of pairs that is no study's has tasks and perhaps groups of tasks, but no blocks. Of it:

seen            as in_fold
main_unseen     as above
aux_unseen      the same of the auxiliary task
both_unseen     both tasks in neither role
groups_unseen   every pair that has a task of one of the pair's groups

Of many tasks, groups or subclasses, several are held out together. Of many pairs the random folds
are repeated less often: a score over all of them hardly depends on how they were divided.

Fits whose training or test part is empty are left out, so that a design of a few pairs may have no
fit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from minimtl.gains.meta.dependence import numbers, pair_levels
from minimtl.stats import BoolArray, IntArray, repeated_k_fold
from minimtl.tasks import Block, Meta, Pair

DESIGNS = ("random", "in_fold", "by_task")
HELD_OUT = ("main_unseen", "block_out", "groups_unseen")
TABLE_DESIGNS = ("seen", "main_unseen", "aux_unseen", "both_unseen", "groups_unseen")
_TASK_FOLDS = 20  # at most; leaving out each of 153 main tasks by itself would take 153 fits
_UNIT_FOLDS = 10  # at most, of tasks or groups of which two are held out: 55 fits
_MOST_BLOCKS = 60  # of a study of which each is held out by itself; 21 in 20 Newsgroups
_SUBCLASS_FOLDS = 6  # of the subclasses of more blocks: 21 fits
_N_TESTED = 5_000_000  # pairs tested on random folds, over all repetitions


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

    @property
    def repetitions(self) -> Iterator["Design"]:
        """Each repetition by itself: it tests each pair once at most."""
        for start in range(0, self.n_fits, max(1, self.n_folds)):
            some = slice(start, start + self.n_folds)
            yield replace(self, train=self.train[some], test=self.test[some])

    def first(self, n_repeats: int) -> "Design":
        """The design with its first repetitions only."""
        some = slice(0, n_repeats * self.n_folds)
        return replace(self, train=self.train[some], test=self.test[some])


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
    units = numbers(name for block in blocks for name in block).reshape(-1, 2)
    number = numbers(blocks)
    if number.max(initial=0) < _MOST_BLOCKS:
        block, apart = _blocks(units)
        out = block
    else:
        out = number % _TASK_FOLDS == np.arange(_TASK_FOLDS)[:, np.newaxis]
        block, apart = _blocks(units % _SUBCLASS_FOLDS)
    return {
        "main_unseen": _task_unseen("main_unseen", levels["main"], levels["aux"]),
        "block_out": _held_out("block_out", ~out, out),
        "groups_unseen": _held_out("groups_unseen", apart, block),
    }


def table_designs(
    main: IntArray,
    aux: IntArray,
    groups: IntArray | None,
    settings: Meta,
    rng: np.random.Generator,
) -> dict[str, Design]:
    """The designs of a table of pairs by name, those that have a fit.

    Parameters
    ----------
    main, aux : int64, shape (n_pairs,)
        A task has one number in either role.
    groups : int64, shape (n_pairs, n_groups), or None
        The groups of a pair's tasks.
    """
    seen = Design("seen", *_repeated_folds(len(main), settings, rng), scaled_inside=True)
    every = [
        seen,
        _task_unseen("main_unseen", main, aux),
        _task_unseen("aux_unseen", aux, main),
        _units_unseen("both_unseen", np.stack([main, aux], axis=1)),
    ]
    if groups is not None:
        every.append(_units_unseen("groups_unseen", groups))
    return {design.name: design for design in every if design.n_fits}


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


def _units_unseen(name: str, units: IntArray) -> Design:
    """Tests the pairs of the same units, (n_pairs, m); no training pair has any of them."""
    number = np.unique(units, return_inverse=True)[1].reshape(units.shape)
    block, apart = _blocks(number % _UNIT_FOLDS)
    return _held_out(name, apart, block)


def _blocks(units: IntArray) -> tuple[BoolArray, BoolArray]:
    """For each set of units the pairs that have it, and those that have none of it.

    Both are bool, (n_sets, n_pairs), the sets in order of first appearance.
    """
    number = numbers(map(frozenset, zip(*units.T.tolist(), strict=True)))
    names = [frozenset(units[row].tolist()) for row in np.unique(number, return_index=True)[1]]
    block = number == np.arange(len(names))[:, np.newaxis]
    disjoint = np.array([[own.isdisjoint(name) for own in names] for name in names])
    return block, disjoint[:, number]


def _held_out(name: str, train: BoolArray, test: BoolArray) -> Design:
    kept = train.any(axis=1) & test.any(axis=1)
    return Design(name, train[kept], test[kept], int(kept.sum()), scaled_inside=True)


def main_tasks(pairs: Sequence[Pair]) -> IntArray:
    """The number of each pair's main task, in order of first appearance; shape (n_pairs,)."""
    return numbers(pair.main for pair in pairs)


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
    n_repeats = min(settings.cv_repeats, max(2, _N_TESTED // (n_folds * n_pairs)))
    test = repeated_k_fold(n_pairs, n_folds, n_repeats, rng, groups).reshape(-1, n_pairs)
    return ~test, test, n_folds
