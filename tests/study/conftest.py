"""A made-up study, a small multiverse, and a headless Chromium that looks at pages.

The browser is told what to do through a pipe by its own protocol; no package is needed.
"""

import dataclasses
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.gains.studyanalysis import Analysed, adjusted_for_all, analyse_problem, conclude
from minimtl.jobs.executors import Workers
from minimtl.jobs.store import open_store
from minimtl.study.definition import data_of, feature_maker, jobs_of
from minimtl.study.multiverse import Multiverse
from minimtl.study.problemresult import problem_results
from minimtl.study.training import train_models
from minimtl.study.universes import make_universes, parse_choice
from minimtl.tasks.outcomes import PairCurves
from minimtl.tasks.plan import make_problems
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS

EVIL = "<script>alert(1)</script>\"&'{{ 7*7 }}|*x*"

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)
# The protocol's pipe is descriptors 3 and 4 of the browser's process.
PATIENCE = 60  # seconds for one answer
ON_3_AND_4 = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)


class Browser:
    """One page in one browser, and everything it complained of or asked for."""

    def __init__(self, program, profile):
        from fcntl import F_DUPFD_CLOEXEC, fcntl  # where this is missing, no browser is started

        ends = [fcntl(end, F_DUPFD_CLOEXEC, 10) for end in (*os.pipe(), *os.pipe())]
        theirs_in, self.out, self.into, theirs_out = ends
        command = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", ON_3_AND_4, str(theirs_in), str(theirs_out), *command],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in), os.close(theirs_out)
        self.number, self.buffer, self.session, self.events = 0, b"", None, []
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.do(f"{domain}.enable")

    def do(self, method, **params):
        """Send a command and wait for its answer, keeping the events on the way."""
        self.number += 1
        session = {"sessionId": self.session} if self.session else {}
        message = {"id": self.number, "method": method, "params": params, **session}
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self.number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _next(self):
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            left = max(0, deadline - time.monotonic())
            if not select.select([self.into], [], [], left)[0]:
                raise TimeoutError(f"Chromium said nothing for {PATIENCE} s")
            read = os.read(self.into, 1 << 20)
            if not read:
                raise RuntimeError("Chromium has ended")
            self.buffer += read
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def open(self, path):
        """Load a file and wait until all of it is there."""
        self.events = []
        self.do("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def assert_quiet(self, path):
        """The page at `path` complained of nothing and asked for nothing but itself."""
        for kind in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            assert self.of(kind) == []
        asked = [event["request"]["url"] for event in self.of("Network.requestWillBeSent")]
        assert asked[0] == path.as_uri()
        assert all(url.startswith("data:") for url in asked[1:])

    def value(self, expression):
        """What a JavaScript expression gives."""
        result = self.do("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def resize(self, width, height):
        """Make the window so many CSS pixels wide and high."""
        self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip

    def of(self, method):
        """The parameters of all events of one kind since the page was opened."""
        return [event["params"] for event in self.events if event["method"] == method]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.out), os.close(self.into)


PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@pytest.fixture(scope="session")
def browser():
    """A new browser with a new profile; skips where there is none that starts."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None or os.name != "posix":
        pytest.skip("no Chromium is installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        try:
            browser = Browser(program, profile)
        except RuntimeError as error:
            pytest.skip(f"{program} does not start: {error}")
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, path):
    """The browser with the page at `path` just loaded, as wide as a desk's."""
    browser.resize(1400, 900)
    browser.open(path)
    return browser


def whole(results):
    """The results as if all pairs of both problems had been run five times: they conclude."""
    return [
        dataclasses.replace(
            result, scope=result.scope._replace(n_pairs=result.scope.all_pairs, n_runs=5)
        )
        for result in results
    ]


def concluded_of(problems, protocol):
    """The meta-analyses of outcomes, with curves."""
    rng = np.random.default_rng(0)
    each = [Analysed(o, analyse_problem(o, protocol, rng), protocol) for o in problems]
    return adjusted_for_all([(one, curves_of(one.outcomes)) for one in each])


def curves_of(outcomes):
    """Scores that rise and losses that fall, alike for all pairs and runs."""
    each = (*outcomes.single.shape, 1)
    rise = np.linspace(0.5, 0.9, 150)
    curves = (rise, rise[:100] + 0.05, 1 - rise, 1 - rise[:100])
    return PairCurves(np.arange(1, 151), *(np.tile(curve, each) for curve in curves))


@pytest.fixture(scope="session")
def results(made_up_outcomes):
    """12 RELATED pairs of three runs by both protocols, and 30 UNRELATED ones of one run by one."""
    related, unrelated = made_up_outcomes("related", 12, 3), made_up_outcomes("unrelated", 30, 1)
    released = concluded_of([related], RELEASED.replace(cv_repeats=1))
    paper = concluded_of([related, unrelated], PAPER.replace(cv_repeats=1))
    return problem_results([*released, *paper], "bydate", NEWSGROUPS)


@pytest.fixture(scope="session")
def manifest():
    """The manifest of a study; texts from outside are hostile."""
    size = {"train": 11314, "test": 7532}
    return {
        "minimtl": "1.2.3",
        "corpus": {"edition": "bydate", "source": EVIL, "sha256": "ab" * 32, **size},
        "identity": {"seed": 7},
        "command": ["study", "--seed", "7", "--out", EVIL],
    }


SMALL = {
    "max_features": 400,
    "hidden_layer_sizes": (8,),
    "epochs_single": 12,
    "epochs_joint": 5,
    "read_at": 4,
    "gradient_window": 12,
    "cv_repeats": 1,
}
BASES = (
    PAPER.replace(train_per_class=20, **SMALL),
    RELEASED.replace(train_per_task=60, **SMALL),
)


@pytest.fixture(scope="session")
def corpus():
    return generate_synthetic()


@pytest.fixture(scope="session")
def make_multiverse(corpus):
    """A function: ``make_multiverse("score=f1,accuracy", …)``, small, about two small protocols."""

    def make(*vary, about=BASES, n_runs=2):
        choices = tuple(map(parse_choice, vary))
        universes = make_universes(choices, "full", about)
        problems = make_problems("related", PAPER, NEWSGROUPS, n_pairs=16, n_runs=n_runs)
        return Multiverse({"stripped": corpus}, universes, choices, "full", problems, 0, "numpy")

    return make


@pytest.fixture(scope="session")
def trained(make_multiverse, tmp_path_factory):
    """A multiverse whose models are all in the store beside it."""
    multiverse = make_multiverse("score=f1,accuracy,log_loss", "dropout=0,0.5")
    with trained_store(tmp_path_factory.mktemp("multiverse"), multiverse) as (store, _):
        yield multiverse, store


@contextmanager
def trained_store(folder, planned):
    """The store in `folder`, with the models of a study or multiverse, and how many it lacked."""
    studies = getattr(planned, "studies", [planned])
    with open_store(folder, planned.identity, announce=pytest.fail) as store:
        with ThreadPoolExecutor(1) as executor:
            workers = Workers(executor, data_of(studies))
            n_trained = train_models(jobs_of(studies), store, workers, quiet=True)
        yield store, n_trained


def concluded_from(store, study):
    """The meta-analyses of a study whose models are all in the store."""
    results = study.results(store)
    return conclude(study.problems, results, study.seed, feature_maker(study, results))


def tables_in(folder):
    """The bytes of the tables in a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
