"""Made-up evidence on pairs of 20 Newsgroups, whose answers are known."""

import numpy as np
import pytest

from minimtl.gains.claims import Evidence
from minimtl.tasks.outcomes import Outcomes, PairCurves
from minimtl.tasks.pairfeatures import FEATURE_NAMES
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs, unrelated_pairs

EPOCHS = np.arange(100)


@pytest.fixture
def make_evidence():
    """A function of gains (n_pairs, n_runs), features and curves, the latter two optional."""

    def make(gains, features=None, curves=None, problem="related", protocol=PAPER, single=0.8):
        every = (related_pairs if problem == "related" else unrelated_pairs)(NEWSGROUPS)
        n_pairs, n_runs = gains.shape
        pairs = every.sample(n_pairs)
        if features is None:
            size = (n_runs, n_pairs, len(FEATURE_NAMES))
            features = np.random.default_rng(0).normal(size=size)
        if curves is None:
            curves = PairCurves(EPOCHS + 1, *(np.ones((n_pairs, n_runs, 100)) for _ in range(4)))
        alone = np.broadcast_to(single, gains.shape).astype(float)
        outcomes = Outcomes(
            problem=problem,
            pairs=tuple(pairs),
            blocks=tuple(pairs.block(pair) for pair in pairs),
            single=alone,
            multi=alone + gains,
            features=features,
        )
        return Evidence(outcomes, protocol, curves)

    return make
