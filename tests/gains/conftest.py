"""Made-up evidence on pairs of 20 Newsgroups, whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest

from minimtl.gains.claims import Evidence
from minimtl.tasks.outcomes import PairCurves
from minimtl.tasks.protocol import PAPER

EPOCHS = np.arange(100)


@pytest.fixture
def make_evidence(made_up_outcomes):
    """A function of gains (n_pairs, n_runs), features and curves, the latter two optional."""

    def make(gains, features=None, curves=None, problem="related", protocol=PAPER, single=0.8):
        outcomes = made_up_outcomes(problem, *gains.shape)
        alone = np.broadcast_to(single, gains.shape).astype(float)
        if features is None:
            features = outcomes.features
        if curves is None:
            curves = PairCurves(EPOCHS + 1, *(np.ones((*gains.shape, 100)) for _ in range(4)))
        outcomes = replace(outcomes, single=alone, multi=alone + gains, features=features)
        return Evidence(outcomes, protocol, curves)

    return make
