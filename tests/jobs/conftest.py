"""What tests of jobs share."""

import pytest

from minimtl.jobs.store import open_store
from tests.jobs import toy_study as toy


@pytest.fixture
def store(tmp_path):
    """An empty store of the toy study."""
    with open_store(tmp_path / "out", toy.IDENTITY, announce=pytest.fail) as store:
        yield store
