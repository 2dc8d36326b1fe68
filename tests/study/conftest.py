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

import numpy as np
import pytest

from minimtl.corpora.synthetic import generate_synthetic
from minimtl.gains.studyanalysis import Analysed, adjusted_for_all, analyse_problem
from minimtl.jobs import Workers
from minimtl.jobs.store import open_store
from minimtl.study.definition import data_of
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
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
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

    def press(self, key, text=""):
        """Press and release a key."""
        self.do("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, text=text)
        self.do("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)

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


@pytest.fixture(scope="session")
def results(made_up_outcomes):
    """12 RELATED pairs of three runs by both protocols, and 30 UNRELATED ones of one run by one."""
    problems = {
        RELEASED: [made_up_outcomes("related", 12, 3)],
        PAPER: [made_up_outcomes("related", 12, 3), made_up_outcomes("unrelated", 30, 1)],
    }
    concluded = [
        one
        for protocol, outcomes in problems.items()
        for one in concluded_of(outcomes, protocol.replace(cv_repeats=1))
    ]
    return problem_results(concluded, "bydate", NEWSGROUPS)


@pytest.fixture(scope="session")
def manifest():
    """The manifest of a study; texts from outside are hostile."""
    corpus = {"edition": "bydate", "source": EVIL, "sha256": "ab" * 32}
    return {
        "minimtl": "1.2.3",
        "corpus": {**corpus, "train": 11314, "test": 7532},
        "identity": {"seed": 7},
        "command": ["study", "--seed", "7", "--out", EVIL],
    }


def curves_of(outcomes):
    """Scores that rise and losses that fall, alike for all pairs and runs."""
    rise = np.linspace(0.5, 0.9, 150)
    each = (*outcomes.single.shape, 1)
    return PairCurves(
        np.arange(1, 151),
        np.tile(rise, each),
        np.tile(rise[:100] + 0.05, each),
        np.tile(1 - rise, each),
        np.tile(1 - rise[:100], each),
    )


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

    def make(*vary, design="full", about=BASES, n_runs=2, n_pairs=16):
        choices = tuple(map(parse_choice, vary))
        universes = make_universes(choices, design, about)
        problems = make_problems("related", PAPER, NEWSGROUPS, n_pairs=n_pairs, n_runs=n_runs)
        return Multiverse({"stripped": corpus}, universes, choices, design, problems, 0, "numpy")

    return make


@pytest.fixture(scope="session")
def train():
    """Trains a multiverse into a folder and returns its store and what was done."""

    def run(multiverse, folder):
        store = open_store(folder, multiverse.identity, announce=pytest.fail)
        with ThreadPoolExecutor(1) as executor:
            workers = Workers(executor, data_of(multiverse.studies))
            return store, train_models(multiverse.jobs, store, workers, quiet=True)

    return run


@pytest.fixture(scope="session")
def trained(make_multiverse, train, tmp_path_factory):
    """A multiverse whose models are all in the store beside it."""
    multiverse = make_multiverse("score=f1,accuracy,log_loss", "dropout=0,0.5")
    store, _ = train(multiverse, tmp_path_factory.mktemp("multiverse"))
    with store:
        yield multiverse, store
