"""A study that is killed or interrupted, at any moment, goes on to the same results."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.jobs import toy_study as toy
from tests.jobs.processes import ENVIRONMENT, heed_signals, kill, session, wait_until, workers

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads /proc to find processes"
)


def start(folder, *, slower=1):
    """The toy study in a session of its own, so that all its processes can be found."""
    return subprocess.Popen(
        [sys.executable, Path(__file__).with_name("toy_study.py"), folder],
        env=ENVIRONMENT | {"TOY_SLOWER": str(slower)},
        start_new_session=True,
        preexec_fn=heed_signals,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(study):
    """Wait for the end; no process may be left over."""
    _, said = study.communicate(timeout=120)
    wait_until(lambda: not session(study.pid))
    return study.returncode, said


@pytest.fixture
def study(tmp_path):
    """A slow toy study that is at work in `tmp_path`."""
    study = start(tmp_path, slower=5)
    wait_until(lambda: workers(study.pid) and (tmp_path / "study.sqlite").exists())
    time.sleep(0.2)
    return study


def test_kills_of_a_worker_and_of_the_parent(study, tmp_path):
    """A worker is replaced; no worker outlives its parent, whose results are kept."""
    kill(workers(study.pid)[0])
    time.sleep(0.2)
    assert study.poll() is None
    kill(study.pid)
    finish(study)
    assert finish(start(tmp_path)) == (0, "")
    toy.assert_complete(tmp_path)


def test_a_closed_laptop_and_a_second_process(study, tmp_path):
    """Everything stands still for a while and then goes on; meanwhile another is refused."""
    os.killpg(study.pid, signal.SIGSTOP)
    code, said = finish(start(tmp_path))
    assert code == 1
    assert "another minimtl is at work" in said
    assert study.poll() is None
    os.killpg(study.pid, signal.SIGCONT)
    assert finish(study) == (0, "")
    toy.assert_complete(tmp_path)
