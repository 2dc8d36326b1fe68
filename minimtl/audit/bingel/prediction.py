"""How well curve features, and the main task's name alone, predict the sign of a gain.

Random folds are the authors': 100 repetitions of five, features scaled to [0, 1] over all pairs.
Two designs test each pair once, by what was learned from pairs that have its main task, or either
of its tasks, in neither role.
"""

from typing import NamedTuple

import numpy as np

from minimtl.audit.bingel.pairs import CURVE_FEATURES
from minimtl.audit.bingel.pairs import PairTable as LoggedPairs
from minimtl.gains import PairAnalysis, PairTable, analyse
from minimtl.tasks import LabelledPairs, Meta

SETTINGS = Meta(scaling="minmax", penalize_intercept=True)


class SignScores(NamedTuple):
    """Scores of predicted signs by all features, by the majority, and by the main task's name."""

    f1: float
    accuracy: float
    majority_f1: float
    majority_accuracy: float
    identity_f1: float
    identity_accuracy: float


class Prediction(NamedTuple):
    """Scores on random folds, with a task unseen, and with both tasks of a pair unseen."""

    random: SignScores
    main_unseen: SignScores
    both_unseen: SignScores


def predict_gains(pairs: LoggedPairs, rng: np.random.Generator) -> Prediction:
    """All curve features, beside the main task's name and the majority.

    Parameters
    ----------
    pairs : of both labels, at least five of them.
    rng : draws the random folds.
    """
    tasks = tuple(sorted(pairs.of_task))
    main, aux = (np.array([tasks.index(pair[role]) for pair in pairs.pairs]) for role in (0, 1))
    table = PairTable(
        source="the released logs",
        tasks=tasks,
        main=main,
        aux=aux,
        gains=pairs.gain[:, np.newaxis],
        data_sets=(LabelledPairs(pairs.features, (pairs.gain > 0).astype(np.int64)),),
        features=CURVE_FEATURES,
        sets={},
        groups=None,
        levels={"main": main, "aux": aux},
        settings=SETTINGS,
    )
    designs = ("in_fold", "main_unseen", "both_unseen")
    analysis = analyse(table, rng, designs, alone=(), fewest=SETTINGS.cv_folds, tested=())
    return Prediction(*(_scores(analysis, design) for design in designs))


def _scores(analysis: PairAnalysis, design: str) -> SignScores:
    """The scores under a design; NaN where nothing could be tested."""
    values = []
    for predictor in ("all", "majority", "main_name"):
        row = analysis.of(design, predictor)
        values += [row.scores.f1, row.scores.accuracy] if row else [float("nan")] * 2
    return SignScores(*values)
