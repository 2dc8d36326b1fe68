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
