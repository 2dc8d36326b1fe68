"""What all tests share: the real corpora where they are, and the switch for slow tests."""

import os
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow; run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def data_dir():
    """The folder of real corpora that MINIMTL_DATA names; tests that ask for it skip without."""
    folder = os.environ.get("MINIMTL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("MINIMTL_DATA names no folder with the real corpora")
    return Path(folder)


@pytest.fixture(scope="session")
def made_up_outcomes():
    """A function that makes the outcomes of a problem: scores and features at random."""
    import numpy as np

    from minimtl.tasks.outcomes import Outcomes
    from minimtl.tasks.pairfeatures import FEATURE_NAMES
    from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs, unrelated_pairs

    def make(problem="related", n_pairs=12, n_runs=2):
        every = related_pairs if problem == "related" else unrelated_pairs
        rng = np.random.default_rng(0)
        pairs = every(NEWSGROUPS).sample(n_pairs)
        single = rng.uniform(0.7, 0.9, (n_pairs, n_runs))
        return Outcomes(
            problem=problem,
            pairs=tuple(pairs),
            blocks=tuple(pairs.block(pair) for pair in pairs),
            single=single,
            multi=single + rng.normal(0.005, 0.02, (n_pairs, n_runs)),
            features=rng.normal(size=(n_runs, n_pairs, len(FEATURE_NAMES))),
        )

    return make
