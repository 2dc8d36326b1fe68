"""A disk that fails or is full: a sentence, and then the same command completes the study."""

import errno
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from minimtl.jobs.store import open_store
from tests.jobs import toy_study as toy
from tests.jobs.processes import ENVIRONMENT, compile_faulty_disk

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def faulty_disk(tmp_path_factory):
    """The library that makes calls fail, compiled."""
    library = compile_faulty_disk(tmp_path_factory.mktemp("faults"))
    return library or pytest.skip("needs Linux and gcc")


@pytest.fixture
def memory_folder():
    """A folder where a sync costs nothing: what is tested are the calls, not the disk."""
    shm = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=shm) as folder:
        yield Path(folder)


def script(name, *arguments, **settings):
    """A script beside this file, and what it printed."""
    return subprocess.run(
        [sys.executable, Path(__file__).with_name(name), *arguments],
        env=ENVIRONMENT | settings,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("how", ["once", pytest.param("onwards", marks=slow)])
@pytest.mark.parametrize("error", ["EIO", pytest.param("ENOSPC", marks=slow)])
@pytest.mark.parametrize(
    "scenario",
    ["new", "damaged", "files", *(pytest.param(s, marks=slow) for s in ("resume", "fresh"))],
)
def test_every_write_sync_and_rename_may_fail(faulty_disk, memory_folder, scenario, error, how):
    """The Nth call fails, or all from the Nth on; for every N, in five situations."""
    number = str(getattr(errno, error))
    done = script(
        "faulty_study.py", memory_folder, scenario, number, how, LD_PRELOAD=str(faulty_disk)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    n_failed, n_sentences = map(int, re.findall(r"(\d+) (?:calls|sentences)", done.stdout))
    assert n_failed > 30
    assert n_sentences > n_failed / 2  # SQLite may do without some syncs of the folder


@slow
def test_a_full_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", disk], check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("may not mount a small disk")
    try:
        full = script("toy_study.py", disk / "out")
        assert full.returncode == 1
        assert re.fullmatch(r"minimtl: .*study\.sqlite cannot be .* full.*\n", full.stderr)
        with open_store(disk / "out", toy.IDENTITY, announce=pytest.fail) as store:
            assert 0 < len(store) < len(toy.SLOW_JOBS)
        subprocess.run(["mount", "-o", "remount,size=10m", disk], check=True)
        assert script("toy_study.py", disk / "out").returncode == 0
        toy.assert_complete(disk / "out")
    finally:
        subprocess.run(["umount", disk], check=True)
