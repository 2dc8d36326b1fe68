"""Made-up released results, written where a test reads them."""

from functools import partial

import pytest

from tests.audit.madeup import MadeUpExperiment, MadeUpLogs


@pytest.fixture
def root(tmp_path):
    """Where made-up results are written."""
    return tmp_path / "released"


@pytest.fixture
def made_up_experiment(root):
    """Draw an experiment of Kerinec et al. and write it."""
    return partial(MadeUpExperiment, root)


@pytest.fixture
def made_up_logs(root):
    """Draw logs of Bingel and Søgaard and write them."""
    return partial(MadeUpLogs, root)
