"""A soak: small studies under random signals, full disks and damaged stores, until time is up.

``python -m tests.soak --minutes N [--seed N]`` runs the same two-pair study again and again, each
in a folder of its own: on local processes, or on a Dask cluster of its own (where Dask is
installed) whose workers are killed, too. Every study is run until it succeeds, with the same
command. Meanwhile, at random moments,

- the parent, a worker, all workers or all processes are killed (SIGKILL);
- the parent or all its processes get SIGINT, SIGTERM or SIGHUP, or are stopped and continued;
- the disk is full or fails from some call on (tests/jobs/faulty_disk.c);
- between two attempts, a page of the store is overwritten or its end cut off.

Wrong is: a table that is not the same bytes as an undisturbed study's; a result that was stored
and is gone without damage; a traceback; an exit code that docs/commands.md does not have. A line
of figures is printed after each study. The exit code is 1 if anything was wrong.
"""

import argparse
import errno
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from tests.jobs.processes import (
    ENVIRONMENT,
    compile_faulty_disk,
    dask_worker,
    heed_signals,
    kill,
    scheduler,
    session,
    wait_until,
    workers,
)

STUDY = [
    sys.executable, "-m", "minimtl", "study", "--corpus", "synthetic", "--problem", "related",
    "--pairs", "2", "--runs", "1", "--workers", "2",
]  # fmt: skip
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MOST_ATTEMPTS = 60  # of one study; after half of them nothing disturbs it
DISTURBANCES = {"worker": 5, "workers": 5, "parent": 2, "everyone": 1, "stop": 1, "signal": 3}


