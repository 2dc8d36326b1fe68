"""A study that is killed or interrupted, at any moment, goes on to the same results."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import toy_study as toy

HERE = Path(__file__).parent
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads /proc to find processes"
)


def start(folder):
    """The toy study in a session of its own, so that all its processes can be found."""
    return subprocess.Popen(
        [sys.executable, HERE / "toy_study.py", folder, "2"],
        env=ENVIRONMENT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def session(leader):
    """The live processes that `leader` started, itself included: process id to command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, number = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(number) == leader and state != "Z":
                found[int(entry.name)] = (entry / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
    return found


def workers(leader):
    return [pid for pid, command in session(leader).items() if b"spawn_main" in command]


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def kill(pid):
    with contextlib.suppress(ProcessLookupError):  # it has ended by itself
        os.kill(pid, signal.SIGKILL)


def finish(study):
    """Wait for the end; no process may be left over."""
    _, said = study.communicate(timeout=60)
    wait_until(lambda: not session(study.pid))
    return study.returncode, said


def wait_for_results(study, folder):
    wait_until(lambda: workers(study.pid) and (folder / "study.sqlite").exists())
    time.sleep(0.2)


def complete(folder):
    study = start(folder)
    assert finish(study) == (0, "")
    assert toy.stored_results(folder) == toy.expected_results()


def test_a_killed_parent_leaves_no_process_and_its_results(tmp_path):
    study = start(tmp_path)
    wait_for_results(study, tmp_path)
    kill(study.pid)
    finish(study)
    complete(tmp_path)


def test_a_killed_worker_is_replaced(tmp_path):
    study = start(tmp_path)
    wait_for_results(study, tmp_path)
    kill(workers(study.pid)[0])
    assert finish(study) == (0, "")
    assert toy.stored_results(tmp_path) == toy.expected_results()


def test_ctrl_c_stops_quickly_and_the_next_call_goes_on(tmp_path):
    study = start(tmp_path)
    wait_for_results(study, tmp_path)
    began = time.monotonic()
    os.killpg(study.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    assert finish(study) == (130, "")
    assert time.monotonic() - began < 10
    complete(tmp_path)


def test_a_second_process_is_refused(tmp_path):
    study = start(tmp_path)
    wait_for_results(study, tmp_path)
    code, said = finish(start(tmp_path))
    assert code == 1
    assert "another minimtl is at work" in said
    assert finish(study) == (0, "")


@pytest.mark.slow
def test_kills_at_fifty_random_moments(tmp_path):
    """kill -9 of the parent, a worker, or all at once; the same folder goes on until it is done."""
    rng = random.Random(20)
    n_kills = n_studies = 0
    while n_kills < 50:
        folder = tmp_path / str(n_studies)
        n_studies += 1
        while True:
            study = start(folder)
            time.sleep(rng.uniform(0, 1.2))
            everyone = [*session(study.pid)]
            victims = rng.choice([[study.pid], workers(study.pid)[:1], everyone])
            for pid in victims:
                kill(pid)
            n_kills += bool(victims)
            code, said = finish(study)
            assert code in (0, -signal.SIGKILL), said
            if code == 0:
                break
        assert toy.stored_results(folder) == toy.expected_results()
    print(f"{n_kills} kills in {n_studies} studies")
