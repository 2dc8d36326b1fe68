"""How well curve features, and the main task's name alone, predict the sign of a gain.

Notation
--------
main, aux       number of each pair's main and auxiliary task, shape (n_pairs,)
train, test     which pairs each fit learns from and is scored on, shape (n_fits, n_pairs), bool

Random folds are the authors': 100 repetitions of five, features scaled to [0, 1] over all pairs.
Two designs test each pair once, by what was learned from pairs that have its main task, or either
of its tasks, in neither role.
"""

from typing import NamedTuple

import numpy as np

from minimtl.audit.bingel.pairs import PairTable
from minimtl.gains import Design, HeldOutScores, SetScores, score_held_out, score_set
from minimtl.stats import repeated_k_fold
from minimtl.tasks import LabelledPairs, Meta

SETTINGS = Meta(scaling="minmax", penalize_intercept=True)


class Prediction(NamedTuple):
    """Scores on random folds, with a task unseen, and with both tasks of a pair unseen."""

    random: SetScores
    main_unseen: HeldOutScores
    both_unseen: HeldOutScores


def predict_gains(table: PairTable, rng: np.random.Generator) -> Prediction:
    """All curve features, beside the main task's name and the majority.

    Parameters
    ----------
    table : with pairs of both labels, at least five of them.
    rng : draws the random folds.
    """
    tasks = sorted(table.of_task)
    main, aux = (np.array([tasks.index(pair[role]) for pair in table.pairs]) for role in (0, 1))
    labelled = [LabelledPairs(table.features, (table.gain > 0).astype(np.int64))]
    columns = range(table.features.shape[1])
    n_folds, n_pairs = SETTINGS.cv_folds, len(table.pairs)
    test = repeated_k_fold(n_pairs, n_folds, SETTINGS.cv_repeats, rng).reshape(-1, n_pairs)
    random = Design("random", ~test, test, n_folds, scaled_inside=False)
    of_main = np.arange(len(tasks))[:, np.newaxis]
    # A fit for each main task: row t trains without task t.
    without = (main != of_main) & (aux != of_main)
    main_unseen = Design("main_unseen", without, main == of_main, len(tasks), scaled_inside=True)
    both = Design(
        "both_unseen", without[main] & without[aux], np.eye(n_pairs, dtype=bool), n_pairs,
        scaled_inside=True,
    )  # fmt: skip
    return Prediction(
        score_set(labelled, columns, random, main, SETTINGS),
        *(score_held_out(labelled, columns, design, SETTINGS) for design in (main_unseen, both)),
    )
