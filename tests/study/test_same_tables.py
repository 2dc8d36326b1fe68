"""The tables of a study are the same bytes however its models were trained."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from cluster import ENVIRONMENT, dask_worker, scheduler

pytestmark = pytest.mark.slow
STUDY = [
    sys.executable, "-m", "minimtl", "study", "--corpus", "synthetic", "--problem", "related",
    "--pairs", "6", "--runs", "2", "--quiet",
]  # fmt: skip


def study(folder, *options, **settings):
    return subprocess.Popen(
        [*STUDY, "--out", folder, *options], env=ENVIRONMENT | settings, start_new_session=True
    )


def tables_of(folder, *options, **settings):
    assert study(folder, *options, **settings).wait() == 0
    return {path.name: path.read_bytes() for path in sorted(Path(folder).glob("*.csv"))}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    tables = tables_of(tmp_path_factory.mktemp("unbroken"), "--workers", "1")
    assert {"scores.csv", "features.csv", "table1.csv", "table2.csv"} <= set(tables)
    return tables


@pytest.mark.parametrize("n_workers", ["2", "4"])
def test_any_number_of_workers(expected, tmp_path, n_workers):
    assert tables_of(tmp_path, "--workers", n_workers) == expected


def test_any_number_of_threads_in_the_environment(expected, tmp_path):
    threads = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2"}
    assert tables_of(tmp_path, "--workers", "1", **threads) == expected


def test_a_dask_cluster(expected, tmp_path):
    pytest.importorskip("distributed")
    with scheduler() as dask, dask_worker(dask.address), dask_worker(dask.address):
        assert tables_of(tmp_path, "--executor", f"dask://{dask.address}") == expected


def test_killed_and_continued(expected, tmp_path):
    """Everything is killed at random moments, some of them after the training."""
    rng = random.Random(4)
    for _ in range(6):
        running = study(tmp_path, "--workers", "2")
        time.sleep(rng.uniform(2, 14))
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    assert tables_of(tmp_path, "--workers", "2") == expected


def test_interrupted_and_continued(expected, tmp_path):
    running = study(tmp_path, "--workers", "2")
    while not (tmp_path / "study.sqlite").exists():
        time.sleep(0.1)
    time.sleep(1)
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(timeout=20) == 130
    assert tables_of(tmp_path, "--workers", "2") == expected