class Soak:
    """The figures so far, and what was wrong."""

    def __init__(self, root, seed):
        self.root = root
        self.rng = random.Random(seed)
        self.figures = Counter()
        self.wrong = []
        self.faulty_disk = compile_faulty_disk(root)
        self.cluster = ExitStack()
        self.dask = None
        self.expected = {}
        self.sent = []

    def report_wrong(self, what, said=""):
        self.wrong.append(what)
        print(f"WRONG: {what}\n{said}", flush=True)

    def run_undisturbed(self):
        """The tables that every study must give."""
        folder = self.root / "undisturbed"
        subprocess.run(
            [*STUDY, "--quiet", "--out", folder], env=ENVIRONMENT, check=True, capture_output=True
        )
        self.expected = tables_in(folder)
        assert {"scores.csv", "features.csv", "table2.csv"} <= self.expected.keys()

    def start_cluster(self):
        """Two Dask workers with nannies, which replace a worker that is killed."""
        with suppress(ImportError):
            import distributed  # noqa: F401

            cluster = self.cluster.enter_context(scheduler())
            nannies = [self.cluster.enter_context(dask_worker(cluster.address)) for _ in "ab"]
            self.dask = cluster.address, [nanny.pid for nanny in nannies]

    def run_study(self):
        """One study, attempt by attempt, until it has succeeded."""
        folder = self.root / f"study-{self.figures['studies']}"
        on_dask = self.dask is not None and self.rng.random() < 0.25
        executor = ["--executor", f"dask://{self.dask[0]}"] if on_dask else []
        kept = set()
        for attempt in range(MOST_ATTEMPTS):
            calm = attempt >= MOST_ATTEMPTS // 2
            code, said = self.attempt([*STUDY, *executor, "--out", folder], folder, calm, on_dask)
            self.check_ending(code, said, calm)
            stored = keys_in(folder)
            if "damaged (" in said:
                self.figures["damaged stores set aside"] += 1
            elif not kept <= stored:
                self.report_wrong(f"{len(kept - stored)} results are lost in {folder}", said)
            if code == 0:
                break
            damaged = not calm and self.rng.random() < 0.15 and self.damage(folder)
            kept = set() if damaged else stored
        else:
            self.report_wrong(f"{folder} never succeeded")
        self.figures["studies"] += 1
        self.figures["studies on Dask"] += on_dask
        if tables_in(folder) != self.expected:
            self.report_wrong(f"the tables in {folder} differ")
        elif not self.wrong:
            shutil.rmtree(folder)

    def attempt(self, command, folder, calm, on_dask):
        """Run the command, disturbed unless `calm`; its exit code and standard error."""
        self.sent = []
        is_disk_faulty = not calm and self.faulty_disk and self.rng.random() < 0.15
        faults = self.fault_settings(folder) if is_disk_faulty else {}
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                command, env=ENVIRONMENT | faults, start_new_session=True, preexec_fn=heed_signals,
                stdout=subprocess.DEVNULL, stderr=said,
            )  # fmt: skip
            self.figures["attempts"] += 1
            # Some attempts are left alone for long enough to come to the tables.
            pause = 300 if calm else self.rng.choice((0.2, 0.5, 1, 2, 8))
            deadline = time.monotonic() + 300
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(pause if calm else self.rng.uniform(0, 2 * pause))
                    break
                if time.monotonic() > deadline:
                    self.report_wrong("an attempt did not end within 300 s")
                    os.killpg(process.pid, signal.SIGKILL)
                if not calm:
                    self.disturb(process.pid, on_dask)
            self.wait_for_session(process.pid)
            said.seek(0)
            return process.returncode, said.read()

    def fault_settings(self, folder):
        """The disk below `folder` fails from some call on, or for some calls only."""
        self.figures["failing disks"] += 1
        first = self.rng.randrange(1, 150)
        last = self.rng.choice((first, first + 3, 10**9))
        error = self.rng.choice((errno.EIO, errno.ENOSPC))
        return {
            "LD_PRELOAD": str(self.faulty_disk), "FAULT_FOLDER": str(folder),
            "FAULT_FIRST": str(first), "FAULT_LAST": str(last), "FAULT_ERROR": str(error),
        }  # fmt: skip

    def disturb(self, leader, on_dask):
        """One signal to some process or processes of the study."""
        (what,) = self.rng.choices([*DISTURBANCES], DISTURBANCES.values())
        nannies = self.dask[1] if on_dask else [leader]
        hired = [pid for nanny in nannies for pid in workers(nanny)]
        victims = {
            "worker": hired[:1], "workers": hired, "parent": [leader], "everyone": session(leader)
        }  # fmt: skip
        if what in victims:
            self.kill_all(victims[what], f"killed as {what}")
        elif what == "stop":
            self.send(leader, signal.SIGSTOP)
            time.sleep(self.rng.uniform(0, 0.5))
            self.send(leader, signal.SIGCONT)
            self.figures["stopped and continued"] += 1
        elif catches_signals(leader):  # before that, Python itself answers them
            number = self.rng.choice(SIGNALS)
            self.sent.append(number)
            self.figures[number.name] += 1
            self.send(leader, number, group=self.rng.random() < 0.5)

    def send(self, leader, number, group=True):
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(leader, number)

    def kill_all(self, victims, name):
        for pid in victims:
            kill(pid)
            self.figures[name] += 1
            self.figures["kills"] += 1

    def wait_for_session(self, leader):
        """No process of the study may outlive it."""
        try:
            wait_until(lambda: not session(leader))
        except AssertionError:
            self.report_wrong(f"processes are left over: {session(leader)}")
            self.kill_all(session(leader), "left over")

    def check_ending(self, code, said, calm):
        """The exit code, and what stands on standard error."""
        self.figures[f"exit code {code}"] += 1
        allowed = {0, 1, -signal.SIGKILL} | {128 + number for number in self.sent}
        if code not in allowed:
            self.report_wrong(f"exit code {code} after the signals {self.sent}", said)
        # A worker that Python is still starting when its parent is killed says so in its own way.
        if "Traceback" in said and not (code == -signal.SIGKILL and "spawn_main" in said):
            self.report_wrong("a traceback", said)
        sentences = re.findall(r"^minimtl: .+$", said, re.MULTILINE)
        if code > 0 and len(sentences) != 1:
            self.report_wrong(f"exit code {code} with {len(sentences)} sentences", said)
        if code == 1:
            self.figures["failures with a sentence"] += 1
            print(f"  {sentences}", flush=True)
            if calm:
                self.report_wrong("an undisturbed attempt failed", said)

    def damage(self, folder):
        """Overwrite a page of the store, or cut off its end; whether there was one."""
        path = folder / "study.sqlite"
        content = path.read_bytes() if path.exists() else b""
        if len(content) < 4096:
            return False
        self.figures["stores damaged"] += 1
        if self.rng.random() < 0.2:
            path.write_bytes(content[: self.rng.randrange(len(content))])
        else:
            page = self.rng.choice((bytes(4096), self.rng.randbytes(4096)))
            begin = 4096 * self.rng.randrange(len(content) // 4096)
            path.write_bytes(content[:begin] + page + content[begin + 4096 :])
        return True

    def print_figures(self, began):
        figures = ", ".join(f"{n} {name}" for name, n in sorted(self.figures.items()))
        minutes = (time.monotonic() - began) / 60
        print(f"{minutes:.0f} min: {figures}, {len(self.wrong)} wrong", flush=True)


def catches_signals(pid):
    """Whether the process has come so far that it answers SIGTERM by itself."""
    with suppress(FileNotFoundError, ProcessLookupError):
        (caught,) = re.findall(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.M)
        return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
    return False


def tables_in(folder):
    return {path.name: path.read_bytes() for path in Path(folder).glob("*.csv")}


def keys_in(folder):
    """The keys of all results in a folder's store, read from a copy; none if it is damaged."""
    with tempfile.TemporaryDirectory() as copy:
        for path in Path(folder).glob("study.sqlite*"):
            if path.name in ("study.sqlite", "study.sqlite-journal"):
                shutil.copy(path, copy)
        with suppress(sqlite3.Error), closing(sqlite3.connect(Path(copy, "study.sqlite"))) as file:
            return {key for (key,) in file.execute("SELECT key FROM results")}
    return set()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *arguments: sys.exit("stopped"))  # which cleans up
    with tempfile.TemporaryDirectory(prefix="minimtl-soak-") as root:
        soak = Soak(Path(root), args.seed)
        with soak.cluster:
            soak.start_cluster()
            soak.run_undisturbed()
            began = time.monotonic()
            while time.monotonic() - began < 60 * args.minutes:
                soak.run_study()
                soak.print_figures(began)
    print("nothing wrong" if not soak.wrong else f"wrong: {soak.wrong}")
    return bool(soak.wrong)


if __name__ == "__main__":
    sys.exit(main())
