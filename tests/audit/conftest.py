"""Made-up released results, written where a test reads them."""

import numpy as np
import pytest

from tests.audit.madeup import MadeUpExperiment, MadeUpLogs


@pytest.fixture
def root(tmp_path):
    """Where made-up results are written."""
    return tmp_path / "released"


@pytest.fixture
def made_up_experiment(root):
    """Draw an experiment of Kerinec et al. and write it."""

    def make(name="exp1_0", seed=0, n_pairs=None):
        experiment = MadeUpExperiment(name, np.random.default_rng(seed), n_pairs)
        experiment.write(root)
        return experiment

    return make


@pytest.fixture
def made_up_logs(root):
    """Draw logs of Bingel and Søgaard and write them."""

    def make(seed=0, **settings):
        logs = MadeUpLogs(np.random.default_rng(seed), **settings)
        logs.write(root)
        return logs

    return make
