"""Processes that a test started: found through /proc, killed, waited for."""

import contextlib
import os
import signal
import time
from pathlib import Path


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


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def kill(pid):
    with contextlib.suppress(ProcessLookupError):  # it has ended by itself
        os.kill(pid, signal.SIGKILL)


def kill_some(leader, rng):
    """kill -9 of the parent, a worker, or all at once; whether there was anyone to kill."""
    everyone = [*session(leader)]
    victims = rng.choice([[leader], workers(leader)[:1], everyone])
    for pid in victims:
        kill(pid)
    return bool(victims)


def heed_signals():
    """Runs in a new process before its program: `nohup` and a shell's & have it ignore some."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
