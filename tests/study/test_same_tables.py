"""The tables of a study are the same bytes however its models were trained."""

import json
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.jobs.executors import Workers, hold_data
from minimtl.jobs.store import open_store
from minimtl.nn.backend import default_backend
from minimtl.study.definition import Study, jobs_of
from minimtl.study.training import train_models
from minimtl.tasks.plan import make_problems
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.taskpairs import NEWSGROUPS
from tests.jobs.processes import (
    ENVIRONMENT,
    dask_worker,
    heed_signals,
    kill_some,
    run_mpi,
    scheduler,
)
from tests.study.conftest import tables_in

pytestmark = pytest.mark.slow
ARGUMENTS = [
    "-m", "minimtl", "study", "--corpus", "synthetic", "--problem", "related", "--pairs", "6",
    "--runs", "2", "--quiet",
]  # fmt: skip


def study(folder, *options, **settings):
    return subprocess.Popen(
        [sys.executable, *ARGUMENTS, "--out", folder, *options],
        env=ENVIRONMENT | settings,
        start_new_session=True,
        preexec_fn=heed_signals,
    )


def tables_of(folder, *options, **settings):
    assert study(folder, *options, **settings).wait() == 0
    return tables_in(folder)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    tables = tables_of(tmp_path_factory.mktemp("unbroken"), "--workers", "1")
    assert {"scores.csv", "features.csv", "table1.csv", "table2.csv"} <= set(tables)
    return tables


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


@pytest.mark.parametrize(
    ("n_workers", "settings"),
    [
        ("2", {}),
        ("4", {}),
        ("1", dict.fromkeys(THREADS, "2")),
        ("1", {"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo"}),
    ],
)
def test_any_number_of_workers_in_any_environment(expected, tmp_path, n_workers, settings):
    assert tables_of(tmp_path, "--workers", n_workers, **settings) == expected


def on_threads(data):
    executor = ThreadPoolExecutor(2)
    return executor, Workers(executor, data)


def on_processes(data):
    executor = ProcessPoolExecutor(2, get_context("spawn"), hold_data, (data,))
    return executor, Workers(executor)


@pytest.mark.parametrize("make", [on_threads, on_processes])
def test_any_order_on_any_executor(expected, tmp_path, make):
    """The models are trained by the library, in an order drawn at random; then comes the rest."""
    problems = make_problems("related", PAPER, NEWSGROUPS, n_pairs=6, n_runs=2)
    planned = Study(generate_synthetic(), PAPER, problems, 0, default_backend())
    jobs = list(jobs_of([planned]).items())
    random.Random(3).shuffle(jobs)
    executor, workers = make((planned.data,))
    with open_store(tmp_path, planned.identity, announce=pytest.fail) as store, executor:
        assert train_models(dict(jobs), store, workers, quiet=True) == len(jobs)
    assert tables_of(tmp_path, "--workers", "1") == expected
    done = json.loads((tmp_path / "manifest.json").read_text())["jobs"]
    assert done == {"done": 0, "resumed": len(jobs)}


def test_a_dask_cluster(expected, tmp_path):
    pytest.importorskip("distributed")
    with scheduler() as dask, dask_worker(dask.address), dask_worker(dask.address):
        assert tables_of(tmp_path, "--executor", f"dask://{dask.address}") == expected


def test_mpi(expected, tmp_path):
    run_mpi(3, *ARGUMENTS, "--out", tmp_path, "--executor", "mpi")
    assert tables_in(tmp_path) == expected


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc to find processes")
def test_kills_at_fifty_random_moments(tmp_path):
    """At any moment of the study: its start, its training, its tables."""
    small = ("--pairs", "2", "--runs", "1", "--workers", "2")  # the last of two flags counts
    began = time.monotonic()
    expected = tables_of(tmp_path / "unbroken", *small)
    seconds = time.monotonic() - began
    rng = random.Random(4)
    n_kills = n_studies = 0
    while n_kills < 50:
        folder = tmp_path / str(n_studies)
        n_studies += 1
        code = -signal.SIGKILL
        while code:
            running = study(folder, *small)
            time.sleep(rng.uniform(0, seconds))
            n_kills += kill_some(running.pid, rng)
            code = running.wait()
            assert code in (0, -signal.SIGKILL)
        assert tables_in(folder) == expected
    print(f"{n_kills} kills in {n_studies} studies")
